"""Delivers results (or a whole run) to one reporter, in order, from a thread of its own, for as long as it takes."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from qarunner.errors import DeliveryPostponedError, DeliveryRejectedError, DeliveryStoppedError
from qarunner.outbox.delivery_state import Delivery, read_delivery, write_delivery
from qarunner.outbox.scrub import scrubbed
from qarunner.protocols import BatchReporter
from qarunner.results import Result

if TYPE_CHECKING:
    from qarunner.results import Run

A_RESULT, A_RUN = "result", "run"
"""What a courier delivers."""
PATIENCE = 5
"""After so many failed attempts with one result, the next one is tried in between: it may be the result's own fault.
When that one passes and the first fails once more, the first goes to the end of the queue."""
TOGETHER = 100
"""Results that a reporter of batches gets at once, at most."""
GATHERING = 0.3
"""Seconds that the first of a batch waits for others, unless somebody waits for the end."""


@dataclass(frozen=True)
class Pauses:
    """How long to wait after a failed attempt: growing from `first` to `longest` seconds, a random half less."""

    first: float = 1.0
    longest: float = 60.0

    def after(self, failures: int) -> float:
        """Return the seconds to wait after that many failures in a row, at least one."""
        longest: float = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, hides nothing


class Receiver(Protocol):
    """A `qarunner.ResultReporter`, or what makes one of a reporter that takes whole runs."""

    def deliver(self, result: Any, folder: Path, /) -> str | None:
        """Deliver one result, or one run."""
        ...


@dataclass(eq=False)
class Parcel:
    """A result (or a run) on its way, and the directory of its evidence."""

    result: Result | Run
    folder: Path
    attempts: int = 0
    overtaken: bool = False
    """A later result was delivered while this one was not: the reporter is there, it is this result it cannot take."""

    @property
    def name(self) -> str:
        """What a person knows it by."""
        return self.result.testcase if isinstance(self.result, Result) else self.folder.name


@dataclass
class Progress:
    """What a courier has done since it was made, and what it is about."""

    sent: int = 0
    rejected: int = 0
    last_error: str = ""
    """Why the last attempt failed; empty after one that succeeded."""
    rejections: list[str] = field(default_factory=list)
    """The first few answers of refused results, each with its testcase."""


class Courier:
    """One reporter's queue and thread.

    A reporter that is down keeps its results waiting, in order; one that hangs holds up nobody but itself. Nothing
    that a reporter raises leaves the thread. `settled` is called on that thread after each result that was settled.
    `of` is the word for what it delivers.
    """

    def __init__(
        self,
        name: str,
        reporter: Receiver,
        pauses: Pauses | None = None,
        settled: Callable[[Parcel, Delivery], None] = lambda _parcel, _delivery: None,
        of: str = A_RESULT,
    ) -> None:
        self.name = name
        self.of = of
        self.progress = Progress()
        self._reporter = reporter
        self._pauses = pauses or Pauses()
        self._settled = settled
        self._queue: deque[Parcel] = deque()
        self._changed = threading.Condition()
        self._done = 0
        self._failures = 0
        self._pause = 0.0
        self._hurry = False
        self._stopping = False
        self._given_up = False
        self._told_when = False
        self._begun: tuple[str, float] | None = None
        threading.Thread(target=self._work, name=f"reporter {name}", daemon=True).start()

    def put(self, result: Result | Run, folder: Path) -> None:
        """Take a finished result; returns at once."""
        with self._changed:
            self._queue.append(Parcel(result, folder))
            self._changed.notify_all()

    def pending(self) -> int:
        """Return how many results are not settled."""
        return len(self._queue)

    @property
    def stopped(self) -> bool:
        """Whether the reporter said that a person must change something first."""
        return self._given_up

    def busy(self) -> tuple[str, float] | None:
        """Return which testcase is being delivered and for how many seconds, or None."""
        begun = self._begun
        return (begun[0], time.monotonic() - begun[1]) if begun else None

    def wait(self, limit: float, quiet: float = float("inf")) -> bool:
        """Wait until everything is settled; the next attempt is made at once. Return whether it is.

        :param limit: seconds in total. `quiet`: seconds without any result being settled.
        """
        ends = time.monotonic() + limit
        with self._changed:
            self._hurry = bool(self._queue)
            self._changed.notify_all()
            while self._queue:
                if self._given_up:
                    return False
                patience = min(quiet, ends - time.monotonic(), threading.TIMEOUT_MAX)
                if patience <= 0 or not self._another_settled(patience):
                    return False
        return True

    def _another_settled(self, patience: float) -> bool:
        before = self._done
        return self._changed.wait_for(lambda: self._done > before or self._given_up, patience)

    def stop(self) -> None:
        """Let the thread end after the attempt it is in; what is pending stays pending on disk."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _work(self) -> None:
        while parcels := self._next():
            settled = self._attempt(parcels)
            left = [parcel for parcel, done in zip(parcels, settled, strict=True) if not done]
            with self._changed:
                self._failures = self._failures + 1 if left else 0
                for parcel in parcels:
                    if parcel not in left:
                        self._remove(parcel)
                if left:
                    if left[0].overtaken:
                        self._queue.rotate(-1)
                    self._changed.notify_all()
                    patience = None if self._given_up else self._pause
                    self._changed.wait_for(self._need_not_pause, patience)
                    self._hurry = False

    def _need_not_pause(self) -> bool:
        """Whether somebody waits for the end; a receiver that said when to come back is not hurried."""
        return self._stopping or (self._hurry and not self._given_up and not self._told_when)

    def _next(self) -> list[Parcel]:
        """Wait for something to do and return it: one parcel, or several for a reporter of batches."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping)
            if self._stopping:
                return []
            first = self._queue[0]
            if isinstance(self._reporter, BatchReporter) and first.attempts < PATIENCE:
                enough = lambda: len(self._queue) >= TOGETHER or self._hurry or self._stopping  # noqa: E731 - a condition
                self._changed.wait_for(enough, GATHERING)
                return list(islice(self._queue, TOGETHER))
            other_one = first.attempts >= PATIENCE and self._failures % 2 == 1 and len(self._queue) > 1
            return [self._queue[1] if other_one else first]

    def _remove(self, parcel: Parcel) -> None:
        """Take a settled result out of the queue; it is the first, or has overtaken the first."""
        first = self._queue[0]
        first.overtaken = first is not parcel
        self._queue.remove(parcel)
        self._done += 1
        self._changed.notify_all()

    def _attempt(self, parcels: Sequence[Parcel]) -> list[bool]:
        """Try once and keep the new states; return which results are settled."""
        # Somebody may have thrown evidence away: there is nothing left to deliver then.
        here = [parcel for parcel in parcels if parcel.folder.is_dir()]
        settled = {id(parcel): True for parcel in parcels}
        trouble = ""
        for parcel, answer in zip(here, self._ask(here) if here else (), strict=True):
            parcel.attempts += 1
            settled[id(parcel)], problem = self._note(parcel, answer)
            trouble = problem or trouble
        # Set only now: who asks during an attempt is told why the one before failed.
        self.progress.last_error = trouble
        return [settled[id(parcel)] for parcel in parcels]

    def _ask(self, parcels: Sequence[Parcel]) -> Sequence[str | BaseException | None]:
        """Hand the results to the reporter and return what it says of each."""
        self._begun = (parcels[0].name, time.monotonic())
        try:
            if len(parcels) == 1 or not isinstance(self._reporter, BatchReporter):
                return [self._reporter.deliver(parcel.result, parcel.folder) for parcel in parcels]
            results: list[Any] = [(parcel.result, parcel.folder) for parcel in parcels]
            answers = self._reporter.deliver_many(results)
            if len(answers) != len(parcels):
                raise ValueError(f"{len(parcels)} results were given, {len(answers)} were answered")  # noqa: TRY301 - as if the plugin had
        except BaseException as error:  # noqa: BLE001 - whatever a plugin raises, the run goes on
            return [error] * len(parcels)
        else:
            return answers
        finally:
            self._begun = None

    def _note(self, parcel: Parcel, answer: str | BaseException | None) -> tuple[bool, str]:
        """Keep the state that follows from an answer; return whether the result is settled, and what went wrong."""
        known = read_delivery(parcel.folder, self.name)
        known = msgspec.structs.replace(known, attempts=known.attempts + 1, next_time=None)
        delivery = self._after(parcel, known, answer)
        problem = delivery.last_error
        try:
            write_delivery(parcel.folder, delivery)
        except OSError as error:
            # It will be delivered once more, which receivers must stand: they know it by its id.
            problem = f"the state of a delivery could not be kept: {error}"
        if delivery.settled:
            self._settled(parcel, delivery)
        return delivery.settled, problem

    def _after(self, parcel: Parcel, delivery: Delivery, answer: str | BaseException | None) -> Delivery:
        if isinstance(answer, DeliveryRejectedError):
            reason = scrubbed(answer.problem)
            self.progress.rejected += 1
            if self.progress.rejected <= PATIENCE:
                self.progress.rejections.append(f"{parcel.name}: {reason}")
            return msgspec.structs.replace(delivery, state="rejected", answer=reason, last_error="")
        if isinstance(answer, BaseException):
            self._given_up = isinstance(answer, DeliveryStoppedError)
            told = answer.seconds if isinstance(answer, DeliveryPostponedError) else 0.0
            self._told_when = told > 0
            self._pause = max(told, self._pauses.after(self._failures + 1))
            explained = isinstance(answer, DeliveryStoppedError | DeliveryPostponedError)
            return msgspec.structs.replace(
                delivery,
                last_error=scrubbed(str(answer) if explained else f"{type(answer).__name__}: {answer}"),
                next_time=datetime.now(UTC) + timedelta(seconds=self._pause),
            )
        self.progress.sent += 1
        return msgspec.structs.replace(delivery, state="sent", answer=scrubbed(answer or ""), last_error="")
