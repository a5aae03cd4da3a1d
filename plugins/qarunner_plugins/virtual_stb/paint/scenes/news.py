"""A news channel: a turning globe of dots, headlines that change and a ticker that runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy

from ..shapes import circle, diagonal_gradient, glow
from ..sprite import Sprite, blit, coloured
from ..strokes import BOLD, MEDIUM, REGULAR, text_mask
from ..theme import Palette, bgr, mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..sprite import Pixels

_HEADLINES = (
    "Night trains return to forty cities",
    "Researchers map the quiet side of the moon",
    "Old lighthouse finds a new keeper",
    "Record harvest after a year of rain",
)
_TICKER = (
    "Harbour bridge opens on Sunday     \u2022     Chess: veteran beats the clock     \u2022     "
    "Reef survey counts more turtles     \u2022     Libraries extend their evening hours     \u2022     "
    "Wind parks cover a third of demand     \u2022     "
)
_HEADLINE_SECONDS = 5


class News:
    """A studio with no presenter."""

    def __init__(self, width: int, height: int, palette: Palette, seed: int) -> None:
        self._scale = height / 720
        self._room = self._studio(width, height, palette)
        self._globe = _land_points(seed)
        self._dots = [
            coloured(numpy.full((size, size), 255, numpy.uint8), mix(palette.far, bgr("9fd0ff"), depth))
            for size, depth in ((max(1, round(self._scale * 2)), 0.25), (max(2, round(self._scale * 4)), 1.0))
        ]
        size = 30 * self._scale
        self._headlines = [coloured(text_mask(text, size, MEDIUM), bgr("ffffff")) for text in _HEADLINES]
        ticker = text_mask(_TICKER, 20 * self._scale, REGULAR)
        repeats = -(-width // ticker.shape[1]) + 1
        self._ticker = coloured(numpy.tile(ticker, (1, repeats)), bgr("dfe6f6"))
        self._ticker_length = ticker.shape[1]

    def _studio(self, width: int, height: int, palette: Palette) -> Pixels:
        unit = self._scale
        room = diagonal_gradient(width, height, bgr("0b1d4a"), bgr("050914"))
        light = coloured(glow(int(height * 1.3)), palette.horizon)
        blit(room, light, int(width * 0.72 - height * 0.65), int(height * -0.22), 0.8)
        for number in range(14):
            x = int(width * number / 14)
            cv2.line(room, (x, height), (int(width / 2 + (x - width / 2) * 0.35), int(height * 0.62)), bgr("16306b"), 1,
                     cv2.LINE_AA)  # fmt: skip
        top, bottom = int(548 * unit), int(648 * unit)
        cv2.rectangle(room, (0, top), (width, bottom), bgr("101a36"), cv2.FILLED)
        cv2.rectangle(room, (0, top), (int(232 * unit), bottom), bgr("d92b3f"), cv2.FILLED)
        cv2.rectangle(room, (0, bottom), (width, int(700 * unit)), bgr("0a1126"), cv2.FILLED)
        label = coloured(text_mask("NEWSLINE", 26 * unit, BOLD, 40), bgr("ffffff"))
        blit(room, label, int(40 * unit), int(582 * unit))
        return room

    def paint(self, pixels: Pixels, time: float) -> None:
        """Paint the moment `time`."""
        height, width = pixels.shape[:2]
        unit = self._scale
        numpy.copyto(pixels, self._room)
        self._paint_globe(pixels, width * 0.72, height * 0.39, height * 0.3, time * 0.35)
        number, since = divmod(time, _HEADLINE_SECONDS)
        headline = self._headlines[int(number) % len(self._headlines)]
        arrival = min(since / 0.4, 1.0)
        blit(pixels, headline, int((264 + 40 * (1 - arrival) ** 2) * unit), int(579 * unit), arrival)
        begin = int(time * 90 * unit) % self._ticker_length
        top = int(661 * unit)
        part = Sprite(self._ticker.colour[:, begin : begin + width], self._ticker.keep[:, begin : begin + width])
        blit(pixels, part, 0, top)

    def _paint_globe(self, pixels: Pixels, x: float, y: float, radius: float, turn: float) -> None:
        longitude, latitude = self._globe[:, 0] + turn, self._globe[:, 1]
        across = numpy.cos(latitude) * numpy.sin(longitude)
        depth = numpy.cos(latitude) * numpy.cos(longitude)
        places = numpy.stack([x + across * radius, y - numpy.sin(latitude) * radius], axis=1).astype(int)
        for front in (False, True):
            dot = self._dots[front]
            half = dot.width // 2
            for left, top in places[(depth > 0) == front].tolist():
                pixels[top - half : top - half + dot.height, left - half : left - half + dot.width] = dot.colour
        circle(pixels, x, y, radius * 1.06, bgr("3f6fc4"), self._scale)
        marker = (
            round((x + math.cos(turn * 2) * radius * 1.06) * 16),
            round((y + math.sin(turn * 2) * radius * 1.06) * 16),
        )
        cv2.circle(pixels, marker, max(16, round(5 * self._scale * 16)), bgr("ffffff"), cv2.FILLED, cv2.LINE_AA, 4)


def _land_points(seed: int) -> NDArray[numpy.float64]:
    """Return longitude and latitude of points that lie on the land of an invented planet."""
    dice = numpy.random.default_rng(seed)
    waves = dice.uniform((1, 1, 0), (4, 4, 6.3), (7, 3))
    rows = []
    for latitude in numpy.linspace(-1.35, 1.35, 27):
        count = max(6, int(62 * math.cos(latitude)))
        for longitude in numpy.linspace(0, 2 * math.pi, count, endpoint=False):
            wave = sum(math.sin(round(a) * longitude + b * latitude * 1.6 + phase) for a, b, phase in waves.tolist())
            if wave > 0.25:
                rows.append((longitude, latitude))
    return numpy.array(rows)
