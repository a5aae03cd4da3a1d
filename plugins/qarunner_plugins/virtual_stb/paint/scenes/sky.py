"""Skies: a gradient with a light in it, or with stars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy

from ..shapes import disc, dithered, glow, vertical_gradient
from ..sprite import blit, coloured
from ..theme import Palette, mix

if TYPE_CHECKING:
    from ..sprite import Pixels


def sky(width: int, height: int, palette: Palette, horizon: float = 0.72) -> Pixels:
    """Return a sky whose brightest line lies at `horizon` (0 top, 1 bottom)."""
    middle = mix(palette.top, palette.horizon, 0.5)
    return vertical_gradient(
        width, height, [(0, palette.top), (horizon * 0.55, middle), (horizon, palette.horizon), (1, palette.horizon)]
    )


def add_sun(pixels: Pixels, palette: Palette, x: float, y: float, size: float) -> None:
    """Put a sun or moon of `size` (share of the height) at the shares x, y of the picture, in its own light."""
    height, width = pixels.shape[:2]
    for reach, opacity in ((7.0, 0.30), (3.2, 0.42)):
        spread = max(4, int(height * size * reach))
        light = coloured(glow(spread), palette.light)
        blit(pixels, light, int(width * x - spread / 2), int(height * y - spread / 2), opacity)
    body = max(2, int(height * size))
    blit(pixels, coloured(disc(body), palette.light), int(width * x - body / 2), int(height * y - body / 2))


def stars(width: int, height: int, seed: int, count: int, brightest: int = 255) -> Pixels:
    """Return stars on black, most of them faint."""
    dice = numpy.random.default_rng(seed)
    picture = numpy.zeros((height, width, 3), numpy.uint8)
    scale = height / 720
    for _ in range(count):
        x, y = dice.uniform(0, width), dice.uniform(0, height)
        light = brightest * float(dice.uniform(0.12, 1) ** 2)
        radius = scale * (0.7 + 1.1 * light / 255)
        tint = dice.uniform(0.82, 1, 3)
        colour = tuple(float(part * light) for part in tint)
        centre = round(x * 16), round(y * 16)
        cv2.circle(picture, centre, max(6, round(radius * 16)), colour, cv2.FILLED, cv2.LINE_AA, 4)
    return picture


def nebula(width: int, height: int, seed: int, palette: Palette, strength: float) -> Pixels:
    """Return clouds of light on black: noise at several scales, coloured from far to light."""
    dice = numpy.random.default_rng(seed)
    size = max(width // 6, 16), max(height // 6, 9)
    total = numpy.zeros((size[1], size[0]), numpy.float32)
    for cells, share in ((3, 0.55), (6, 0.28), (13, 0.17)):
        noise = dice.uniform(0, 1, (cells, cells * 2)).astype(numpy.float32)
        total += share * cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC)
    density = (numpy.clip((total - 0.42) * 2.2, 0, 0.75) ** 1.4)[..., None]
    colour = numpy.array(palette.horizon, numpy.float32) * (1 - density) * 0.8
    colour += numpy.array(palette.light, numpy.float32) * density * 0.5
    clouds = numpy.clip(colour * density * strength, 0, 255)
    large = cv2.resize(clouds, (width, height), interpolation=cv2.INTER_CUBIC)
    return dithered(large.astype(numpy.float32, copy=False))
