"""A value on its way from one place to another."""

from __future__ import annotations

from dataclasses import dataclass


def ease_out(progress: float) -> float:
    """Return the eased position, 0 to 1, for a `progress` that is cut to 0..1: quick at first, gentle at the end."""
    remaining = 1 - min(max(progress, 0.0), 1.0)
    return 1 - remaining**3


@dataclass(frozen=True, slots=True)
class Tween:
    """Moves from `start` to `end`, setting out at `began` and taking `duration` seconds."""

    start: float
    end: float
    began: float = 0.0
    duration: float = 0.0

    @classmethod
    def still(cls, value: float) -> Tween:
        """Return one that does not move."""
        return cls(value, value)

    def at(self, time: float) -> float:
        """Return the value at `time`."""
        if self.duration <= 0 or time >= self.began + self.duration:
            return self.end
        return self.start + (self.end - self.start) * ease_out((time - self.began) / self.duration)

    def towards(self, end: float, time: float, duration: float) -> Tween:
        """Set out for another place from wherever it is at `time`."""
        return Tween(self.at(time), end, time, duration)
