"""Ends a testcase that runs too long, gently first.

Soft, at the limit: `TimeLimitInterrupt` is raised in the main thread. It is a KeyboardInterrupt because tests swallow
an ``Exception`` and a bare ``BaseException`` skips behave's hooks. Hard, `GRACE` seconds later: faulthandler writes the
stacks of all threads to the crash log and ends the process, from a thread of its own that needs no interpreter lock.
"""

from __future__ import annotations

import faulthandler
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import IO, Literal

GRACE = 10.0


class TimeLimitInterrupt(KeyboardInterrupt):
    """Raised in the main thread when a testcase has used up its time."""


class TimeLimitExceededError(Exception):
    """What a testcase that ran into its time limit ends with: an error, with the stack of where it was."""


class TimeLimit:
    """The clock of one testcase. Use `start` and `stop`; both cost a few microseconds.

    :param crash_log: an open file that survives the process; the stacks are written to it.
    """

    def __init__(self, crash_log: IO[bytes]) -> None:
        self._crash_log = crash_log
        self._seconds = 0.0
        self._previous: signal._HANDLER = signal.SIG_DFL
        self._interruptible = False
        self._due = False

    def start(self, seconds: float) -> None:
        """Begin to count; 0 means no limit."""
        self._seconds = seconds
        self._due = False
        if seconds <= 0:
            return
        self._previous = signal.signal(signal.SIGALRM, self._raise)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        faulthandler.dump_traceback_later(seconds + GRACE, exit=True, file=self._crash_log)

    def stop(self) -> None:
        """Stop counting; safe to call when nothing runs."""
        if self._seconds <= 0:
            return
        self._seconds = 0.0
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, self._previous)

    @contextmanager
    def phase(self, name: Literal["setup", "call", "teardown"]) -> Iterator[None]:
        """Run a phase of the testcase; outside of one the interrupt is held back, so that it cannot end the session.

        A teardown is not kept from running by a limit that was used up before it: the hard limit ends it.

        :raises TimeLimitExceededError: the time was up before or during this phase.
        """
        if self._due and name != "teardown":
            raise self._exceeded()
        self._interruptible = not self._due
        try:
            yield
        except TimeLimitInterrupt as interrupt:
            raise self._exceeded() from interrupt
        finally:
            self._interruptible = False

    def _exceeded(self) -> TimeLimitExceededError:
        return TimeLimitExceededError(f"the testcase did not end within its time limit of {self._seconds:g} s")

    def _raise(self, _signal: int, _frame: FrameType | None) -> None:
        self._due = True
        if self._interruptible:
            self._interruptible = False
            raise TimeLimitInterrupt
