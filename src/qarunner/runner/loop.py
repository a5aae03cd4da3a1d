"""The session's loop: the lease and the run directory around it, the order within it, the exit code after it."""

from __future__ import annotations

import faulthandler
import random
import time
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

import pytest

from qarunner.errors import NodeBusyError, QarunnerError
from qarunner.outbox.abandoned import CRASH_LOG, close_all_abandoned
from qarunner.results import Outcome
from qarunner.runner import current
from qarunner.runner.guardian import Guardian
from qarunner.runner.order import Order
from qarunner.runner.output import RecordHandler
from qarunner.runner.protocol import ProtocolPlugin
from qarunner.runner.time_limit import TimeLimit

if TYPE_CHECKING:
    from qarunner.runner.session import RunSession

EXIT_ERRORS = 6
"""Some testcases ended as errors, none as a fail."""
EXIT_NODE_BUSY = 7


class LoopPlugin:
    """The pytest hooks of the session.

    :param reporters: opened, by name.
    """

    def __init__(self, session: RunSession, reporters: dict[str, Any]) -> None:
        self._session = session
        self._reporters = reporters
        self._guardian: Guardian | None = None
        self._crash_log: IO[bytes] | None = None
        get = session.configuration.get
        self._seed = get("seed")
        if self._seed is None and get("shuffle"):
            self._seed = random.SystemRandom().randrange(2**32)
        self._order: Order[pytest.Item] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Take the lease, then run the testcases in their order."""
        if session.config.option.collectonly or not session.items:
            return None
        if session.testsfailed and not session.config.option.continue_on_collection_errors:
            return None
        get = self._session.configuration.get
        repeat = None if get("forever") else get("repeat")
        selected = None if repeat is None else len(session.items) * repeat
        try:
            self._session.open(selected, self._reporters, self._seed)
        except NodeBusyError as error:
            pytest.exit(str(error), returncode=EXIT_NODE_BUSY)
        except QarunnerError as error:
            pytest.exit(str(error), returncode=EXIT_ERRORS)
        records = RecordHandler()
        self._guard(session.config, records)
        close_all_abandoned(self._session.folder.parent)
        generator = random.Random(self._seed)  # noqa: S311 - an order, not a secret
        self._order = Order(session.items, repeat, get("shuffle"), generator)
        with records:
            self._run(session, self._order)
        return True

    def _guard(self, config: pytest.Config, records: RecordHandler) -> None:
        """Make sure that a result is closed and stacks are kept whatever happens to this process."""
        folder = self._session.folder
        self._crash_log = (folder / CRASH_LOG).open("wb", buffering=0)
        faulthandler.enable(file=self._crash_log)
        self._guardian = Guardian(folder, self._session.configuration.get("block_plugins"))
        protocol = ProtocolPlugin(self._session, config, TimeLimit(self._crash_log), records)
        config.pluginmanager.register(protocol, "qarunner-protocol")

    def _run(self, session: pytest.Session, order: Order[pytest.Item]) -> None:
        for item, nextitem in _with_next(iter(order)):
            started = time.monotonic()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
            order.note(item, time.monotonic() - started)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Set the exit code, close the run, and have it reported: after the last fixture, before the summary."""
        outcomes = self._session.outcomes
        if exitstatus == pytest.ExitCode.TESTS_FAILED and outcomes[Outcome.ERROR] and not outcomes[Outcome.FAIL]:
            session.exitstatus = EXIT_ERRORS
        exit_code = int(session.exitstatus)
        # A run that was interrupted, or did not run, says so whatever became of the results.
        failed = int(pytest.ExitCode.TESTS_FAILED) if exit_code in (0, EXIT_ERRORS) else exit_code
        session.exitstatus = self._session.close(exit_code, failed)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Let the guardian go."""
        if self._guardian is not None:
            self._guardian.dismiss()
        if self._crash_log is not None:
            faulthandler.disable()
            self._crash_log.close()
            empty = self._session.folder / CRASH_LOG
            if empty.exists() and not empty.stat().st_size:
                empty.unlink()
        current.set_session(None)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show what the reporters say."""
        for line in self._session.report_lines:
            terminalreporter.write_line(line)

    def pytest_report_header(self) -> list[str]:
        """Name the node, and the seed by which an order can be repeated."""
        lines = [f"qarunner: node {self._session.config.id}"]
        if self._seed is not None:
            lines.append(f"qarunner: shuffled, --qa-seed={self._seed} repeats this order")
        return lines


def _with_next(items: Iterator[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    """Pair each item with the one after it, which pytest wants to know when it tears down."""
    item = next(items, None)
    while item is not None:
        following = next(items, None)
        yield item, following
        item = following
