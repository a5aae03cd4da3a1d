"""How tests look at the pictures of a capture, and the colours that must arrive."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy

from qarunner import EndOfStreamError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from qarunner import Capture

    Pixels = NDArray[numpy.uint8]

COLOURS = [
    (255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255), (255, 0, 0), (0, 0, 255), (0, 0, 0),
    (191, 64, 32), (128, 128, 128), (20, 200, 100), (250, 5, 130),
]  # fmt: skip
"""Red, green, blue."""


def await_picture(capture: Capture, condition: Callable[[Pixels], object], limit: float = 20.0) -> Pixels:
    """Read until a picture meets a condition, and return a copy of it."""
    deadline = time.monotonic() + limit
    last = None
    while time.monotonic() < deadline:
        frame = capture.read(0.5)
        if frame is not None:
            last = frame.pixels.copy()
            if condition(last):
                return last
    raise AssertionError(f"no such picture within {limit:g} s; in the middle of the last one: {_middle(last)}")


def _middle(pixels: Pixels | None) -> object:
    return None if pixels is None else pixels[pixels.shape[0] // 2, pixels.shape[1] // 2, ::-1].tolist()


def exact(colour: Sequence[int]) -> Callable[[Pixels], object]:
    """Say whether a whole picture is of one colour (red, green, blue)."""
    return lambda pixels: (pixels == numpy.array(colour[::-1], numpy.uint8)).all()


def bar_errors(pixels: Pixels) -> NDArray[numpy.int16]:
    """Return by how many levels the bars of `bars` differ from `COLOURS`: a row for each, red, green, blue."""
    width = pixels.shape[1] / len(COLOURS)
    middles = [round((number + 0.5) * width) for number in range(len(COLOURS))]
    shown = pixels[pixels.shape[0] // 2, middles, ::-1].astype(numpy.int16)
    return numpy.abs(shown - numpy.array(COLOURS, numpy.int16))


def bars(width: int = 768, height: int = 96) -> Pixels:
    """Return a picture of upright bars in `COLOURS`, blue-green-red."""
    pixels = numpy.empty((height, width, 3), numpy.uint8)
    edges = [round(number * width / len(COLOURS)) for number in range(len(COLOURS) + 1)]
    for colour, left, right in zip(COLOURS, edges, edges[1:], strict=False):
        pixels[:, left:right] = colour[::-1]
    return pixels


def frames_until_the_end(capture: Capture, limit: float = 30.0) -> int:
    """Read to the end of a recording and return how many pictures came."""
    deadline, count = time.monotonic() + limit, 0
    while time.monotonic() < deadline:
        try:
            count += capture.read(0.5) is not None
        except EndOfStreamError:
            return count
    raise AssertionError(f"no end within {limit:g} s")


CLOCK_BITS = 24
"""Columns of a picture's lowest quarter, which say by black and white when it was made: milliseconds, monotonic."""


def clock_columns(seconds: float) -> NDArray[numpy.bool_]:
    """Return which of the columns are white."""
    milliseconds = int(seconds * 1000)
    return numpy.array([bool(milliseconds >> bit & 1) for bit in range(CLOCK_BITS)])


def age(pixels: Pixels, at: float) -> float:
    """Return how many seconds before `at` a picture with a clock was made."""
    height, width = pixels.shape[:2]
    middles = [round((bit + 0.5) * width / CLOCK_BITS) for bit in range(CLOCK_BITS)]
    white = pixels[height * 7 // 8, middles].mean(axis=1) > 127
    made = sum(1 << bit for bit in range(CLOCK_BITS) if white[bit])
    wrap = 1 << CLOCK_BITS
    return ((int(at * 1000) - made + wrap // 2) % wrap - wrap // 2) / 1000
