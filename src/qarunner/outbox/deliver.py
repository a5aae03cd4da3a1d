"""Delivers what earlier runs left undelivered: the work of ``qarunner deliver``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from qarunner.outbox.abandoned import close_abandoned
from qarunner.outbox.courier import Courier, Pauses
from qarunner.outbox.delivery_state import (
    delivery_lock,
    read_delivery,
    read_plan,
    write_delivery,
    write_plan,
)
from qarunner.outbox.outbox import report
from qarunner.outbox.processes import is_alive
from qarunner.outbox.run_directory import read_run, read_run_directory, run_folders
from qarunner.outbox.run_reports import finish_run, reports_missing
from qarunner.outbox.run_sending import RunSending, senders_left
from qarunner.protocols import ResultReporter
from qarunner.results import Result, Run

SLICE = 5.0
"""Seconds between two lines about a delivery that goes on."""


@dataclass
class Summary:
    """What `deliver` did."""

    closed: list[Result] = field(default_factory=list)
    """Results that a killed process had left unfinished."""
    sent: int = 0
    sent_runs: int = 0
    """Runs that have arrived as a whole where they go so."""
    rejected: int = 0
    pending: int = 0
    pending_runs: int = 0
    """Runs that go somewhere as a whole and have not arrived there."""
    problems: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0: all is delivered. 1: something is still pending, or was refused, or could not be read."""
        return 1 if self.pending or self.pending_runs or self.rejected or self.problems else 0


def deliver(
    root: Path,
    reporters: Mapping[str, object],
    *,
    rejected_too: bool = False,
    quiet: float = 30.0,
    pauses: Pauses | None = None,
    say: Callable[[str], None] = print,
) -> Summary:
    """Close abandoned runs, make reports that are missing, and deliver all that is pending.

    A run goes only to the reporters it was made for. A run whose process lives is left to that process.

    :param root: the results folder.
    :param reporters: opened reporters by name.
    :param rejected_too: try again what was refused.
    :param quiet: seconds without a single delivery after which a reporter is given up, for this call.
    :param say: gets each line of progress.
    """
    work = _Work(reporters, rejected_too=rejected_too, quiet=quiet, pauses=pauses, say=say)
    for folder in run_folders(root):
        try:
            work.do(folder)
        except OSError as error:
            work.problem(f"{folder.name}: {error}")
    work.end()
    return work.summary


class _Work:
    def __init__(
        self,
        reporters: Mapping[str, object],
        *,
        rejected_too: bool,
        quiet: float,
        pauses: Pauses | None,
        say: Callable[[str], None],
    ) -> None:
        self.summary = Summary()
        self._reporters = reporters
        self._rejected_too = rejected_too
        self._quiet = quiet
        self._pauses = pauses
        self._say = say
        self._couriers = {
            name: Courier(name, reporter, pauses)
            for name, reporter in reporters.items()
            if isinstance(reporter, ResultReporter)
        }
        self._given_up: set[str] = set()

    def problem(self, text: str) -> None:
        self.summary.problems.append(text)
        self._say(text)

    def do(self, folder: Path) -> None:
        """Deal with one run."""
        closed = close_abandoned(folder)
        self.summary.closed += closed
        for result in closed:
            message = result.failures[0].message if result.failures else ""
            self._say(f"{folder.name}: closed {result.testcase} as {result.outcome}: {message}")
        plan = read_plan(folder)
        run = read_run(folder)
        if not plan.reporters or (plan.complete and not closed and not self._rejected_too):
            return
        if isinstance(run, Run) and run.duration is None and run.process and is_alive(run.process) is not False:
            self._say(f"{folder.name}: its process lives, or is on another host, and delivers by itself")
            return
        with delivery_lock(folder) as held:
            if not held:
                self._say(f"{folder.name}: another process is delivering it")
            else:
                self._deliver(folder, plan.reporters)

    def _deliver(self, folder: Path, wanted: tuple[str, ...]) -> None:
        here = {name: self._reporters[name] for name in wanted if name in self._reporters}
        reports = reports_missing(folder, here)
        for line in finish_run(folder, reports):
            self._say(line)
        missing = reports_missing(folder, reports)
        self.summary.problems += [f"{folder.name}: report {name} could not be made" for name in missing]
        left = 0
        directory = read_run_directory(folder)
        results = [result for result in directory.results if result.finished]
        for unreadable in directory.unreadable:
            self.problem(f"damaged evidence: {unreadable}")
        if directory.run is not None:
            left += self._send_run(folder, here, directory.run, results)
        for name in wanted:
            if name not in self._reporters:
                self.problem(f"{folder.name}: was to go to {name}, which is not configured here")
            elif name in self._couriers:
                left += self._send(folder, name, results)
        if not left and not missing and len(here) == len(wanted):
            write_plan(folder, msgspec.structs.replace(read_plan(folder), complete=True))

    def _send_run(self, folder: Path, here: Mapping[str, object], run: Run, results: list[Result]) -> int:
        """Send a run as a whole; return how many senders have not settled it."""
        wanted = {name: reporter for name, reporter in here.items() if name not in self._given_up}
        sending = RunSending(folder, wanted, run, results, self._pauses, again=self._rejected_too)
        for line in sending.close(self._quiet):
            self._say(f"{folder.name}: {line}")
        self._given_up |= sending.unreachable
        left = len(senders_left(folder, here))
        self.summary.pending_runs += left
        self.summary.sent_runs += sending.arrived
        self.summary.rejected += sending.rejected
        return left

    def _send(self, folder: Path, name: str, results: list[Result]) -> int:
        """Deliver a run to one reporter; return how many results are not settled."""
        pending = [result for result in results if self._is_pending(folder / result.folder, name)]
        if not pending or name in self._given_up:
            self.summary.pending += len(pending)
            return len(pending)
        courier = self._couriers[name]
        for result in pending:
            courier.put(result, folder / result.folder)
        silent = 0.0
        while silent < self._quiet:
            step = min(SLICE, self._quiet - silent)
            before = courier.pending()
            if courier.wait(step):
                break
            silent = silent + step if courier.pending() == before else 0.0
            self._say(f"{folder.name}: {name}: {len(pending) - courier.pending()} of {len(pending)} delivered")
        left = courier.pending()
        if left:
            self._given_up.add(name)
            courier.stop()
            self.summary.pending += left
        self._say(f"{folder.name}: {name}: {len(pending) - left} of {len(pending)} delivered")
        return left

    def _is_pending(self, folder: Path, name: str) -> bool:
        known = read_delivery(folder, name)
        if self._rejected_too and known.state == "rejected":
            write_delivery(folder, msgspec.structs.replace(known, state="pending"))
            return True
        return not known.settled

    def end(self) -> None:
        """Let the couriers go and add up what they did."""
        for courier in self._couriers.values():
            courier.stop()
            self.summary.sent += courier.progress.sent
            self.summary.rejected += courier.progress.rejected
            for line in report(courier):
                self._say(line)
