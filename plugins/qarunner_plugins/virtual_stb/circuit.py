"""The whole box without a clock, a thread or a picture: power, receiver, state machine and faults, told the time.

The same calls with the same times give the same states, whatever happens between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .machine.box import advance, power_up, press, start
from .receiver import Receiver

if TYPE_CHECKING:
    from .machine.state import Box
    from .options import BoxOptions

FAULTS: dict[str, str] = {
    "freeze": "The picture stands still while it is on; keys still reach the box behind it.",
    "black": "The picture is black while it is on.",
    "no-signal": "There is no picture at all while it is on, as with a pulled cable.",
    "dropped-key": "The next so many key presses are ignored.",
    "slow": "So many seconds are added to the response delay of every key.",
    "crash": "The box restarts at once, with its splash screen; 0 does nothing.",
}


@dataclass(frozen=True, slots=True)
class Output:
    """What leaves the box: the picture of `box` at `time`, or black."""

    box: Box
    time: float
    black: bool = False


class Circuit:
    """The box; times are seconds since it was first switched on."""

    def __init__(self, options: BoxOptions) -> None:
        self.box = start(options.seed, options.boot_seconds, options.start)
        self.receiver = Receiver(seed=options.seed, response_delay=options.response_delay, jitter=options.jitter)
        self.powered = True
        self._now = 0.0
        self._black = False
        self._no_signal = False
        self._frozen: Output | None = None

    def advance(self, time: float) -> float:
        """Let time pass and return it; time never runs backwards."""
        time = max(time, self._now)
        for event in self.receiver.due(time):
            self.box = press(self.box, event.key, event.time, repeated=event.repeated)
        self.box = advance(self.box, time)
        self._now = time
        return time

    def keydown(self, key: str, time: float) -> None:
        """Press a key of the remote control and keep it down. Without power nothing receives it."""
        time = self.advance(time)
        if self.powered:
            self.receiver.keydown(key, time)

    def keyup(self, key: str, time: float) -> None:
        """Release a key."""
        self.receiver.keyup(key, self.advance(time))

    def power(self, time: float, *, on: bool) -> None:
        """Cut the power, or restore it: the box boots."""
        time = self.advance(time)
        if on and not self.powered:
            self.box = power_up(self.box, time)
        if not on:
            self.receiver.clear()
        self.powered = on

    def output(self, time: float) -> Output | None:
        """What is in the picture at `time`; None without a signal."""
        time = self.advance(time)
        if not self.powered or self._no_signal:
            return None
        if self._frozen is not None:
            return self._frozen
        return Output(self.box, time, self._black)

    def inject(self, name: str, value: float, time: float) -> None:
        """Switch a fault of `FAULTS` on (`value` > 0) or off (0)."""
        time = self.advance(time)
        on = value > 0
        if name == "freeze":
            self._frozen = (self._frozen or Output(self.box, time, self._black)) if on else None
        elif name == "black":
            self._black = on
        elif name == "no-signal":
            self._no_signal = on
        elif name == "dropped-key":
            self.receiver.to_drop = round(value)
        elif name == "slow":
            self.receiver.extra_delay = value
        elif name == "crash" and on and self.powered:
            self.receiver.clear()
            self.box = power_up(self.box, time)
