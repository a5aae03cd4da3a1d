"""Calls into drivers: each capability has a thread of its own, and a call that does not come back is cut off and named.

Python cannot end a thread, so a call that is cut off goes on in the background. Until it comes back its driver refuses
all further calls with the name of the one that hangs.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from qarunner.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Answer = TypeVar("Answer")


@dataclass
class _Call:
    name: str
    limit: float
    function: Callable[[], Any] = lambda: None
    started: float = field(default_factory=time.monotonic)
    finished: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: BaseException | None = None


class WatchedCalls:
    """Remembers which call of a driver is running, so that another thread can tell that it hangs.

    :param driver: how to call the driver, such as ``remote driver virtual:``.
    """

    def __init__(self, driver: str) -> None:
        self.driver = driver
        self._current: _Call | None = None

    @contextlib.contextmanager
    def watching(self, name: str, limit: float) -> Iterator[None]:
        """Mark the body as a call that should take at most `limit` seconds."""
        self._current = _Call(name, limit)
        try:
            yield
        finally:
            self._current = None

    @property
    def hang(self) -> str:
        """Which call has not come back within its limit, in words; empty when none."""
        call = self._current
        if call is None or time.monotonic() - call.started < call.limit:
            return ""
        return f"{self.driver} {call.name} has not answered in {call.limit:g} s"


class DriverCalls(WatchedCalls):
    """Runs a driver's calls one after the other on a thread of its own."""

    def __init__(self, driver: str) -> None:
        super().__init__(driver)
        self._turn = threading.Lock()
        self._calls: queue.SimpleQueue[_Call] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=driver, daemon=True).start()

    def call(self, name: str, function: Callable[[], Answer], limit: float) -> Answer:
        """Run `function` and return what it returns; give up after `limit` seconds.

        :raises DeviceError: it has not come back in time, or an earlier one still has not.
        """
        if not self._turn.acquire(timeout=limit):
            raise self._too_late()
        try:
            if self._current is not None:
                raise self._too_late()
            call = self._current = _Call(name, limit, function)
            self._calls.put(call)
            if not call.finished.wait(limit):
                raise self._too_late()
        finally:
            self._turn.release()
        if call.error is not None:
            raise call.error
        answer: Answer = call.answer
        return answer

    def _run(self) -> None:
        while True:
            call = self._calls.get()
            try:
                call.answer = call.function()
            except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
                call.error = error
            self._current = None
            call.finished.set()

    def _too_late(self) -> DeviceError:
        hang = self.hang or f"{self.driver} is busy with another call"
        advice = "See whether the device is on and reachable; the exporter restarts when its lease ends"
        return DeviceError(hang, advice)
