"""From the bytes of an uncompressed picture, as devices and pipes deliver them, to blue-green-red."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[numpy.uint8]

LIMITED, FULL = 1, 2
"""Of ``AVColorRange``."""
BT709, BT601, BT2020 = 1, 6, 9
"""Of ``AVColorSpace`` (ITU-T H.273, table 4)."""


@dataclass(frozen=True)
class Plane:
    """Where a part of a picture lies: `offset` of its first byte, bytes from row to row and of a row, how many rows."""

    offset: int
    stride: int
    rows: int
    row: int


@dataclass(frozen=True)
class Layout:
    """Of a picture in memory. `libav`: the pixel format's name there."""

    libav: str
    width: int
    height: int
    planes: tuple[Plane, ...]

    @property
    def size(self) -> int:
        """Bytes of a picture."""
        last = self.planes[-1]
        return last.offset + last.stride * last.rows


_SHAPES = {
    "yuv420p": ((1, 1, 1), (2, 2, 1), (2, 2, 1)),
    "yuv422p": ((1, 1, 1), (2, 1, 1), (2, 1, 1)),
    "yuv444p": ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
    "nv12": ((1, 1, 1), (2, 2, 2)),
    "nv21": ((1, 1, 1), (2, 2, 2)),
    "yuyv422": ((1, 1, 2),),
    "uyvy422": ((1, 1, 2),),
    "bgr24": ((1, 1, 3),),
    "rgb24": ((1, 1, 3),),
    "bgr0": ((1, 1, 4),),
    "rgb0": ((1, 1, 4),),
    "gray": ((1, 1, 1),),
}
"""Of each plane: pixels across and down for one sample, bytes of a sample."""


def layout(libav: str, width: int, height: int, *, alignment: int = 1, stride: int = 0) -> Layout:
    """Return how a picture lies in memory.

    :param alignment: bytes to a multiple of which each row is filled up, and whether the planes begin at an even row;
        1 for none.
    :param stride: bytes from row to row of the first plane where the device says so; the others follow.
    :raises KeyError: the format is not known here.
    """
    planes, offset = [], 0
    wide, high = _round(width, 2), _round(height, 2)
    for across, down, size in _SHAPES[libav]:
        columns = width if across == 1 else wide // across
        rows = height if down == 1 else high // down
        row = columns * size
        if libav.endswith("yv422"):
            row = wide * size
        own = stride * size // across if stride and len(_SHAPES[libav]) > 1 else stride or _round(row, alignment)
        planes.append(Plane(offset, own, rows, row))
        # Where a chroma row serves two rows, the planes before it have an even number of them.
        filled = high if alignment > 1 and down == 1 and libav in ("yuv420p", "nv12", "nv21") else rows
        offset += own * filled
    return Layout(libav, width, height, tuple(planes))


def _round(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


class RawConverter:
    """Converts pictures of one layout.

    :param matrix: how brightness and colour were made of red, green and blue, 0 when nobody said (then as the size
        suggests). :param colour_range: `LIMITED`, `FULL`, or 0 when nobody said (then limited).
    """

    def __init__(self, given: Layout, matrix: int = 0, colour_range: int = 0) -> None:
        self._layout = given
        self._matrix = matrix
        self._range = colour_range
        self._picture: Any = None
        self._colours: Any = None

    def convert(self, raw: Pixels, pixels: Pixels) -> None:
        """Put a picture into `pixels`: shape (height, width, 3), blue-green-red, full range.

        :param raw: its bytes, one-dimensional, at least `Layout.size` of them.
        """
        import cv2

        given = self._layout
        if given.libav in ("bgr24", "bgr0"):
            plane = given.planes[0]
            rows = numpy.lib.stride_tricks.as_strided(
                raw[plane.offset :],
                (given.height, given.width, plane.row // given.width),
                (plane.stride, plane.row // given.width, 1),
            )
            if rows.shape[2] == pixels.shape[2]:
                numpy.copyto(pixels, rows)
            else:
                cv2.cvtColor(rows, cv2.COLOR_BGRA2BGR, pixels)
            return
        self._make()
        for plane, target in zip(given.planes, self._picture.planes, strict=True):
            lines = numpy.frombuffer(memoryview(target), numpy.uint8).reshape(-1, target.line_size)
            source = raw[plane.offset : plane.offset + plane.stride * plane.rows].reshape(plane.rows, plane.stride)
            lines[: plane.rows, : plane.row] = source[:, : plane.row]
        numpy.copyto(pixels, self._colours.pixels(self._picture))

    def _make(self) -> None:
        if self._picture is not None:
            return
        import av

        from qarunner_plugins.capture_video.colours import UNSPECIFIED, ColourConverter

        given = self._layout
        self._picture = av.VideoFrame(given.width, given.height, given.libav)
        self._picture.colorspace = self._matrix or UNSPECIFIED
        self._picture.color_range = self._range or LIMITED
        self._colours = ColourConverter((given.width, given.height), 0)
