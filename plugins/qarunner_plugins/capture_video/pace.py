"""When the pictures of a video are due on this machine's clock."""

from __future__ import annotations

import math
import time
from typing import Protocol


class Pace(Protocol):
    """Decides when pictures are shown. Times of the video are seconds since its first picture."""

    speed: float
    """Seconds of the video in a second."""

    def due(self, video_time: float, now: float) -> float:
        """Return the monotonic time at which a picture is due; infinite when nobody knows yet."""
        ...

    def video_time(self, now: float) -> float:
        """Return the time of the video that is due now."""
        ...

    def wait(self, seconds: float) -> None:
        """Wait at most so long, less when `due` has changed meanwhile."""
        ...

    def begin(self) -> None:
        """Called when the capture is opened."""
        ...

    def end(self) -> None:
        """Called when the capture is closed, maybe again."""
        ...


class SteadyPace:
    """Real time, or real time multiplied by `speed`.

    :param patience: seconds that playback may lag behind before the clock is set anew. Up to there it catches up by
        leaving pictures out, beyond it (a computer that slept, a stream that stood still) it goes on from where it is.
    """

    def __init__(self, speed: float = 1.0, patience: float = 1.0) -> None:
        self.speed = speed
        self.patience = patience
        self._zero = math.nan

    def due(self, video_time: float, now: float) -> float:
        """Return when a picture is due; the first one asked about is due now."""
        if math.isnan(self._zero):
            self._zero = now - video_time / self.speed
        due = self._zero + video_time / self.speed
        if now - due > self.patience:
            self._zero += now - due
            due = now
        return due

    def video_time(self, now: float) -> float:
        """Return the time of the video that is due now."""
        return 0.0 if math.isnan(self._zero) else (now - self._zero) * self.speed

    def wait(self, seconds: float) -> None:
        """Sleep: nothing changes meanwhile."""
        time.sleep(max(0.0, seconds))

    def begin(self) -> None:
        """Start the clock with the next picture."""
        self._zero = math.nan

    def end(self) -> None:
        """Leave everything as it is."""
