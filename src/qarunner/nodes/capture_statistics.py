"""What is measured of a capture while it runs: its real frame rate, frames that are missing, and its delay."""

from __future__ import annotations

import statistics
import threading
from collections import deque

SPAN = 5.0
"""Seconds over which rate and delay are measured."""
PATIENCE = 5
"""Frames that may make up for one that is late."""
MISSING = 0.6
"""Frames by which a source must have fallen behind for one to be missing."""
FOLLOWING = 0.1
"""The share of a smaller difference that is taken for granted with each frame."""


class MissingFrames:
    """Counts frames that never came, by how far the frames that did come have fallen behind the nominal rate.

    A frame that is late is not missing yet: sources that stamp frames when they arrive are late by turns, and the next
    ones are early. Only what a few frames have not made up for counts.
    """

    def __init__(self) -> None:
        self.count = 0
        self._last: float | None = None
        self._behind = 0.0
        self._recent: deque[float] = deque(maxlen=PATIENCE)
        self._known = 0.0

    def add(self, taken: float, nominal_rate: float) -> None:
        """Note a frame. Where no rate is known nothing can be missing."""
        last, self._last = self._last, taken
        if last is None or nominal_rate <= 0:
            return
        self._behind += (taken - last) * nominal_rate - 1
        self._recent.append(self._behind)
        if len(self._recent) < PATIENCE:
            return
        more = min(self._recent) - self._known
        if more > MISSING:
            self.count += round(more)
            self._known += round(more)
        else:  # another clock, or a rate that is not quite the nominal one: followed slowly
            self._known += more * FOLLOWING

    def interrupt(self) -> None:
        """Note that frames stop for a known reason, so that the gap does not count."""
        self._last, self._behind, self._known = None, 0.0, 0.0
        self._recent.clear()


class CaptureStatistics:
    """Written by the capture's thread, read by any."""

    def __init__(self) -> None:
        self.frames = 0
        self._missing = MissingFrames()
        self._lock = threading.Lock()
        self._recent: deque[tuple[float, float]] = deque(maxlen=int(SPAN * 60))

    def add(self, taken: float, delivered: float, nominal_rate: float) -> None:
        """Count a frame: when its picture was taken and when readers could see it, in seconds of one clock."""
        self._missing.add(taken, nominal_rate)
        with self._lock:
            self.frames += 1
            self._recent.append((taken, delivered - taken))

    def interrupt(self) -> None:
        """Note that frames stop for a known reason, so that the gap is not counted as dropped frames."""
        self._missing.interrupt()

    @property
    def dropped(self) -> int:
        """How many frames were missing between others."""
        return self._missing.count

    def frame_rate(self, now: float) -> float:
        """Return frames a second over the last `SPAN` seconds, or since the first when that is shorter."""
        with self._lock:
            times = [taken for taken, _delay in self._recent if now - taken <= SPAN]
        if len(times) < 2 or times[-1] <= times[0]:  # noqa: PLR2004 - a rate needs two times
            return 0.0
        interval = (times[-1] - times[0]) / (len(times) - 1)
        silence = now - times[-1]
        return 1 / interval if silence < 2 * interval else len(times) / (now - times[0])

    @property
    def delay(self) -> float | None:
        """Median seconds from taking a picture until readers could see it."""
        with self._lock:
            delays = [delay for _taken, delay in self._recent]
        return statistics.median(delays) if delays else None
