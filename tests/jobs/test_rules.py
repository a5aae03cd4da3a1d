"""Who may do what with a node, as a table."""

from __future__ import annotations

import pytest

from qarunner.jobs.rules import Action, Holder, refusal
from qarunner.store.models import HolderKind

ANNA, BEN = "anna", "ben"
HOLDERS = {
    "nobody": None,
    "own reservation": Holder("box", HolderKind.RESERVATION, ANNA),
    "own reservation, job": Holder("box", HolderKind.RESERVATION, ANNA, job="/box/1/1"),
    "other's reservation": Holder("box", HolderKind.RESERVATION, BEN),
    "other's reservation, job": Holder("box", HolderKind.RESERVATION, BEN, job="/box/1/1"),
    "own job": Holder("box", HolderKind.JOB, ANNA, job="/box/1/1"),
    "other's job": Holder("box", HolderKind.JOB, BEN, job="/box/1/1"),
    "own desk": Holder("box", HolderKind.DESK, ANNA),
    "other's desk": Holder("box", HolderKind.DESK, BEN),
}
# yes: allowed; otherwise a word of the reason.
TABLE = """
                         | RUN      | STOP     | PRESS    | DESK     | RESERVE
nobody                   | yes      | yes      | yes      | yes      | yes
own reservation          | yes      | yes      | yes      | yes      | reserved
own reservation, job     | running  | yes      | running  | running  | reserved
other's reservation      | reserved | reserved | reserved | reserved | reserved
other's reservation, job | reserved | reserved | reserved | reserved | reserved
own job                  | running  | yes      | running  | running  | running
other's job              | running  | yes      | running  | running  | running
own desk                 | desk     | yes      | desk     | desk     | desk
other's desk             | desk     | yes      | desk     | desk     | desk
"""


def rows():
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip("\n").splitlines()]
    for holder, *cells in lines:
        yield from ((holder, Action[action], cell) for action, cell in zip(header[1:], cells, strict=True))


@pytest.mark.parametrize(("holder", "action", "expected"), list(rows()))
def test_what_anna_may_do(holder: str, action: Action, expected: str):
    reason = refusal(HOLDERS[holder], ANNA, action)
    assert (not reason) if expected == "yes" else (expected in reason)
