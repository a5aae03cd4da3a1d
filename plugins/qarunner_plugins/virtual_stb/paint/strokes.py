"""Turns text into smooth masks with the stroke typeface of `glyphs`.

cv2's own Hershey fonts are thin polygons; here every stroke is drawn by cv2 at several times its size with round ends,
then averaged down, which gives even, crisp text at any size and weight.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, cast

import cv2
import numpy

from .glyphs import GLYPHS, KERNING

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIGHT, REGULAR, MEDIUM, BOLD = 58, 76, 96, 118
"""Pen widths in thousandths of the type size."""

CAPITAL = 700
BASE_LINE = 0.86
"""How far below the top of a line its letters stand, as a share of the type size."""
_LINE = 1.2
_SQUARENESS = 2 / 2.28
"""Ovals are slightly squarer than ellipses (2/2): open counters stay readable in small sizes."""
_JOIN = 40
"""An arc that begins so near to the end of the line before goes on with it."""
_DOT = 12
"""A stroke no longer than this is a dot, which is drawn a little larger than the pen."""


@functools.cache
def lines_of(path: str) -> tuple[NDArray[numpy.float64], ...]:
    """Return the lines of a path (see `glyphs`), each an array (points, 2) of x and y."""
    lines: list[list[tuple[float, float]]] = []
    words = iter(path.split())

    def numbers(count: int) -> list[float]:
        return [float(next(words)) for _ in range(count)]

    for command in words:
        if command == "M":
            x, y = numbers(2)
            lines.append([(x, y)])
        elif command == "L":
            x, y = numbers(2)
            lines[-1].append((x, y))
        elif command == "C":
            lines[-1] += _cubic(lines[-1][-1], numbers(6))
        elif command == "A":
            arc = _arc(numbers(4), *numbers(2))
            if lines and math.dist(lines[-1][-1], arc[0]) < _JOIN:
                lines[-1] += arc
            else:
                lines.append(arc)
        else:
            lines.append(_arc(numbers(4), 0, 360))
    return tuple(numpy.array(line) for line in lines)


def _cubic(start: tuple[float, float], rest: list[float]) -> list[tuple[float, float]]:
    t = numpy.linspace(0, 1, 17)[1:, None]
    p0, p1, p2, p3 = numpy.array(start), *numpy.array(rest).reshape(3, 2)
    curve = (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t**2 * p2 + t**3 * p3
    return [(float(x), float(y)) for x, y in curve]


def _arc(oval: list[float], begin: float, end: float = 360) -> list[tuple[float, float]]:
    cx, cy, rx, ry = oval
    angles = numpy.radians(numpy.linspace(begin, end, max(8, int(abs(end - begin) / 7))))
    cos, sin = numpy.cos(angles), numpy.sin(angles)
    xs = cx + rx * numpy.sign(cos) * numpy.abs(cos) ** _SQUARENESS
    ys = cy + ry * numpy.sign(sin) * numpy.abs(sin) ** _SQUARENESS
    return [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]


def _advance(text: str, index: int, weight: int, spacing: float) -> float:
    left, width, right, path = GLYPHS.get(text[index], GLYPHS["?"])
    return left + width + right + (weight if path else 0) + spacing + KERNING.get(text[index : index + 2], 0)


@functools.lru_cache(maxsize=8192)
def text_width(text: str, size: float, weight: int = REGULAR, spacing: float = 0) -> float:
    """Return the advance of `text` in pixels at type size `size`; `spacing` is added per character (thousandths)."""
    return sum(_advance(text, index, weight, spacing) for index in range(len(text))) * size / 1000


@functools.lru_cache(maxsize=2048)
def _glyph(character: str, size: float, weight: int, oversampling: int) -> NDArray[numpy.uint8]:
    """Return the coverage of one character, enlarged, with a pen's width of room on its left."""
    _left, width, _right, path = GLYPHS.get(character, GLYPHS["?"])
    unit = size * oversampling / 1000
    shape = math.ceil(size * _LINE) * oversampling, math.ceil((width + 3 * weight) * unit)
    large = numpy.zeros(shape, numpy.uint8)
    for line in lines_of(path):
        # the pen's half width stays inside the drawn height, whatever the weight
        squeezed = weight / 2 + line[:, 1] * (CAPITAL - weight) / CAPITAL
        xs = (1.5 * weight + line[:, 0]) * unit
        ys = size * BASE_LINE * oversampling - squeezed * unit
        fixed = numpy.round((numpy.stack([xs, ys], axis=1) - 0.5) * 16).astype(numpy.int32)
        is_dot = numpy.abs(line - line[0]).max() < _DOT
        pen = max(1, round((weight * 1.3 if is_dot else weight) * unit))
        cv2.polylines(large, [fixed], isClosed=False, color=255, thickness=pen, lineType=cv2.LINE_AA, shift=4)
    return large


@functools.lru_cache(maxsize=1024)
def text_mask(text: str, size: float, weight: int = REGULAR, spacing: float = 0) -> NDArray[numpy.uint8]:
    """Return the coverage of `text`: shape (1.2 size, width), uint8, base line at 0.86 of `size` below the top."""
    oversampling = 4 if size < 64 else 2
    height, width = math.ceil(size * _LINE), math.ceil(text_width(text, size, weight, spacing)) + 2
    large = numpy.zeros((height * oversampling, width * oversampling), numpy.uint8)
    unit = size * oversampling / 1000
    x = 1000 / size
    for index, character in enumerate(text):
        glyph = _glyph(character, size, weight, oversampling)
        left = GLYPHS.get(character, GLYPHS["?"])[0]
        begin = round((x + left - weight) * unit)
        skipped = max(0, -begin)
        place = large[:, begin + skipped : begin + glyph.shape[1]]
        numpy.maximum(place, glyph[:, skipped : skipped + place.shape[1]], out=place)
        x += _advance(text, index, weight, spacing)
    mask = cast("NDArray[numpy.uint8]", cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA))
    mask.flags.writeable = False
    return mask
