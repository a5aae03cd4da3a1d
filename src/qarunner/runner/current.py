"""The session and the result that run in this process right now; there is at most one of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from qarunner.runner.session import RunSession

_session: RunSession | None = None


def set_session(session: RunSession | None) -> None:
    """Called by the runner when a session begins, and with None when it ends."""
    global _session  # noqa: PLW0603 - stbt_core, behind which it stands, has one device per process too
    _session = session


def session() -> RunSession:
    """Return the running session.

    :raises QarunnerError: this process is not running testcases on a node.
    """
    if _session is None:
        problem = "no testcase is running on a node in this process"
        raise QarunnerError(problem, "Run it with `pytest --qa-node=NODE`")
    return _session
