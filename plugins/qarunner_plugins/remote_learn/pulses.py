"""Infrared as a receiver delivers it, in LIRC's mode2 format: lines of ``pulse N``, ``space N`` and ``timeout N``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qarunner import QarunnerError

LINE = re.compile(r"(?P<kind>pulse|space|timeout)\s+(?P<duration>\d{1,9})")

FRAME_GAP = 19_000
"""Microseconds of silence that end a frame; codes hold shorter ones, repetitions are further apart."""

PRESS_GAP = 250_000
"""Microseconds of silence that end a press: remotes repeat sooner than that."""

SHORTEST_FRAME = 8
DEFAULT_GAP = 100_000


@dataclass(frozen=True)
class Press:
    """One press of a key: pulses and spaces by turns, in microseconds, beginning and ending with a pulse."""

    durations: Sequence[int]

    @property
    def frame(self) -> Sequence[int]:
        """The first frame; what follows are repetitions."""
        return self.durations[: self._first_gap]

    @property
    def gap(self) -> int:
        """The silence between the first frame and its repetition; a usual one when it was not repeated."""
        place = self._first_gap
        return self.durations[place] if place < len(self.durations) else DEFAULT_GAP

    @property
    def _first_gap(self) -> int:
        spaces = range(1, len(self.durations), 2)
        return next((place for place in spaces if self.durations[place] >= FRAME_GAP), len(self.durations))


def read_presses(lines: Iterable[str], source: str) -> list[Press]:
    """Return the presses in a recording, in their order.

    :param source: how messages call it.
    :raises QarunnerError: a line is not of the format, or a press is too short for a code.
    """
    presses: list[list[int]] = [[]]
    for number, line in enumerate(lines, 1):
        text = line.split("#")[0].strip()
        if not text:
            continue
        if (found := LINE.fullmatch(text)) is None:
            problem = f"{source}, line {number}: {line.strip()[:60]!r} is no line of the mode2 format"
            raise QarunnerError(problem, "Record with `ir-ctl --receive --mode2` or `mode2`: `pulse 560`, `space 1690`")
        kind, duration = found["kind"], int(found["duration"])
        if kind == "timeout" or (kind == "space" and duration >= PRESS_GAP):
            presses.append([])
        else:
            _append(presses[-1], kind, duration)
    # A space at the end is silence, no part of the press.
    cut = [Press(tuple(durations[: len(durations) - (len(durations) % 2 == 0)])) for durations in presses if durations]
    for place, press in enumerate(cut, 1):
        if len(press.frame) < SHORTEST_FRAME:
            problem = f"{source}: press {place} has {len(press.frame)} pulses and spaces, too few for a code"
            raise QarunnerError(problem, "Hold the remote close to the receiver, away from lamps, and record it again")
    return cut


def _append(durations: list[int], kind: str, duration: int) -> None:
    """Add a pulse or a space; two of a kind in a row are one, and a space at the beginning is none."""
    is_pulse = len(durations) % 2 == 0
    if (kind == "pulse") == is_pulse:
        durations.append(duration)
    elif durations:
        durations[-1] += duration
