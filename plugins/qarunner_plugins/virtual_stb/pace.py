"""When frames are due: a fixed grid of times that never drifts."""

from __future__ import annotations

import math


class Pace:
    """Frame number n is due at ``start + n / fps`` seconds of the monotonic clock."""

    def __init__(self, start: float, fps: float) -> None:
        self.start = start
        self.fps = fps
        self._last = -1

    def next(self, now: float) -> float:
        """Take the next frame and return when it is due.

        That is the newest one that is due already, if it was not taken yet; those missed before it are skipped.
        Otherwise the one that comes next.
        """
        newest = math.floor((now - self.start) * self.fps + 1e-6)
        self._last = max(newest, self._last + 1)
        return self.due

    @property
    def due(self) -> float:
        """When the frame taken last is due."""
        return self.start + self._last / self.fps

    def give_back(self) -> None:
        """Put the frame taken last back, because nobody waited for it."""
        self._last -= 1
