"""Pictures for people: screenshots, thumbnails and the live view, encoded from the newest frame."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import cv2
import numpy

from qarunner.errors import DeviceError

if TYPE_CHECKING:
    from qarunner.nodes.hub import FrameHub
    from qarunner.nodes.ring import Frame
    from qarunner.protocols import Pixels

FIRST_FRAME_WAIT = 2.0
"""Seconds to wait for a frame when there is none yet."""

_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
_CARD_COLOUR = (48, 40, 32)
_TEXT_COLOUR = (230, 230, 230)
_LETTERS_PER_LINE = 56


class Pictures:
    """Encodes for any number of viewers; those who want the same frame in the same form share the work.

    :param node: its id, for messages.
    """

    def __init__(self, hub: FrameHub, node: str) -> None:
        self.hub = hub
        self._node = node
        self._lock = threading.Lock()
        self._last: tuple[tuple[int, int, int], bytes] = ((0, 0, 0), b"")

    def current(self) -> Frame:
        """Return the newest frame.

        :raises DeviceError: the node shows no picture; says why.
        """
        frame = self.hub.newest(timeout=FIRST_FRAME_WAIT)
        if frame is None:
            signal, text = self.hub.reader.signal()
            problem = f"node {self._node!r} shows no picture: {text or signal.words}"
            raise DeviceError(problem, "See whether the device is on and its cable is in")
        return frame

    def jpeg(self, frame: Frame, width: int, quality: int) -> bytes:
        """Return a frame as JPEG, scaled to `width` pixels when that is less than it has."""
        wanted = (frame.sequence, width, quality)
        with self._lock:
            if self._last[0] != wanted:
                self._last = (wanted, encode_jpeg(frame.pixels, width, quality))
            return self._last[1]


def encode_png(pixels: Pixels) -> bytes:
    """Return pixels as PNG, written fast rather than small."""
    return cv2.imencode(".png", pixels, _PNG)[1].tobytes()


def encode_jpeg(pixels: Pixels, width: int, quality: int) -> bytes:
    """Return pixels as JPEG, scaled down to `width` pixels in their own proportions."""
    rows, columns = pixels.shape[:2]
    image: cv2.typing.MatLike = pixels
    if width < columns:
        image = cv2.resize(pixels, (width, max(1, round(rows * width / columns))), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def card(text: str, width: int, height: int) -> Pixels:
    """Return a picture that says why there is none, for viewers who would otherwise see a frozen one."""
    picture = numpy.full((height, width, 3), _CARD_COLOUR, numpy.uint8)
    scale = width / 1100
    plain = text.encode("ascii", "replace").decode()
    for line in range(-(-len(plain) // _LETTERS_PER_LINE)):
        part = plain[line * _LETTERS_PER_LINE :][:_LETTERS_PER_LINE]
        position = (round(width * 0.06), round(height * 0.4 + line * 42 * scale))
        cv2.putText(picture, part, position, cv2.FONT_HERSHEY_SIMPLEX, scale, _TEXT_COLOUR, 1, cv2.LINE_AA)
    return picture
