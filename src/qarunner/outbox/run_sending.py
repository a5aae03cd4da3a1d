"""Sends whole runs to the reporters that take them so, with the state of each delivery beside ``run.json``."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qarunner.outbox.courier import A_RUN, Courier, Pauses
from qarunner.outbox.delivery_state import read_delivery, write_delivery
from qarunner.outbox.outbox import report
from qarunner.outbox.scrub import scrubbed
from qarunner.protocols import RunSender, SentRun

if TYPE_CHECKING:
    from qarunner.results import Result, Run


class RunSending:
    """Sends one finished run to each sender that has not settled it, each from a thread of its own; they start at once.

    :param folder: the run directory.
    :param again: send also what was refused.
    """

    def __init__(
        self,
        folder: Path,
        reporters: Mapping[str, object],
        run: Run,
        results: Sequence[Result],
        pauses: Pauses | None = None,
        *,
        again: bool = False,
    ) -> None:
        self.sent: dict[str, SentRun] = {}
        """The last answer of each sender."""
        self._couriers: list[Courier] = []
        for name, sender in senders_left(folder, reporters, again=again).items():
            courier = Courier(name, _Whole(name, sender, results, self.sent), pauses, of=A_RUN)
            courier.put(run, folder)
            self._couriers.append(courier)

    def close(self, limit: float) -> list[str]:
        """Wait at most `limit` seconds; return the senders' lines, and those that say what is not delivered and why."""
        ends = time.monotonic() + limit
        for courier in self._couriers:
            courier.wait(ends - time.monotonic())
        lines: list[str] = []
        for courier in self._couriers:
            courier.stop()
            lines += self.sent[courier.name].lines if courier.name in self.sent else ()
            lines += report(courier)
        return [scrubbed(line) for line in lines]

    @property
    def unreachable(self) -> set[str]:
        """The senders that kept the run for want of a receiver, not because a person must change something."""
        return {courier.name for courier in self._couriers if courier.pending() and not courier.stopped}

    @property
    def arrived(self) -> int:
        """How many senders have settled it now."""
        return sum(courier.progress.sent for courier in self._couriers)

    @property
    def rejected(self) -> int:
        """How many senders' receivers refused it."""
        return sum(courier.progress.rejected for courier in self._couriers)

    @property
    def fails(self) -> str:
        """Why a receiver's verdict fails the run; empty when none does."""
        return next((sent.fails for sent in self.sent.values() if sent.fails), "")


class _Whole:
    """Makes of a sender what a courier knows how to try again."""

    def __init__(self, name: str, sender: RunSender, results: Sequence[Result], sent: dict[str, SentRun]) -> None:
        self._name, self._sender, self._results, self._sent = name, sender, results, sent

    def deliver(self, run: Run, folder: Path) -> str:
        sent = self._sent[self._name] = self._sender.send(run, self._results, folder)
        if sent.trouble is not None:
            raise sent.trouble
        return sent.where


def senders_left(folder: Path, reporters: Mapping[str, object], *, again: bool = False) -> dict[str, RunSender]:
    """Return the senders that have not settled a run."""
    left = {}
    for name, reporter in reporters.items():
        if isinstance(reporter, RunSender):
            known = read_delivery(folder, name)
            if again and known.state == "rejected":
                write_delivery(folder, msgspec.structs.replace(known, state="pending"))
            elif known.settled:
                continue
            left[name] = reporter
    return left
