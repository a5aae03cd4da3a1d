"""Says what became of a job, and with which exit code: the runner's, as if it had run here."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from qarunner.commands.remote.answers import Triage
from qarunner.commands.remote.client import STBT
from qarunner.commands.results import LOOKS
from qarunner.commands.terminal import painted, say
from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from qarunner.commands.remote.answers import Job, Row
    from qarunner.commands.remote.client import Server

PASSED, FAILED, INTERRUPTED, ERRORS, NODE_BUSY = 0, 1, 2, 6, 7
"""As of pytest with a node."""
FINISHED, STOPPED = "finished", "stopped"
SHOWN = 50


def exit_code(job: Job) -> int:
    """Return the exit code for a job that is over."""
    if job.ending == STOPPED:
        return INTERRUPTED
    if job.fail_count:
        return FAILED
    if job.error_count or job.ending != FINISHED:
        return ERRORS
    # The last of several sessions may have ended well after one that did not.
    return job.exit_code or PASSED


def say_summary(server: Server, job: Job, results: Sequence[Row]) -> None:
    """Print the results that did not go well with their addresses, and the counts."""
    say()
    bad = [row for row in results if row.outcome not in ("pass", "skip")]
    for row in bad[:SHOWN]:
        word = row.outcome or "error"
        say(f"{painted(word.ljust(5), LOOKS.get(word, 'yellow'))}  {row.testcase}")
        if row.failure_reason:
            say(textwrap.shorten(row.failure_reason, 160, placeholder=" ...", initial_indent="       "))
        say(f"       {_triage(server, f'{STBT}/results/{quote(row.id)}')}")
    if len(bad) > SHOWN:
        say(f"... and {len(bad) - SHOWN} more")
    counts = {"pass": job.pass_count, "fail": job.fail_count, "error": job.error_count, "skip": job.skip_count}
    shown = [painted(f"{number} {word}", LOOKS[word]) for word, number in counts.items() if number]
    how = "" if job.ending == FINISHED else f" ({job.ending_detail or job.ending or 'it did not end'})"
    say(f"job {job.uid}: {', '.join(shown) or 'no results'}{how}")
    say(f"  {_triage(server, f'{STBT}/jobs{quote(job.uid)}')}")


def _triage(server: Server, path: str) -> str:
    """Return the address of a page; without one the summary is as true."""
    try:
        return server.ask(Triage, "GET", path, patience=10).triage_url
    except QarunnerError:
        return f"{server.url}{path}"
