"""The infrared receiver: knows of keys going down and up at a time, tells when each reaches the box.

A held key acts at once, again after `FIRST_REPEAT` seconds and from then on `REPEAT_RATE` times a second. A remote
sends one key at a time: another key ends a hold. Every key takes the response delay, plus a jitter that the seed
decides, to reach the box; keys never overtake each other.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

FIRST_REPEAT = 0.4
REPEAT_RATE = 9.0


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """One key that reaches the box at `time`."""

    time: float
    key: str
    repeated: bool = False


class Receiver:
    """Turns key presses into `KeyEvent`; all times are the caller's."""

    def __init__(self, *, seed: int, response_delay: float, jitter: float) -> None:
        self.response_delay = response_delay
        self.jitter = jitter
        self.extra_delay = 0.0
        """Seconds added by the fault ``slow``."""
        self.to_drop = 0
        """So many further presses are ignored, by the fault ``dropped-key``."""
        self._seed = seed
        self._count = 0
        self._held: str | None = None
        self._next_repeat = 0.0
        self._on_its_way: deque[KeyEvent] = deque()

    def keydown(self, key: str, time: float) -> None:
        """A key goes down."""
        self._repeat_until(time)
        self._held = None
        if self.to_drop > 0:
            self.to_drop -= 1
            return
        self._send(key, time, repeated=False)
        self._held, self._next_repeat = key, time + FIRST_REPEAT

    def keyup(self, key: str, time: float) -> None:
        """A key is released; one that is not down stays so."""
        if self._held == key:
            self._repeat_until(time)
            self._held = None

    def due(self, time: float) -> list[KeyEvent]:
        """Take out the keys that have reached the box by `time`, in order."""
        self._repeat_until(time)
        arrived = []
        while self._on_its_way and self._on_its_way[0].time <= time:
            arrived.append(self._on_its_way.popleft())
        return arrived

    def clear(self) -> None:
        """Forget the keys on their way and the one that is held: the box lost its power."""
        self._on_its_way.clear()
        self._held = None

    def _repeat_until(self, time: float) -> None:
        while self._held is not None and self._next_repeat <= time:
            self._send(self._held, self._next_repeat, repeated=True)
            self._next_repeat += 1 / REPEAT_RATE

    def _send(self, key: str, time: float, *, repeated: bool) -> None:
        dice = random.Random(f"{self._seed}/{self._count}").random()  # noqa: S311 - jitter, not a secret
        self._count += 1
        arrival = time + self.response_delay + self.jitter * dice + self.extra_delay
        if self._on_its_way:
            arrival = max(arrival, self._on_its_way[-1].time)
        self._on_its_way.append(KeyEvent(arrival, key, repeated))
