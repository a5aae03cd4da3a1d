"""From a decoded picture, whatever its pixel format, to the blue-green-red array that tests get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

if TYPE_CHECKING:
    import av
    from numpy.typing import NDArray

BILINEAR, ACCURATE_ROUNDING = 0x2, 0x40000
"""Flags of libswscale, which older PyAV has no names for."""
UNSPECIFIED = 2
"""Of ``AVColorSpace`` (ITU-T H.273, table 4)."""
LARGEST_STANDARD_DEFINITION = (1279, 576)
"""Width and height. A video that does not say how its colours are meant is meant as its size suggests: BT.601 up to
this, BT.709 above, which is also how players decide."""


class ColourConverter:
    """Converts the pictures of one video, all to the size of the first.

    libav's direct way to blue-green-red is up to five levels off. By way of separate colour planes it is exact, for two
    milliseconds more per picture of 1280x720.

    :param size: width and height as stored, before rotation.
    :param rotation: degrees counterclockwise by which the video wants to be shown, a multiple of 90.
    """

    def __init__(self, size: tuple[int, int], rotation: int) -> None:
        self._width, self._height = size
        self._quarter_turns = rotation // 90 % 4
        self._reformatter = VideoReformatter()
        self._pixels = numpy.empty((self._height, self._width, 3), numpy.uint8)

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height of the arrays."""
        return (self._height, self._width) if self._quarter_turns % 2 else (self._width, self._height)

    def pixels(self, picture: av.VideoFrame) -> NDArray[numpy.uint8]:
        """Return shape (height, width, 3), uint8, blue-green-red, full range, C-contiguous; reused by the next call."""
        source: Any = None
        if picture.colorspace == UNSPECIFIED:
            width, height = LARGEST_STANDARD_DEFINITION
            is_small = picture.width <= width and picture.height <= height
            source = Colorspace.ITU601 if is_small else Colorspace.ITU709
        planar = self._reformatter.reformat(
            picture,
            self._width,
            self._height,
            "gbrp",
            src_colorspace=source,
            interpolation=BILINEAR | ACCURATE_ROUNDING,
            src_color_range=picture.color_range or None,
            dst_color_range=ColorRange.JPEG,
        )
        green, blue, red = (
            numpy.frombuffer(memoryview(plane), numpy.uint8).reshape(-1, plane.line_size)[:, : self._width]
            for plane in planar.planes
        )
        cv2.merge((blue, green, red), self._pixels)
        if not self._quarter_turns:
            return self._pixels
        return numpy.ascontiguousarray(numpy.rot90(self._pixels, self._quarter_turns))
