"""An engineer's test card: bars, greys, a circle, a clock to hundredths and a bar that sweeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy

from ..shapes import circle
from ..sprite import Sprite, blit, coloured
from ..strokes import BOLD, MEDIUM, text_mask, text_width
from ..theme import Palette, bgr

if TYPE_CHECKING:
    from ..sprite import Pixels

_BARS = ("c0c0c0", "c0c000", "00c0c0", "00c000", "c000c0", "c00000", "0000c0")
_SWEEP_SECONDS = 4.0


class TestCard:
    """Colours are exact: a test may rely on them."""

    __test__ = False  # not a testcase, whatever its name begins with

    def __init__(self, width: int, height: int, palette: Palette, seed: int) -> None:
        self._scale = height / 720
        self._card = self._draw(width, height)
        size = 44 * self._scale
        self._digit_width = text_width("0", size, MEDIUM)
        self._digits: dict[str, Sprite] = {
            character: coloured(text_mask(character, size, MEDIUM), (255, 255, 255)) for character in "0123456789:."
        }
        self._glint = palette.light if seed >= 0 else palette.near

    def paint(self, pixels: Pixels, time: float) -> None:
        """Paint the moment `time`."""
        _height, width = pixels.shape[:2]
        unit = self._scale
        numpy.copyto(pixels, self._card)
        hundredths = max(0, int(time * 100 + 1e-6))
        text = f"{hundredths // 6000 % 100:02}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"
        x = width / 2 - 4 * self._digit_width
        for character in text:
            blit(pixels, self._digits[character], round(x), round(428 * unit))
            x += self._digit_width * (0.5 if character in ":." else 1.12)
        share = time / _SWEEP_SECONDS % 1
        left = round(160 * unit + share * (width - 344 * unit))
        cv2.rectangle(
            pixels, (left, round(516 * unit)), (left + round(24 * unit), round(540 * unit)), self._glint, cv2.FILLED
        )

    def _draw(self, width: int, height: int) -> Pixels:
        unit = self._scale
        card = numpy.full((height, width, 3), 84, numpy.uint8)
        step = height / 12
        for line in range(1, 12):
            cv2.line(
                card, (0, round(line * step)), (width, round(line * step)), (128, 128, 128), max(1, round(2 * unit))
            )
        for line in range(1, 22):
            x = round(width / 2 + (line - 10.5) * step)
            cv2.line(card, (x, 0), (x, height), (128, 128, 128), max(1, round(2 * unit)))
        left, right, top = round(160 * unit), width - round(160 * unit), round(120 * unit)
        for number, code in enumerate(_BARS):
            x0 = left + (right - left) * number // 7
            x1 = left + (right - left) * (number + 1) // 7
            cv2.rectangle(card, (x0, top), (x1 - 1, round(300 * unit)), bgr(code), cv2.FILLED)
        for number in range(11):
            x0 = left + (right - left) * number // 11
            x1 = left + (right - left) * (number + 1) // 11
            grey = round(number * 25.5)
            cv2.rectangle(card, (x0, round(300 * unit)), (x1 - 1, round(360 * unit)), (grey, grey, grey), cv2.FILLED)
        cv2.rectangle(card, (left, round(360 * unit)), (right - 1, round(600 * unit)), (16, 16, 16), cv2.FILLED)
        title = coloured(text_mask("QARUNNER TEST CARD", 26 * unit, BOLD, 60), (255, 255, 255))
        blit(card, title, (width - title.width) // 2, round(378 * unit))
        for lines in range(6):
            for x in range(
                left + round(lines * 150 * unit), min(left + round((lines * 150 + 110) * unit), right), 2 + lines * 2
            ):
                cv2.rectangle(card, (x, round(556 * unit)), (x + lines, round(590 * unit)), (230, 230, 230), cv2.FILLED)
        circle(card, width / 2, height / 2, 336 * unit, (235, 235, 235), 3 * unit)
        return card
