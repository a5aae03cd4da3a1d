"""From what a video device delivers (YUYV, NV12, MJPEG and others) to blue-green-red."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from qarunner_plugins.raw_pictures import BT601, BT709, BT2020, FULL, LIMITED, RawConverter, layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qarunner_plugins.capture_v4l2 import V4l2Options
    from qarunner_plugins.capture_v4l2.kernel import PictureFormat

    Pixels = NDArray[numpy.uint8]

UNCOMPRESSED = {"NV12": "nv12", "YUYV": "yuyv422", "UYVY": "uyvy422", "BGR3": "bgr24", "RGB3": "rgb24"}
MATRICES = {"bt601": BT601, "bt709": BT709, "bt2020": BT2020}
RANGES = {"limited": LIMITED, "full": FULL}
_OF_ENCODING = {1: BT601, 2: BT709, 3: BT601, 4: BT709, 5: BT601, 6: BT2020, 7: BT2020}
_OF_COLORSPACE = {1: BT601, 3: BT709, 5: BT601, 6: BT601, 7: BT601, 8: BT601, 10: BT2020}
"""The kernel's numbers (``V4L2_YCBCR_ENC_``, ``V4L2_COLORSPACE_``); what is left out says nothing."""
JPEG_COLORSPACE = 7
QUANTIZATIONS = {1: FULL, 2: LIMITED}


def colours_of(given: PictureFormat, options: V4l2Options) -> tuple[int, int]:
    """Return matrix and range of a device's pictures, 0 where neither it nor the options say."""
    matrix = MATRICES.get(options.matrix) or _OF_ENCODING.get(given.encoding) or _OF_COLORSPACE.get(given.colorspace, 0)
    said = QUANTIZATIONS.get(given.quantization, FULL if given.colorspace == JPEG_COLORSPACE else 0)
    return matrix, RANGES.get(options.range) or said


class Decoder:
    """Turns the contents of buffers into pictures.

    :param given: what the device was set to.
    :param options: what to believe of its colours instead of what it says.
    """

    def __init__(self, given: PictureFormat, options: V4l2Options) -> None:
        self._given = given
        self._options = options
        self._matrix, self._range = colours_of(given, options)
        self._raw: RawConverter | None = None
        self._codec: Any = None
        self._colours: Any = None
        if given.code in UNCOMPRESSED:
            lying = layout(UNCOMPRESSED[given.code], given.width, given.height, stride=given.stride)
            self._raw = RawConverter(lying, self._matrix, self._range)
            self._least = lying.size
        else:
            self._least = 1

    def decode(self, data: Pixels, pixels: Pixels) -> bool:
        """Put a picture into `pixels`; False when the buffer holds no whole picture.

        :param data: the bytes of the buffer that are used.
        """
        if len(data) < self._least:
            return False
        if self._raw is not None:
            self._raw.convert(data, pixels)
            return True
        return self._decode_jpeg(data, pixels)

    def _decode_jpeg(self, data: Pixels, pixels: Pixels) -> bool:
        import av
        from av.error import FFmpegError

        from qarunner_plugins.capture_video.colours import ColourConverter

        if self._codec is None:
            self._codec = av.CodecContext.create("mjpeg", "r")
            self._colours = ColourConverter((self._given.width, self._given.height), 0)
        try:
            pictures = self._codec.decode(av.Packet(data.tobytes()))
        except FFmpegError:
            return False
        if not pictures:
            return False
        picture = pictures[-1]
        # A JPEG file is BT.601 in full range unless somebody knows better; the kernel's defaults are no knowledge.
        if self._options.range:
            picture.color_range = self._range
        if self._options.matrix:
            picture.colorspace = self._matrix
        numpy.copyto(pixels, self._colours.pixels(picture))
        return True
