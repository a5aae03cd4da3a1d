"""The exit code of a job: the runner's, as if it had run here."""

from __future__ import annotations

import msgspec
import pytest

from qarunner.commands.remote.answers import Job
from qarunner.commands.remote.summary import exit_code

P, F, E = "pass_count", "fail_count", "error_count"


@pytest.mark.parametrize(
    ("ending", "counts", "last", "code"),
    [
        ("finished", {P: 3}, 0, 0),
        ("finished", {P: 3, F: 1}, 1, 1),
        ("finished", {P: 3, F: 1, E: 1}, 1, 1),
        ("finished", {P: 3, E: 1}, 6, 6),
        ("finished", {P: 3, F: 1}, 0, 1),
        ("finished", {}, 5, 5),
        ("finished", {P: 1}, None, 0),
        ("stopped", {P: 3, F: 1, E: 1}, 2, 2),
        ("time limit", {P: 3}, None, 6),
        ("time limit", {P: 3, F: 1}, None, 1),
        ("server stopped", {}, None, 6),
        ("error", {P: 3}, 0, 6),
        ("", {}, None, 6),
    ],
)
def test_the_exit_code_tells_a_wrong_device_from_a_wrong_rig(
    ending: str, counts: dict[str, int], last: int | None, code: int
) -> None:
    job = Job(uid="/n/0000/1", node="n", running=False, ending=ending, exit_code=last)
    assert exit_code(msgspec.structs.replace(job, **counts)) == code
