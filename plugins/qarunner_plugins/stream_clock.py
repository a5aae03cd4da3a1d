"""When the pictures of a stream were taken, or are due, on this machine's clock."""

from __future__ import annotations

import math

LONGEST_GAP = 10.0
"""Seconds; a longer step in a stream's times, or one backwards, is a new clock."""
FORGETTING = 1e-3
"""Seconds a second by which an arrival clock lets itself be late: more than two clocks of computers differ."""
PATIENCE = 1.0
"""Seconds that playback may lag behind before its clock is set anew."""


class ArrivalClock:
    """For what is sent live: a picture was taken as long after another as the stream says.

    Which moment the stream's zero was is known by the pictures that came soonest: the others were delayed on their way.
    """

    def __init__(self) -> None:
        self._zero = math.inf
        self._last: tuple[float, float] | None = None

    def due(self, stream_time: float | None, now: float, _rate: float) -> float:
        """Return when a picture that has just come was taken; never in the future."""
        if stream_time is None:
            return now
        if self._last is not None:
            seen, at = self._last
            self._zero += (now - at) * FORGETTING
            if not -LONGEST_GAP / 10 < stream_time - seen < LONGEST_GAP:
                self._zero = math.inf
        self._last = stream_time, now
        self._zero = min(self._zero, now - stream_time)
        return self._zero + stream_time

    def moment(self, stream_time: float) -> float | None:
        """Return when a time of the stream was, as its pictures tell; None before the first."""
        return None if math.isinf(self._zero) else self._zero + stream_time


class PlaybackClock:
    """For what lies ready: the first picture is due at once, the others as long after it as the stream says."""

    def __init__(self) -> None:
        self._zero: float | None = None
        self._last = -math.inf

    def due(self, stream_time: float | None, now: float, rate: float) -> float:
        """Return when a picture is due; may be asked again about the same one."""
        if stream_time is None:
            return now + (1 / rate if rate else 0.0)
        if self._zero is None or not 0 <= stream_time - self._last < LONGEST_GAP:
            self._zero = now - stream_time
        if now - (self._zero + stream_time) > PATIENCE:
            self._zero = now - stream_time
        self._last = stream_time
        return self._zero + stream_time

    def moment(self, stream_time: float) -> float | None:
        """Return when a time of the stream is or was due; None before the first picture."""
        return None if self._zero is None else self._zero + stream_time
