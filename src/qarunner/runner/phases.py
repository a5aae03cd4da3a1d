"""What each phase of a testcase tells the outcome rule, taken from pytest's reports."""

from __future__ import annotations

import linecache
import re
from typing import TYPE_CHECKING, Any

from qarunner.errors import QarunnerError
from qarunner.results import Phase
from qarunner.runner.outcome import PhaseEnd

if TYPE_CHECKING:
    import pytest


def phase_end(call: pytest.CallInfo[Any], report: pytest.TestReport) -> PhaseEnd:
    """Return how a phase ended."""
    phase = Phase(report.when or "call")
    if report.passed:
        return PhaseEnd(phase)
    if report.skipped:
        return PhaseEnd(phase, skipped=True, reason=_skip_reason(report))
    error = call.excinfo.value if call.excinfo is not None else None
    message = explain(error) if error is not None else str(report.longrepr)
    return PhaseEnd(phase, failed=True, exception=error, message=message, traceback=report.longreprtext)


def _skip_reason(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        return f"expected to fail: {report.wasxfail}".rstrip(": ")
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(report.longrepr or "")


def explain(error: BaseException) -> str:
    """Return what an exception says; one that says nothing is explained by the line of source that raised it."""
    text = error.problem if isinstance(error, QarunnerError) else str(error)
    return text.strip() or _raising_line(error) or type(error).__name__


def _raising_line(error: BaseException) -> str:
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return ""
    return linecache.getline(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno).strip()


def hide_machinery(error: BaseException) -> None:
    """End the error's traceback in the test pack: the frames after its last own line are stbt_core's and ours."""
    own, trace = None, error.__traceback__
    while trace is not None:
        if not _MACHINERY.search(trace.tb_frame.f_code.co_filename):
            own = trace
        trace = trace.tb_next
    if own is not None:
        own.tb_next = None


_MACHINERY = re.compile(r"[/\\](?:stbt_core|_stbt|qarunner)[/\\]|[/\\]contextlib\.py$")
