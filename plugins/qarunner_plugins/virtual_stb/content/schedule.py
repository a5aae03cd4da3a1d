"""Which programme is on which channel at which minute: endless, and the same for the same seed.

Minutes count from midnight of the first day; the box is switched on at `CLOCK_START`.
"""

from __future__ import annotations

import functools
import random
from bisect import bisect_right
from dataclasses import dataclass

from .channels import CHANNELS

CLOCK_START = 19 * 60 + 42
DAY = 24 * 60
_DAY_BEGINS = 6 * 60
_LENGTHS = (30, 30, 45, 60, 60, 75, 90)
_GENRES = {
    "hills": "Drama", "pitch": "Sport", "news": "News", "ocean": "Nature", "space": "Science", "city": "Music",
    "shapes": "Children", "testcard": "Engineering",
}  # fmt: skip
_SENTENCES = (
    "Old friends meet where the road ends and the map begins.",
    "A quiet evening turns when the lights go out along the bay.",
    "Three people, one promise and the longest night of the year.",
    "New pictures from a place nobody has filmed before.",
    "What was thought to be lost is found in an unlikely cellar.",
    "The last chance to put things right before morning.",
    "A story about patience, good tools and very bad weather.",
)


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme; `start` and `end` in minutes."""

    title: str
    start: int
    end: int
    genre: str
    synopsis: str


@functools.lru_cache(maxsize=256)
def _day(seed: int, channel: int, day: int) -> tuple[Programme, ...]:
    dice = random.Random(f"{seed}/{channel}/{day}")  # noqa: S311 - a television schedule, not a secret
    station = CHANNELS[channel]
    programmes: list[Programme] = []
    start, finish = day * DAY + _DAY_BEGINS, (day + 1) * DAY + _DAY_BEGINS
    turn = dice.randrange(len(station.programmes))
    while start < finish:
        end = min(start + dice.choice(_LENGTHS), finish)
        if finish - end < min(_LENGTHS):
            end = finish
        title = station.programmes[turn % len(station.programmes)]
        programmes.append(Programme(title, start, end, _GENRES[station.scene], dice.choice(_SENTENCES)))
        start, turn = end, turn + 1
    return tuple(programmes)


def programme_at(seed: int, channel: int, minute: float) -> Programme:
    """Return what channel number `channel` of the list shows at `minute`."""
    day = int((minute - _DAY_BEGINS) // DAY)
    programmes = _day(seed, channel, day)
    return programmes[bisect_right(programmes, minute, key=lambda programme: programme.start) - 1]


def programmes_between(seed: int, channel: int, begin: float, end: float) -> list[Programme]:
    """Return the programmes of a channel of which any part lies between the minutes `begin` and `end`."""
    found = [programme_at(seed, channel, begin)]
    while found[-1].end < end:
        found.append(programme_at(seed, channel, found[-1].end))
    return found


def clock_text(minute: float) -> str:
    """Return ``19:42`` for minute 1182."""
    whole = int(minute) % DAY
    return f"{whole // 60:02}:{whole % 60:02}"
