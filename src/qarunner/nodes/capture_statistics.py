"""What is measured of a capture while it runs: its real frame rate, frames that are missing, and its delay."""

from __future__ import annotations

import statistics
import threading
from collections import deque

SPAN = 5.0
"""Seconds over which rate and delay are measured."""


class CaptureStatistics:
    """Written by the capture's thread, read by any."""

    def __init__(self) -> None:
        self.frames = 0
        self.dropped = 0
        self._lock = threading.Lock()
        self._recent: deque[tuple[float, float]] = deque(maxlen=int(SPAN * 60))
        self._last: float | None = None

    def add(self, taken: float, delivered: float, nominal_rate: float) -> None:
        """Count a frame: when its picture was taken and when readers could see it, in seconds of one clock."""
        with self._lock:
            if self._last is not None and nominal_rate > 0:
                self.dropped += max(0, round((taken - self._last) * nominal_rate) - 1)
            self._last = taken
            self.frames += 1
            self._recent.append((taken, delivered - taken))

    def interrupt(self) -> None:
        """Note that frames stop for a known reason, so that the gap is not counted as dropped frames."""
        self._last = None

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
