"""What land is made of: outlines that repeat after a while, and strips that scroll sideways without a seam."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy

from ..shapes import vertical_gradient

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..sprite import Pixels
    from ..theme import Colour

    Outline = NDArray[numpy.float32]


def smooth_outline(length: int, seed: int, waves: tuple[int, ...], roughness: float = 0.55) -> Outline:
    """Return heights 0..1 of rolling hills; `waves` are how often each wave fits into `length`."""
    dice = numpy.random.default_rng(seed)
    place = numpy.arange(length) / length * 2 * numpy.pi
    total, strength = numpy.zeros(length), 1.0
    for count in waves:
        total += strength * numpy.sin(place * count + dice.uniform(0, 2 * numpy.pi))
        strength *= roughness
    return _stretched(total)


def rugged_outline(length: int, seed: int, peaks: int, octaves: int = 5) -> Outline:
    """Return heights 0..1 of mountains with about `peaks` summits, by displacing midpoints."""
    dice = numpy.random.default_rng(seed)
    points = dice.uniform(0, 1, peaks)
    points[::2] = points[::2] * 0.3 + 0.7
    points[1::2] *= 0.4
    strength = 0.22
    for _ in range(octaves):
        between = (points + numpy.roll(points, -1)) / 2 + dice.uniform(-strength, strength, len(points))
        points = numpy.stack([points, between], axis=1).ravel()
        strength *= 0.52
    place = numpy.linspace(0, len(points), length, endpoint=False)
    return _stretched(numpy.interp(place, numpy.arange(len(points) + 1), numpy.append(points, points[0])))


def trees_on(heights: Outline, seed: int, size: float, density: float) -> Outline:
    """Return an outline in pixels with conifers up to `size` high standing on `heights`, also in pixels."""
    dice = numpy.random.default_rng(seed)
    grown = heights.copy()
    length = len(heights)
    for _ in range(int(length / size * density)):
        foot, height = int(dice.integers(0, length)), size * float(dice.uniform(0.45, 1))
        half = max(2, int(height * 0.24))
        across = numpy.arange(-half, half + 1)
        cone = height * (1 - numpy.abs(across) / half)
        # branches: the cone's edge goes down in steps
        cone -= numpy.mod(numpy.abs(across), max(2, half // 3)) * 0.9
        columns = (foot + across) % length
        grown[columns] = numpy.maximum(grown[columns], heights[foot] + cone)
    return grown


def _stretched(values: NDArray[numpy.float64]) -> Outline:
    low, high = float(values.min()), float(values.max())
    return ((values - low) / (high - low)).astype(numpy.float32)


@dataclass(frozen=True, slots=True)
class Strip:
    """Land below an outline, endless sideways: a band with the outline's smooth edge over a solid body."""

    top: int
    """First row of the band in the picture."""
    colour: Pixels
    """The band, multiplied by its coverage; as wide as the outline plus one picture."""
    keep: Pixels
    body: Pixels
    length: int

    def paint(self, pixels: Pixels, offset: float) -> None:
        """Paint it, scrolled by `offset` pixels to the left."""
        width = pixels.shape[1]
        begin = int(offset) % self.length
        band = pixels[self.top : self.top + self.colour.shape[0]]
        rows = band.shape[0]
        cv2.multiply(band, self.keep[:rows, begin : begin + width], dst=band, scale=1 / 255)
        cv2.add(band, self.colour[:rows, begin : begin + width], dst=band)
        bottom = self.top + self.colour.shape[0]
        if bottom < pixels.shape[0]:
            pixels[bottom:] = self.body


def strip(width: int, height: int, heights: Outline, colours: tuple[Colour, Colour]) -> Strip:
    """Make a strip for a picture of width x height; `heights` in pixels above its lower edge.

    `colours` are those at the highest point of the outline and at the lower edge.
    """
    tops = height - heights
    first, last = max(0, int(tops.min()) - 1), min(height, int(tops.max()) + 2)
    gradient = vertical_gradient(width, max(height - first, 1), [(0, colours[0]), (1, colours[1])])
    rows = numpy.arange(first, last, dtype=numpy.float32)[:, None]
    coverage = numpy.clip(rows + 1 - tops[None, :], 0, 1)
    mask = (numpy.concatenate([coverage, coverage[:, :width]], axis=1) * 255 + 0.5).astype(numpy.uint8)
    mask3 = cv2.merge([mask, mask, mask])
    column = numpy.ascontiguousarray(numpy.broadcast_to(gradient[: last - first, :1], mask3.shape))
    colour = cast("Pixels", cv2.multiply(column, mask3, scale=1 / 255))
    return Strip(first, colour, cast("Pixels", cv2.bitwise_not(mask3)), gradient[last - first :], len(heights))
