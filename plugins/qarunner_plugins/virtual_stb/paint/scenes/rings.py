"""An abstract picture of rings that spread slowly: behind apps and menus."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy

if TYPE_CHECKING:
    from ..sprite import Pixels
    from ..theme import Palette

_COARSE = 2
"""It is computed this much smaller and enlarged: everything in it is soft."""


class Rings:
    """Coloured ripples."""

    def __init__(self, width: int, height: int, palette: Palette, seed: int) -> None:
        small_width, small_height = max(width // _COARSE, 16), max(height // _COARSE, 9)
        xs = numpy.linspace(-0.5, 0.5, small_width, dtype=numpy.float32)[None, :] * (width / height)
        ys = numpy.linspace(-0.5, 0.5, small_height, dtype=numpy.float32)[:, None]
        dice = numpy.random.default_rng(seed)
        x, y = float(dice.uniform(0.2, 0.5)), float(dice.uniform(-0.3, 0.3))
        near = numpy.hypot(xs - x, ys - y)
        far = numpy.hypot(xs + 0.7, ys + 0.5)
        self._place = ((near * 330 + far * 60).astype(numpy.int32) % 256).astype(numpy.uint8)
        self._shade = (numpy.clip(1.15 - near * 0.9, 0.2, 1) * 255).astype(numpy.uint8)
        self._shade = cast("Pixels", cv2.merge([self._shade] * 3))
        around = numpy.linspace(0, 2 * numpy.pi, 256, endpoint=False)
        wave = (around / numpy.pi % 1) ** 1.6 * 0.75 + 0.08 * numpy.sin(around * 3)
        wave = numpy.convolve(numpy.tile(wave, 3), numpy.ones(25) / 25, "same")[256:512]  # no hard edges
        first, second = (numpy.array(colour, numpy.float64) for colour in (palette.top, palette.horizon))
        self._table = (first + (second - first) * wave[:, None]).astype(numpy.uint8)

    def paint(self, pixels: Pixels, time: float) -> None:
        """Paint the moment `time`."""
        height, width = pixels.shape[:2]
        position = time * 16
        # between two whole steps of the table lies a mixture of both
        table = self._turned(int(position)), self._turned(int(position) + 1)
        share = position - int(position)
        mixed = cv2.addWeighted(table[0], 1 - share, table[1], share, 0).reshape(256, 1, 3)
        picture = cv2.LUT(cv2.merge([self._place] * 3), mixed)
        cv2.multiply(picture, self._shade, dst=picture, scale=1 / 255)
        cv2.resize(picture, (width, height), dst=pixels, interpolation=cv2.INTER_LINEAR)

    def _turned(self, steps: int) -> Pixels:
        return numpy.roll(self._table, -(-steps % 256), axis=0)
