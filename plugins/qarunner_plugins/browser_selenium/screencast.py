"""Pictures of a page in Chromium: the DevTools screencast.

Chromium drops a picture of its screencast when two are on their way to us, and never sends it again. So when pictures
stop coming, and some time after each key, one screenshot makes sure that the last picture is what is to be seen.
"""

from __future__ import annotations

import base64
import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy

from qarunner import CapturedFrame, DeviceError, DeviceLostError

from .connection import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .cdp import DevTools

    Pixels = NDArray[numpy.uint8]

OLDEST = 10.0
"""Seconds that a picture's own time may lie behind; beyond, it is another clock's."""
FIRST_PICTURE = 8.0
LOOK_AFTER, LATEST_LOOK, LOOK_AFTER_KEY = 0.15, 0.5, 0.3
"""Seconds until a screenshot is taken: after a picture (or twice a usual pause, at most so long), after a key."""
FORGET = 0.8
"""What is left of a long pause with each picture after it: a screenshot while the page moves costs a picture."""
SAME = 16
"""Levels by which one picture, encoded twice, may differ."""


class Screencast:
    """What one page looks like, whenever it changes.

    :param connect: opens the DevTools of the page, given who takes their events.
    :param encoding: of the pictures: format, and quality where it has one.
    :param size: to which pictures are scaled where theirs is another, (width, height); None: they stay as they are.
    :param paced: whether the browser waits until a picture was taken before it makes many more.
    """

    def __init__(
        self,
        connect: Callable[[Callable[[str, dict[str, Any]], None]], DevTools],
        name: str,
        encoding: dict[str, Any],
        size: tuple[int, int] | None = None,
        *,
        paced: bool = False,
    ) -> None:
        self._name = name
        self._encoding = encoding
        self._size = size
        self._paced = paced
        self._arrived = threading.Condition()
        self._newest: tuple[str, float] | None = None
        self._unanswered: list[int] = []
        self._last: Pixels | None = None
        self._changed = 0.0
        self._pause = 0.0
        self._look_at: float | None = None
        self.tools = connect(self._event)

    def start(self) -> None:
        """Have pictures sent."""
        self.tools.call("Page.startScreencast", **self._encoding)

    def await_first(self) -> None:
        """Wait for the first picture.

        :raises DeviceError: none comes.
        """
        with self._arrived:
            if not self._arrived.wait_for(lambda: self._newest, FIRST_PICTURE):
                problem = f"{self._name}: no picture within {FIRST_PICTURE:g} s"
                raise DeviceError(problem, "This machine is overloaded, or the page keeps the browser busy")

    def look_soon(self) -> None:
        """Make sure of the picture in a moment: something may come of a key."""
        self._look_at = max(self._look_at or 0.0, time.monotonic() + LOOK_AFTER_KEY)

    def picture(self, timeout: float) -> CapturedFrame | None:
        """Return the newest picture that was not taken yet."""
        deadline = time.monotonic() + timeout
        look_at = self._look_at
        frame = self._from_screencast((deadline if look_at is None else min(deadline, look_at)) - time.monotonic())
        if frame is not None:
            now = time.monotonic()
            if self._is_new(frame.pixels):
                self._pause = max(now - self._changed, FORGET * self._pause)
                self._look_at = now + min(LATEST_LOOK, max(LOOK_AFTER, 2 * self._pause))
                self._changed = now
            return frame
        if look_at is not None and time.monotonic() >= look_at:
            self._look_at = None if self._look_at == look_at else self._look_at
            return self._screenshot()
        return None

    def _from_screencast(self, timeout: float) -> CapturedFrame | None:
        while self._unanswered:
            self._answer(self._unanswered.pop())
        with self._arrived:
            self._arrived.wait_for(lambda: self._newest or self.tools.lost, max(0.0, timeout))
            newest, self._newest = self._newest, None
        if newest is None:
            if self.tools.lost:
                raise self.tools.loss()
            return None
        return CapturedFrame(self._decoded(newest[0]), newest[1])

    def _screenshot(self) -> CapturedFrame | None:
        taken = time.monotonic()
        try:
            data = self.tools.call("Page.captureScreenshot", optimizeForSpeed=True, **self._encoding)["data"]
        except CommandError:  # between two pages
            return None
        pixels = self._decoded(data)
        return CapturedFrame(pixels, taken) if self._is_new(pixels) else None

    def _is_new(self, pixels: Pixels) -> bool:
        last, self._last = self._last, pixels
        return last is None or last.shape != pixels.shape or cv2.norm(last, pixels, cv2.NORM_INF) > SAME

    def _decoded(self, data: str) -> Pixels:
        pixels = cv2.imdecode(numpy.frombuffer(base64.b64decode(data), numpy.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            raise DeviceError(f"{self._name}: a picture cannot be decoded", "Try the option picture = png")
        if self._size is not None and pixels.shape[1::-1] != self._size:
            pixels = cv2.resize(pixels, self._size, interpolation=cv2.INTER_AREA)
        return cast("Pixels", pixels)

    def _event(self, method: str, parameters: dict[str, Any]) -> None:
        if method == "Page.screencastFrame":
            now = time.monotonic()
            if self._paced:
                self._unanswered.append(parameters["sessionId"])
            else:
                self._answer(parameters["sessionId"])
            with self._arrived:
                self._newest = parameters["data"], _taken(parameters["metadata"], now)
                self._arrived.notify_all()
        elif method == "Inspector.targetCrashed":
            self.tools.lost = self.tools.lost or "its page has crashed"
        if method in ("", "Inspector.targetCrashed"):
            with self._arrived:
                self._arrived.notify_all()

    def _answer(self, number: int) -> None:
        with contextlib.suppress(DeviceLostError):
            self.tools.send("Page.screencastFrameAck", sessionId=number)


def _taken(metadata: dict[str, Any], now: float) -> float:
    """Return when a picture was taken on our clock: Chromium gives it in the same clock, older ones as time of day."""
    taken = metadata.get("monotonicTimestamp") or metadata.get("timestamp", 0.0) - time.time() + now
    return float(taken) if now - OLDEST < taken <= now else now
