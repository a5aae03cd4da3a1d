"""Landscapes that drift by: mountains with trees, dunes, or coloured waves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from ..theme import Palette, mix
from .land import Strip, rugged_outline, smooth_outline, strip, trees_on
from .sky import add_sun, sky, stars

if TYPE_CHECKING:
    from ..sprite import Pixels

_DARK_SKY = 90
_SPEEDS = (7, 17, 36, 74)
"""Design units a second, from far to near."""


class Hills:
    """Ridges behind ridges; `kind` is hills, desert or waves."""

    def __init__(self, width: int, height: int, palette: Palette, seed: int, kind: str = "hills") -> None:
        self._scale = height / 720
        dice = numpy.random.default_rng(seed)
        self._sky = sky(width, height, palette)
        if sum(palette.top) < _DARK_SKY:
            upper = self._sky[: int(height * 0.55)]
            numpy.maximum(upper, stars(width, len(upper), seed, 120, 200), out=upper)
        add_sun(self._sky, palette, float(dice.uniform(0.55, 0.8)), float(dice.uniform(0.3, 0.5)), 0.11)
        self._strips = [self._layer(width, height, palette, seed * 11 + layer, layer, kind) for layer in range(4)]
        self._kind = kind

    @staticmethod
    def _layer(width: int, height: int, palette: Palette, seed: int, layer: int, kind: str) -> Strip:
        depth = layer / 3
        length = int(width * (1.5 + 0.25 * layer))
        foot, rise = ((0.40, 0.26), (0.29, 0.2), (0.16, 0.17), (0.03, 0.14))[layer]
        if kind == "hills" and layer < 2:
            outline = rugged_outline(length, seed, 8 + 2 * layer)
        elif kind == "waves":
            outline = smooth_outline(length, seed, (2 + layer, 3 + layer), 0.5)
        else:
            outline = smooth_outline(length, seed, (2, 3, 5) if kind == "desert" else (3, 5, 11))
        heights = (foot + rise * outline) * height
        if kind == "hills" and layer > 1:
            heights = trees_on(heights, seed, height * (0.07, 0.13)[layer - 2], (2.6, 1.5)[layer - 2])
        colour = mix(palette.far, palette.near, depth**0.8)
        lit = mix(colour, palette.light, 0.10 if kind == "hills" else 0.22 * (1 - depth))
        mist = mix(colour, palette.horizon, 0.72 * (1 - depth) ** 1.2)
        return strip(width, height, heights.astype(numpy.float32), (lit, mist if depth < 1 else palette.near))

    def paint(self, pixels: Pixels, time: float) -> None:
        """Paint the moment `time`."""
        numpy.copyto(pixels, self._sky)
        for layer, land in enumerate(self._strips):
            swing = 14 * numpy.sin(time * 0.9 + layer) if self._kind == "waves" else 0
            land.paint(pixels, (_SPEEDS[layer] * time + 60 + swing) * self._scale)
