"""Masks and gradients: rounded rectangles, halos, glows. All sizes in pixels; masks are (height, width) uint8."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sprite import Pixels
    from .theme import Colour


def distance_to_rounded(width: float, height: float, radius: float, margin: int) -> NDArray[numpy.float32]:
    """Return, for each pixel of a rounded rectangle with `margin` around it, how far outside its edge it is."""
    ys, xs = numpy.mgrid[0 : int(height) + 2 * margin, 0 : int(width) + 2 * margin].astype(numpy.float32)
    dx = numpy.abs(xs + 0.5 - margin - width / 2) - width / 2 + radius
    dy = numpy.abs(ys + 0.5 - margin - height / 2) - height / 2 + radius
    outside = numpy.hypot(numpy.maximum(dx, 0), numpy.maximum(dy, 0))
    return cast("NDArray[numpy.float32]", outside + numpy.minimum(numpy.maximum(dx, dy), 0) - radius)


def rounded(width: int, height: int, radius: float, margin: int = 0) -> Pixels:
    """Return the mask of a rounded rectangle with smooth edges."""
    coverage = 0.5 - distance_to_rounded(width, height, radius, margin)
    return _mask(coverage)


def ring(width: int, height: int, radius: float, thickness: float, margin: int) -> Pixels:
    """Return the mask of a line of `thickness` just outside a rounded rectangle."""
    distance = distance_to_rounded(width, height, radius, margin) - thickness / 2
    return _mask(0.5 + thickness / 2 - numpy.abs(distance))


def halo(width: int, height: int, radius: float, reach: float, margin: int, strength: float) -> Pixels:
    """Return a mask that fades away from a rounded rectangle within `reach`: a glow, or a soft shadow."""
    distance = numpy.maximum(distance_to_rounded(width, height, radius, margin), 0) / reach
    return _mask(strength * numpy.exp(-2.6 * distance * distance - 1.4 * distance))


def _mask(coverage: NDArray[numpy.floating]) -> Pixels:
    return cast("Pixels", (numpy.clip(coverage, 0, 1) * 255 + 0.5).astype(numpy.uint8))


def vertical_gradient(width: int, height: int, stops: list[tuple[float, Colour]]) -> Pixels:
    """Return a picture whose colour goes through `stops` (0 is the top, 1 the bottom), dithered against banding."""
    place = numpy.linspace(0, 1, height, dtype=numpy.float32)[:, None]
    # one tile's width is enough: nothing changes sideways but the dither
    tile = _through(place, _TILE, height, stops)
    return numpy.ascontiguousarray(numpy.tile(tile, (1, -(-width // _TILE), 1))[:, :width])


def diagonal_gradient(width: int, height: int, first: Colour, second: Colour) -> Pixels:
    """Return a picture that goes from its upper left to its lower right corner."""
    xs = numpy.linspace(0, 0.6, width, dtype=numpy.float32)[None, :]
    ys = numpy.linspace(0, 0.4, height, dtype=numpy.float32)[:, None]
    return _through(xs + ys, width, height, [(0, first), (1, second)])


def _through(place: NDArray[numpy.float32], width: int, height: int, stops: list[tuple[float, Colour]]) -> Pixels:
    where = [stop for stop, _colour in stops]
    picture = numpy.empty((height, width, 3), numpy.float32)
    for channel in range(3):
        picture[..., channel] = numpy.interp(place, where, [colour[channel] for _stop, colour in stops])
    return dithered(picture)


_TILE = 64


def _threshold_pattern() -> NDArray[numpy.float32]:
    """The ordered 8 x 8 pattern of Bayer, 0..1, repeated: it hides bands and yet packs well in files and videos."""
    pattern: NDArray[numpy.float64] = numpy.zeros((1, 1))
    for _ in range(3):
        pattern = numpy.block([[4 * pattern, 4 * pattern + 2], [4 * pattern + 3, 4 * pattern + 1]])
    return numpy.tile(pattern / 64, (_TILE // 8, _TILE // 8))[..., None].astype(numpy.float32)


_GRAIN = _threshold_pattern()


def dithered(picture: NDArray[numpy.float32]) -> Pixels:
    """Round to bytes with a fixed fine grain, which hides the bands of slow gradients. Spoils `picture`."""
    height, width = picture.shape[:2]
    grain = numpy.tile(_GRAIN, (-(-height // _TILE), -(-width // _TILE), 1))[:height, :width]
    picture += grain
    return numpy.clip(picture, 0, 255, out=picture).astype(numpy.uint8)


def glow(size: int) -> Pixels:
    """Return a round soft light, brightest in its middle."""
    axis = numpy.linspace(-1, 1, size, dtype=numpy.float32)
    distance = numpy.hypot(axis[:, None], axis[None, :])
    return _mask(numpy.clip(1 - distance, 0, 1) ** 2)


def circle(pixels: Pixels, x: float, y: float, radius: float, colour: Colour, thickness: float) -> None:
    """Draw the outline of a circle; smoother than cv2's own, which shows corners when it is large."""
    angles = numpy.linspace(0, 2 * numpy.pi, max(20, int(radius)), endpoint=False)
    points = numpy.stack([x + numpy.cos(angles) * radius, y + numpy.sin(angles) * radius], axis=1)
    fixed = numpy.round(points * 16).astype(numpy.int32)
    cv2.polylines(
        pixels, [fixed], isClosed=True, color=colour, thickness=max(1, round(thickness)), lineType=cv2.LINE_AA, shift=4
    )


def disc(size: int) -> Pixels:
    """Return a filled circle."""
    return rounded(size, size, size / 2)
