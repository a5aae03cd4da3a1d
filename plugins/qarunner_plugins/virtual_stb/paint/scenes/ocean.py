"""Below the surface: light from above, schools of fish, bubbles and a floor with weeds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy

from ..shapes import circle, dithered, vertical_gradient
from ..sprite import Sprite, blit, cut_out, shrunk
from ..theme import Colour, Palette, bgr, mix
from .land import Strip, smooth_outline, strip, trees_on

if TYPE_CHECKING:
    from ..sprite import Pixels

_TAIL_STEPS = 8


class Ocean:
    """A reef."""

    def __init__(self, width: int, height: int, palette: Palette, seed: int) -> None:
        self._scale = height / 720
        dice = numpy.random.default_rng(seed)
        surface = mix(palette.horizon, palette.light, 0.35)
        self._water = vertical_gradient(
            width, height, [(0, surface), (0.28, palette.horizon), (0.62, palette.far), (1, palette.near)]
        )
        self._rays = _rays(width, height, palette, dice)
        self._floors = [self._floor(width, height, palette, seed + layer, layer) for layer in range(2)]
        colours = (palette.light, bgr("ffb14a"), mix(palette.light, palette.horizon, 0.6), bgr("ff6f61"))
        self._schools = [
            _School(dice, [_fish(round(size * height), colour, step) for step in range(_TAIL_STEPS)], depth)
            for size, colour, depth in zip((0.05, 0.085, 0.045, 0.13), colours, (0.3, 0.5, 0.68, 0.42), strict=True)
        ]
        self._bubbles = dice.uniform((0, 0, 30, 2), (1, 1, 80, 6), (16, 4)).tolist()
        self._palette = palette

    @staticmethod
    def _floor(width: int, height: int, palette: Palette, seed: int, layer: int) -> Strip:
        outline = smooth_outline(int(width * (1.4 + layer * 0.4)), seed, (2, 3, 7))
        heights = ((0.14, 0.05)[layer] + 0.1 * outline) * height
        heights = trees_on(heights, seed, height * (0.10, 0.22)[layer], (1.2, 0.9)[layer])
        colour = mix(palette.far, palette.near, (0.55, 0.95)[layer])
        return strip(width, height, heights.astype(numpy.float32), (mix(colour, palette.far, 0.2), palette.near))

    def paint(self, pixels: Pixels, time: float) -> None:
        """Paint the moment `time`."""
        height, width = pixels.shape[:2]
        numpy.copyto(pixels, self._water)
        room = self._rays.shape[1] - width
        begin = int(room * (0.5 + 0.5 * math.sin(time * 0.45)))
        lit = pixels[: self._rays.shape[0]]
        cv2.add(lit, self._rays[:, begin : begin + width], dst=lit)
        self._floors[0].paint(pixels, time * 14 * self._scale)
        for school in self._schools:
            school.paint(pixels, time)
        for place, phase, speed, size in self._bubbles:
            rise = (phase * 800 + time * speed) % 800
            x = place * width + math.sin(time * 2 + phase * 9) * 6 * self._scale
            circle(pixels, x, height - rise * self._scale, max(1, size * self._scale), self._palette.light, self._scale)
        self._floors[1].paint(pixels, time * 34 * self._scale)


class _School:
    """Fish of one kind that keep together."""

    def __init__(self, dice: numpy.random.Generator, frames: list[Sprite], depth: float) -> None:
        self._frames = frames
        self._depth = depth
        big = frames[0].height
        count = 2 if big > frames[0].width else 5
        self._members = dice.uniform((0, -0.1, 0), (0.28, 0.1, 6), (count, 3)).tolist()
        self._speed = float(dice.uniform(0.035, 0.075))
        self._start = float(dice.uniform(0, 1))

    def paint(self, pixels: Pixels, time: float) -> None:
        height, width = pixels.shape[:2]
        for ahead, aside, phase in self._members:
            along = (self._start + ahead + time * self._speed) % 1.35 - 0.18
            y = self._depth + aside + 0.018 * math.sin(time * 1.1 + phase)
            frame = self._frames[int(time * 11 + phase) % _TAIL_STEPS]
            blit(pixels, frame, round(along * width), round(y * height - frame.height / 2))


def _fish(size: int, colour: Colour, step: int) -> Sprite:
    """A fish that swims to the right; `step` bends its tail."""
    size, over = max(size, 6), 4
    width, height = int(size * 1.6) * over, size * over
    mask = numpy.zeros((height, width), numpy.uint8)
    bend = math.sin(step / _TAIL_STEPS * 2 * math.pi) * 0.14 * height
    middle = height // 2
    body = (int(width * 0.6), middle)
    cv2.ellipse(mask, body, (int(width * 0.34), int(height * 0.27)), 0, 0, 360, 255, cv2.FILLED, cv2.LINE_AA)
    tail = [(0.36, 0.5, 0.0), (0.04, 0.2, 1.0), (0.11, 0.5, 0.7), (0.04, 0.8, 1.0)]
    fin = [(0.5, 0.3, 0.0), (0.62, 0.07, 0.3), (0.76, 0.32, 0.0)]
    for outline in (tail, fin):
        points = [(int(x * width), int(y * height + moves * bend)) for x, y, moves in outline]
        cv2.fillPoly(mask, [numpy.array(points)], 255, cv2.LINE_AA)
    shade = numpy.empty((height, width, 3), numpy.float32)
    slope = numpy.linspace(1.12, 0.62, height, dtype=numpy.float32)[:, None, None]
    shade[:] = numpy.array(colour, numpy.float32) * slope
    picture = dithered(shade)
    stripe = tuple(int(part * 0.78) for part in colour)
    for x in (0.56, 0.7):
        cv2.line(
            picture, (int(x * width), 0), (int((x - 0.04) * width), height), stripe, int(width * 0.045), cv2.LINE_AA
        )
    cv2.circle(picture, (int(width * 0.82), int(height * 0.45)), int(height * 0.065), (250, 250, 250), cv2.FILLED)
    cv2.circle(picture, (int(width * 0.83), int(height * 0.45)), int(height * 0.04), (20, 16, 12), cv2.FILLED)
    small = (width // over, height // over)
    return cut_out(shrunk(picture, *small), shrunk(mask, *small))


def _rays(width: int, height: int, palette: Palette, dice: numpy.random.Generator) -> Pixels:
    """Beams of light on black, a quarter wider than the picture so that they may sway."""
    wide, tall = int(width * 1.25) // 4, int(height * 0.8) // 4
    mask = numpy.zeros((tall, wide), numpy.float32)
    for _ in range(9):
        x, thick = float(dice.uniform(0, wide)), float(dice.uniform(0.01, 0.05)) * wide
        lean = float(dice.uniform(0.1, 0.3)) * wide
        beam = numpy.array([(x, 0), (x + thick, 0), (x + thick * 2.6 - lean, tall), (x - lean, tall)])
        layer = numpy.zeros((tall, wide), numpy.uint8)
        cv2.fillPoly(layer, [beam.astype(numpy.int32)], 255, cv2.LINE_AA)
        mask += layer * float(dice.uniform(0.1, 0.26))
    mask = cv2.GaussianBlur(mask, (0, 0), max(wide / 160, 0.8)).astype(numpy.float32)
    mask *= numpy.linspace(1, 0, tall, dtype=numpy.float32)[:, None] ** 1.3
    large = cv2.resize(mask, (int(width * 1.25), int(height * 0.8)), interpolation=cv2.INTER_LINEAR)
    light = numpy.array(palette.light, numpy.float32) / 255
    return dithered((large[..., None] * light).astype(numpy.float32, copy=False))
