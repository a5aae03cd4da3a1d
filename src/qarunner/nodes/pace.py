"""When encoding cannot keep up with capturing, the recorder takes every second frame instead of losing at random.

When it has had time to spare for a while it takes all again, but not for ever back and forth.
"""

from __future__ import annotations

PATIENCE = 1.0
"""Seconds of being late all the time before the rate is halved."""

CALM = 5.0
"""Seconds of not being late at all before the rate is doubled again."""

MOST_RETURNS = 3
"""So often the rate is doubled again in one video."""

LARGEST_STEP = 8


class Pace:
    """Decides which frames are encoded.

    :param slots: how many frames the ring holds.
    """

    def __init__(self, slots: int) -> None:
        self.step = 1
        self._late = slots // 2
        self._late_since: float | None = None
        self._calm_since: float | None = None
        self._returns = 0

    def wants(self, sequence: int) -> bool:
        """Whether the frame of that number is to be encoded."""
        return sequence % self.step == 0

    def observe(self, behind: int, now: float) -> bool:
        """Take note that `behind` frames wait to be encoded; return whether `step` was changed by that."""
        if behind <= 1:
            self._late_since = None
            self._calm_since = now if self._calm_since is None else self._calm_since
        elif behind >= self._late:
            self._calm_since = None
            self._late_since = now if self._late_since is None else self._late_since
        if self._since(self._late_since, now) >= PATIENCE and self.step < LARGEST_STEP:
            self.step *= 2
        elif self._since(self._calm_since, now) >= CALM and self.step > 1 and self._returns < MOST_RETURNS:
            self.step //= 2
            self._returns += 1
        else:
            return False
        self._late_since = self._calm_since = None
        return True

    @staticmethod
    def _since(start: float | None, now: float) -> float:
        return 0.0 if start is None else now - start

    def describe(self, seconds: float) -> str:
        """Return what a viewer must know of the step that begins at `seconds` of the video."""
        if self.step == 1:
            return f"every frame again from {seconds:.1f} s on"
        return f"only every {self.step}. frame from {seconds:.1f} s on: encoding could not keep up"
