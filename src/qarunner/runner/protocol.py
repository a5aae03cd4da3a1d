"""How one testcase runs.

Evidence is opened, its phases run under the time limit, the outcome rule speaks, errors may be tried again, and only
then pytest is told.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from _pytest.runner import call_and_report, show_test_item

from qarunner.qatrack_names import LIST_MARKER
from qarunner.results import Outcome, Phase, Result
from qarunner.runner.collection import TestcaseNames
from qarunner.runner.display import ERROR_MARK, RETRIED_MARK
from qarunner.runner.holding import refuse_holding
from qarunner.runner.outcome import PhaseEnd, verdict
from qarunner.runner.output import Streams
from qarunner.runner.phases import hide_machinery, phase_end

if TYPE_CHECKING:
    from qarunner.runner.output import RecordHandler
    from qarunner.runner.session import RunSession
    from qarunner.runner.time_limit import TimeLimit

INTERRUPTED = "interrupted"


class Sibling(pytest.Item):
    """Stands for the same testcase once more, so that pytest tears down the testcase but not what it shares."""

    def runtest(self) -> None:
        """Never called: a sibling is only ever the next item."""


class ProtocolPlugin:
    """The pytest hooks around one testcase."""

    def __init__(self, session: RunSession, config: pytest.Config, limit: TimeLimit, records: RecordHandler) -> None:
        self._session = session
        self._limit = limit
        self._names = TestcaseNames()
        self._phases: list[PhaseEnd] = []
        self._retries: int = session.configuration.get("retry_errors")
        self._default_limit: float = 0.0 if config.option.usepdb else session.configuration.get("time_limit")
        self._full_trace: bool = config.option.fulltrace or config.option.usepdb
        self._executions: dict[str, int] = {}
        self._home = Path.cwd()
        self._records = records

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run one testcase, with its retries, and report its last execution."""
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for left in range(self._retries, -1, -1):
            reports, result = self._execute(item, nextitem, may_retry=left > 0)
            again = left > 0 and result.outcome is Outcome.ERROR and not item.session.shouldstop
            self._report(item, reports, retried=again)
            if not again:
                break
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        if self._session.stop_reason:
            item.session.shouldstop = self._session.stop_reason
        return True

    def _execute(
        self, item: pytest.Item, nextitem: pytest.Item | None, *, may_retry: bool
    ) -> tuple[list[pytest.TestReport], Result]:
        testcase = self._names.of(item)
        attempt = self._executions[testcase] = self._executions.get(testcase, 0) + 1
        markers = tuple(dict.fromkeys(map(_marker_text, item.iter_markers())))
        file, line, _name = item.location
        evidence = self._session.begin(testcase, f"{file}:{(line or 0) + 1}", markers, attempt)
        self._phases = []
        self._records.begin(evidence.output)
        reports: list[pytest.TestReport] = []
        self._limit.start(_limit_of(item, self._default_limit))
        try:
            with self._folder(item, evidence.folder):
                self._run_phases(item, nextitem, reports, may_retry=may_retry)
        except BaseException as error:
            self._limit.stop()
            interrupted = isinstance(error, KeyboardInterrupt)
            message = INTERRUPTED if interrupted else f"the session was ended: {error}"
            self._phases.append(PhaseEnd(Phase.INFRASTRUCTURE, failed=True, exception=error, message=message))
            raise
        finally:
            self._limit.stop()
            self._records.end()
            for stream, text in _captured(item):
                evidence.output.add_captured(stream, text)
            result = self._session.end(verdict(self._phases))
        for report in reports:
            if report.failed and report.when == "call":
                setattr(report, ERROR_MARK, not any(f.outcome is Outcome.FAIL for f in result.failures))
        return reports, result

    def _run_phases(
        self, item: pytest.Item, nextitem: pytest.Item | None, reports: list[pytest.TestReport], *, may_retry: bool
    ) -> None:
        """Run set-up, call and teardown as pytest does, deciding before the teardown how far it must go."""
        fixtures: Any = item
        if getattr(item, "_request", None) is False:
            fixtures._initrequest()  # noqa: SLF001 - pytest's own way to run an item again
        try:
            reports.append(call_and_report(item, "setup", log=False))
            if reports[0].passed:
                only_setup = item.config.option.setuponly
                if item.config.option.setupshow:
                    show_test_item(item, add_space=not only_setup)
                if not only_setup:
                    reports.append(call_and_report(item, "call", log=False))
            if may_retry and verdict(self._phases).outcome is Outcome.ERROR:
                nextitem = _sibling(item) if reports[0].passed else None
            elif nextitem is item:
                nextitem = _sibling(item)
            if item.session.shouldfail or item.session.shouldstop or self._session.stop_reason:
                nextitem = None
            reports.append(call_and_report(item, "teardown", log=False, nextitem=nextitem))
        finally:
            if hasattr(item, "_request"):
                fixtures._request = False  # noqa: SLF001 - as above
                fixtures.funcargs = None

    def _report(self, item: pytest.Item, reports: list[pytest.TestReport], *, retried: bool) -> None:
        """Tell pytest; of an execution that is tried again only the phase that went wrong."""
        for report in reports:
            if retried:
                if not report.failed:
                    continue
                setattr(report, RETRIED_MARK, True)
                report.outcome = "retried"  # type: ignore[assignment]  # a word of ours beside pytest's three
            item.ihook.pytest_runtest_logreport(report=report)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note how each phase ended."""
        if call.excinfo is not None and not self._full_trace:
            hide_machinery(call.excinfo.value)
        report = yield
        self._phases.append(phase_end(call, report))
        return report

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Guard the set-up, which does not even begin for what the node's remote cannot do."""
        with self._guarded("setup"):
            refuse_holding(item, self._session.use)
            return (yield)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        """Guard the call."""
        with self._guarded("call"):
            return (yield)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, Any]:
        """Guard the teardown."""
        with self._guarded("teardown"):
            return (yield)

    @contextmanager
    def _guarded(self, phase: Literal["setup", "call", "teardown"]) -> Iterator[None]:
        """Take output with its times; turn the time limit's interrupt into an error."""
        with self._limit.phase(phase), Streams(self._session.evidence.output):
            yield

    @contextmanager
    def _folder(self, item: pytest.Item, folder: Path) -> Iterator[None]:
        """Run a pack's functions in the result's folder: the files they write become artifacts."""
        if not getattr(item.getparent(pytest.Module), "pack", None):
            yield
            return
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(self._home)


def _marker_text(mark: pytest.Mark) -> str:
    """Return a marker as a result notes it: by its name, ``qa_list("A")`` as behave's tag for the same is written."""
    return f"{LIST_MARKER}:{mark.args[0]}" if mark.name == LIST_MARKER and mark.args else mark.name


def _sibling(item: pytest.Item) -> pytest.Item:
    assert item.parent is not None
    sibling: Sibling = Sibling.from_parent(item.parent, name=item.name)
    return sibling


def _limit_of(item: pytest.Item, default: float) -> float:
    """Return the seconds a testcase may take: its marker ``time_limit(seconds)``, or the setting."""
    mark = item.get_closest_marker("time_limit")
    return float(mark.args[0]) if mark and mark.args and default >= 0 else default


def _captured(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """Yield each stream with what pytest captured of it in this execution, and forget it."""
    sections = item._report_sections  # noqa: SLF001 - the only place that has the output of child processes
    if sections:
        for stream in ("stdout", "stderr"):
            yield stream, "".join(text for _when, key, text in sections if key == stream)
        sections.clear()
