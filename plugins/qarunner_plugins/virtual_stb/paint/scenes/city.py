"""A city at night: rows of houses with lit windows, passed slowly, under a large moon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy

from ..theme import Colour, Palette, mix
from .land import Strip, strip
from .sky import add_sun, sky, stars

if TYPE_CHECKING:
    from ..sprite import Pixels

_SPEEDS = (9, 24, 58)


class City:
    """Three rows of houses and a street with headlights."""

    def __init__(self, width: int, height: int, palette: Palette, seed: int) -> None:
        self._scale = height / 720
        self._sky = sky(width, height, palette, 0.85)
        cv2.add(self._sky, stars(width, height, seed, 70, 130), dst=self._sky)
        add_sun(self._sky, palette, 0.7, 0.34, 0.15)
        self._rows = [_houses(width, height, palette, seed * 7 + row, row) for row in range(3)]
        self._street = height - max(2, int(height * 0.055))
        self._palette = palette
        self._cars = [
            (float(speed), float(place), bool(way))
            for speed, place, way in numpy.random.default_rng(seed).uniform((150, 0, 0), (320, 1, 2), (9, 3)).tolist()
        ]

    def paint(self, pixels: Pixels, time: float) -> None:
        """Paint the moment `time`."""
        height, width = pixels.shape[:2]
        numpy.copyto(pixels, self._sky)
        for row, houses in enumerate(self._rows):
            houses.paint(pixels, _SPEEDS[row] * time * self._scale)
        cv2.rectangle(pixels, (0, self._street), (width, height), mix(self._palette.near, (0, 0, 0), 0.5), cv2.FILLED)
        for speed, place, towards in self._cars:
            span = width * 1.3
            x = (place * span + (time * speed * self._scale if towards else -time * speed * self._scale)) % span
            self._car(pixels, x - width * 0.15, towards=towards)

    def _car(self, pixels: Pixels, x: float, *, towards: bool) -> None:
        unit = self._scale
        y = self._street + (16 if towards else 27) * unit
        colour = self._palette.light if towards else (70, 60, 235)
        begin = (round(x * 16), round(y * 16))
        tail = (round((x + (-34 if towards else 34) * unit) * 16), begin[1])
        cv2.line(pixels, begin, tail, tuple(part // 2 for part in colour), max(1, round(3 * unit)), cv2.LINE_AA, 4)
        cv2.circle(pixels, begin, max(16, round(3.4 * unit * 16)), colour, cv2.FILLED, cv2.LINE_AA, 4)


def _houses(width: int, height: int, palette: Palette, seed: int, row: int) -> Strip:
    dice = numpy.random.default_rng(seed)
    unit = height / 720
    length = int(width * (1.4 + 0.3 * row))
    heights = numpy.zeros(length, numpy.float32)
    low, high = ((0.26, 0.60), (0.2, 0.46), (0.15, 0.30))[row]
    house_width = (46, 74, 118)[row] * unit
    walls: list[tuple[int, int, int]] = []
    x = 0
    while x < length:
        broad = max(3, int(house_width * dice.uniform(0.6, 1.4)))
        tall = int(height * dice.uniform(low, high))
        heights[x : x + broad] = tall
        if dice.uniform() < 0.3:
            middle = min(x + broad // 2, length - 1)
            heights[middle : middle + max(1, round(2 * unit))] = tall + height * 0.05
        walls.append((x, min(x + broad, length), tall))
        x += broad
    depth = row / 2
    wall = mix(mix(palette.far, palette.horizon, 0.25), palette.near, depth)
    made = strip(width, height, heights, (wall, mix(wall, palette.horizon, 0.3 * (1 - depth))))
    return _with_windows(made, walls, palette, dice, (5, 7, 10)[row] * unit, row)


def _with_windows(
    made: Strip,
    walls: list[tuple[int, int, int]],
    palette: Palette,
    dice: numpy.random.Generator,
    size: float,
    row: int,
) -> Strip:
    """Light some windows. They are only in the band that scrolls: the body below it stands still."""
    lights: tuple[Colour, ...] = (palette.light, mix(palette.light, palette.horizon, 0.5), palette.horizon)
    band_height = made.colour.shape[0]
    bottom = made.top + band_height
    pane = max(1, round(size))
    height = bottom + made.body.shape[0]
    for left, right, tall in walls:
        roof = height - tall - made.top
        for y in range(int(roof + size * 1.5), band_height - pane, max(2, round(size * 2.3))):
            for x in range(left + pane, right - pane - 1, max(2, round(size * 2))):
                if dice.uniform() < 0.34:
                    light = mix(lights[int(dice.integers(0, 3))], palette.near, 0.45 - 0.2 * row)
                    tall_pane = max(1, round(size * 1.35))
                    made.colour[y : y + tall_pane, x : x + pane] = light
                    if x + made.length + pane < made.colour.shape[1]:
                        made.colour[y : y + tall_pane, x + made.length : x + made.length + pane] = light
    return made
