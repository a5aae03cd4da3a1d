"""Deep space: three sheets of stars, a lit planet with its ring and a moon on its way around."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import cv2
import numpy

from ..shapes import dithered, glow
from ..sprite import Sprite, blit, coloured, cut_out
from ..theme import Palette, mix
from .sky import nebula, stars

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..sprite import Pixels


class Space:
    """A slow flight past a planet."""

    def __init__(self, width: int, height: int, palette: Palette, seed: int) -> None:
        self._scale = height / 720
        dice = numpy.random.default_rng(seed)
        ground = numpy.empty((height, width, 3), numpy.float32)
        ground[:] = palette.near
        self._ground = dithered(ground)
        cloud = nebula(width, height, seed, palette, 0.75)
        cv2.add(self._ground, cloud, dst=self._ground)
        self._sheets = [
            numpy.concatenate([sheet, sheet[:, :width]], axis=1)
            for sheet in (stars(width, height, seed + layer, 90, 150 + 50 * layer) for layer in range(3))
        ]
        self._planet = _planet(int(height * 0.52), palette, float(dice.uniform(-0.6, -0.2)))
        self._ring_back, self._ring_front = _ring(int(height * 1.05), palette)
        self._moon = _planet(int(height * 0.075), palette, -0.5)
        light = int(height * 1.15)
        soft = cv2.convertScaleAbs(glow(light), alpha=0.4)
        self._x, self._y = float(dice.uniform(0.58, 0.7)), float(dice.uniform(0.44, 0.52))
        shine = coloured(cast("Pixels", soft), mix(palette.horizon, palette.light, 0.3))
        _centre(self._ground, shine, width * self._x, height * self._y)
        self._phase = float(dice.uniform(0, 6))

    def paint(self, pixels: Pixels, time: float) -> None:
        """Paint the moment `time`."""
        height, width = pixels.shape[:2]
        numpy.copyto(pixels, self._ground)
        for layer, sheet in enumerate(self._sheets):
            begin = int(time * self._scale * (4, 10, 22)[layer]) % width
            cv2.add(pixels, sheet[:, begin : begin + width], dst=pixels)
        x = width * (self._x + 0.03 * math.sin(time * 0.21 + self._phase))
        y = height * (self._y + 0.02 * math.cos(time * 0.17))
        angle = time * 0.55 + self._phase
        moon_x, moon_y = x + height * 0.46 * math.cos(angle), y + height * 0.12 * math.sin(angle)
        behind = math.sin(angle) < 0
        if behind:
            _centre(pixels, self._moon, moon_x, moon_y)
        _centre(pixels, self._ring_back, x, y)
        _centre(pixels, self._planet, x, y)
        _centre(pixels, self._ring_front, x, y)
        if not behind:
            _centre(pixels, self._moon, moon_x, moon_y)


def _centre(pixels: Pixels, sprite: Sprite, x: float, y: float) -> None:
    blit(pixels, sprite, round(x - sprite.width / 2), round(y - sprite.height / 2))


def _planet(size: int, palette: Palette, tilt: float) -> Sprite:
    axis = numpy.linspace(-1, 1, max(size, 4), dtype=numpy.float32)
    xs, ys = axis[None, :], axis[:, None]
    distance = numpy.hypot(xs, ys)
    depth = numpy.sqrt(numpy.clip(1 - distance * distance, 0, 1))
    bands = ys * math.cos(tilt) + xs * math.sin(tilt)
    stripe = 0.5 + 0.32 * numpy.sin(bands * 9 + 0.8 * numpy.sin(bands * 4)) + 0.14 * numpy.sin(bands * 23)
    light = numpy.clip(-0.62 * xs - 0.42 * ys + 0.62 * depth, 0.03, 1)
    first, second = (numpy.array(colour, numpy.float32) for colour in (palette.horizon, palette.light))
    surface = (first * (1 - stripe[..., None] * 0.8) + second * stripe[..., None] * 0.8) * light[..., None]
    rim = numpy.clip(distance - 0.86, 0, 1)[..., None] * 3.2 * light[..., None]
    mask = numpy.clip((1 - distance) * size / 2, 0, 1) * 255
    return cut_out(dithered(surface + rim * second * 0.5), mask.astype(numpy.uint8))


def _ring(size: int, palette: Palette) -> tuple[Sprite, Sprite]:
    flat, lean = 0.20, math.radians(-14)
    axis = numpy.linspace(-1, 1, max(size, 8), dtype=numpy.float32)
    # it lies flat: only the middle of the square has anything of it
    xs, ys = axis[None, :], axis[numpy.abs(axis) < 0.34, None]
    along = xs * math.cos(lean) + ys * math.sin(lean)
    across = (-xs * math.sin(lean) + ys * math.cos(lean)) / flat
    distance = numpy.hypot(along, across)
    edge = size / 2 * flat
    inside = numpy.clip((distance - 0.66) * edge, 0, 1) * numpy.clip((0.96 - distance) * edge, 0, 1)
    grooves = 0.55 + 0.3 * numpy.sin(distance * 70) + 0.15 * numpy.sin(distance * 150)
    gap = 1 - 0.8 * numpy.exp(-(((distance - 0.84) / 0.012) ** 2))
    coverage = inside * grooves * gap * 0.75
    colour = numpy.empty((*distance.shape, 3), numpy.float32)
    colour[:] = mix(palette.light, palette.horizon, 0.35)
    pixels = dithered(colour)

    def half(side: NDArray[numpy.bool_]) -> Sprite:
        return cut_out(pixels, (coverage * side * 255).astype(numpy.uint8))

    return half(across <= 0), half(across > 0)
