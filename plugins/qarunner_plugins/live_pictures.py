"""What captures of live sources share: a thread that reads the source, and always only its newest picture.

A source that blocks (a network, a pipe, a C library) blocks its own thread. Whoever reads the capture waits as long as
it said and no longer, gets the newest picture, and is told by name when the source does not answer.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy

from qarunner import CapturedFrame, CaptureFormat, DeviceError, DeviceLostError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[numpy.uint8]
    Blank = Callable[[int, int], Pixels]

OPEN_LIMIT = 15.0
"""Seconds a source may take to begin: less than the exporter grants, so that the error is ours, with our advice."""
SILENCE_LIMIT = 5.0
"""Seconds in which a source must come back with a picture or with word that there is none."""
CLOSE_LIMIT = 2.0


class Source(Protocol):
    """One use of a device, from `open` to `close`, all on one thread; only `interrupt` comes from another."""

    def open(self) -> CaptureFormat:
        """Begin. Raise `DeviceError` when that fails; `close` follows in any case."""
        ...

    def next(self, blank: Blank) -> CapturedFrame | None:
        """Wait for the next picture, at most a second or so; None when the device is there and sends none.

        :param blank: gives an array of a width and a height to put the picture into.
        """
        ...

    def interrupt(self) -> None:
        """Make `open` or `next` come back soon, if there is a way."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


class LiveCapture:
    """A capture that reads a source on a thread of its own.

    :param make: makes a source, once for each `open`.
    :param name: how errors call it, such as ``screen :0``. :param advice: what to try when it does not answer.
    """

    def __init__(self, make: Callable[[], Source], name: str, advice: str) -> None:
        self._make = make
        self._name = name
        self._advice = advice
        self._session: _Session | None = None

    def open(self) -> CaptureFormat:
        """Begin to read the source.

        :raises DeviceError: the source's own, or that it did not answer.
        """
        self.close()
        self._session = session = _Session(self._make(), self._name)
        return session.await_format(self._not_answered(OPEN_LIMIT))

    def read(self, timeout: float) -> CapturedFrame | None:
        """Return the newest picture that was not yet read.

        :raises DeviceLostError: the source says so, or it has not answered for `SILENCE_LIMIT` seconds.
        """
        if self._session is None:
            raise DeviceError(f"{self._name} is not open", "Call open() first")
        return self._session.newest(timeout, self._not_answered(SILENCE_LIMIT))

    def close(self) -> None:
        """Let go of the source; one that hangs is left behind and closes itself when it comes back."""
        session, self._session = self._session, None
        if session is not None:
            session.stop()

    def _not_answered(self, limit: float) -> DeviceLostError:
        return DeviceLostError(f"{self._name} has not answered in {limit:g} s", self._advice)


class _Session:
    def __init__(self, source: Source, name: str) -> None:
        self._source = source
        self._changed = threading.Condition()
        self._format: CaptureFormat | None = None
        self._newest: CapturedFrame | None = None
        self._arrays: list[Pixels] = []
        self._lent: CapturedFrame | None = None
        self._drawn: Pixels | None = None
        self._error: BaseException | None = None
        self._answered = time.monotonic()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"read {name}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            with contextlib.closing(self._source):
                given = self._source.open()
                with self._changed:
                    self._format = given
                    self._answered = time.monotonic()
                    self._changed.notify_all()
                while not self._stopped:
                    frame = self._source.next(self._blank)
                    with self._changed:
                        self._answered = time.monotonic()
                        self._newest = frame or self._newest
                        self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - told in the reader's thread
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _blank(self, width: int, height: int) -> Pixels:
        """Return an array that neither waits to be read nor is being read: there are at most three."""
        with self._changed:
            taken = [frame.pixels for frame in (self._newest, self._lent) if frame is not None]
            free = [array for array in self._arrays if all(array is not other for other in taken)]
            fitting = next((array for array in free if array.shape == (height, width, 3)), None)
            if fitting is None:
                fitting = numpy.empty((height, width, 3), numpy.uint8)
                self._arrays = [array for array in taken if array.shape == fitting.shape] + [fitting]
            return fitting

    def await_format(self, too_late: DeviceError) -> CaptureFormat:
        with self._changed:
            self._changed.wait_for(lambda: self._format or self._error, OPEN_LIMIT)
            if self._format is None:
                raise self._error or too_late
            return self._format

    def newest(self, timeout: float, too_late: DeviceError) -> CapturedFrame | None:
        with self._changed:
            self._lent = None
            self._changed.wait_for(lambda: self._newest or self._error, timeout)
            if self._newest is None and self._error is not None:
                raise self._error
            if self._newest is None and time.monotonic() - self._answered > SILENCE_LIMIT:
                raise too_late
            self._lent, self._newest = self._newest, None
            return self._lent

    def stop(self) -> None:
        self._stopped = True
        with contextlib.suppress(Exception):
            self._source.interrupt()
        self._thread.join(CLOSE_LIMIT)


class Ticks:
    """The times at which a source that can be asked at any time is asked.

    :param rate: times a second.
    """

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._due = time.monotonic()

    def left(self) -> float:
        """Return the seconds until the next one; negative when it is due."""
        return self._due + self._interval - time.monotonic()

    def wait(self) -> float:
        """Sleep until the next one and return the time; those that are missed are left out."""
        now = time.monotonic()
        self._due += self._interval
        if now - self._due > self._interval:
            self._due = now
        time.sleep(max(0.0, self._due - now))
        return time.monotonic()
