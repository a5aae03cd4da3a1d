"""The outbox of a run that goes on: each finished result is delivered in the background, the test never waits."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.outbox.courier import Courier, Pauses
from qarunner.outbox.delivery_state import add_to_plan, delivery_lock
from qarunner.protocols import ResultReporter, RunReporter, RunSender

if TYPE_CHECKING:
    from qarunner.results import Result

DELIVER_COMMAND = "qarunner deliver"
LONG = 2.0
"""Seconds after which an attempt that goes on is worth more words than the error of the one before."""


class Outbox:
    """Delivers the results of one run to its reporters, each from a thread of its own.

    :param run_folder: the run directory; it must exist. What is delivered is kept there.
    :param reporters: opened reporters by name. Those that report a whole run are only noted down, for
        `run_reports.finish_run` and `run_sending.RunSending`, and for whoever mends the run when it is killed.
    :raises OSError: the run directory may not be written.
    """

    def __init__(self, run_folder: Path, reporters: Mapping[str, object], pauses: Pauses | None = None) -> None:
        self._folder = run_folder
        self._couriers: list[Courier] = []
        self._lock = contextlib.ExitStack()
        kinds = ResultReporter, RunReporter, RunSender
        wanted = [name for name, reporter in reporters.items() if isinstance(reporter, kinds)]
        if wanted:
            add_to_plan(run_folder, wanted)
            self._lock.enter_context(delivery_lock(run_folder))
        for name, reporter in reporters.items():
            if isinstance(reporter, ResultReporter):
                self._couriers.append(Courier(name, reporter, pauses))

    def put(self, result: Result) -> None:
        """Take a finished result whose evidence is complete; returns at once and never raises."""
        for courier in self._couriers:
            courier.put(result, self._folder / result.folder)

    def close(self, limit: float = 10.0) -> list[str]:
        """Wait at most `limit` seconds for what is on its way; return lines that say what is not delivered and why."""
        ends = time.monotonic() + limit
        lines: list[str] = []
        for courier in self._couriers:
            courier.wait(ends - time.monotonic())
        for courier in self._couriers:
            courier.stop()
            lines += report(courier)
        self._lock.close()
        if any(courier.pending() for courier in self._couriers):
            lines.append(f"`{DELIVER_COMMAND}` sends what is left")
        return lines


def report(courier: Courier) -> list[str]:
    """Return what a person must know about a courier that has been waited for; nothing when all is delivered."""
    lines = []
    if pending := courier.pending():
        lines.append(f"{courier.name}: {_counted(pending, courier.of)} not delivered yet ({_why(courier)})")
    if rejected := courier.progress.rejected:
        lines.append(f"{courier.name}: refused {_counted(rejected, courier.of)}")
        lines += [f"  {rejection}" for rejection in courier.progress.rejections]
    return lines


def _why(courier: Courier) -> str:
    error, busy = courier.progress.last_error, courier.busy()
    if busy and (not error or busy[1] > LONG):
        return f"busy with {busy[0]} for {busy[1]:.0f} s"
    return error or "not tried yet"


def _counted(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"
