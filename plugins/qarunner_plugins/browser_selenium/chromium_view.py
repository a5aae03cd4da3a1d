"""A page in Chromium whose pictures come from the DevTools screencast.

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

from .cdp import CommandError
from .chromium_page import ChromiumPage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .keys import DomKey
    from .options import PageOptions

    Pixels = NDArray[numpy.uint8]

OLDEST = 10.0
"""Seconds that a picture's own time may lie behind; beyond, it is another clock's."""
FIRST_PICTURE = 8.0
LOOK_AFTER, LATEST_LOOK, LOOK_AFTER_KEY = 0.15, 0.5, 0.3
"""Seconds until a screenshot is taken: after a picture (or twice the last pause, at most so long), after a key."""
SAME = 16
"""Levels by which one picture, encoded twice, may differ."""


class ChromiumView(ChromiumPage):
    """See `page.PictureView`."""

    def __init__(self, driver: Any, options: PageOptions, name: str) -> None:
        self._arrived = threading.Condition()
        self._newest: tuple[str, float] | None = None
        self._last: Pixels | None = None
        self._changed = 0.0
        self._look_at: float | None = None
        super().__init__(driver, options, name)

    def show(self, url: str) -> None:
        """Load the page, and have its pictures sent."""
        width, height = self._options.width_height
        self._tools.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        super().show(url)
        self._tools.call("Page.startScreencast", **self._encoding)
        with self._arrived:
            if not self._arrived.wait_for(lambda: self._newest, FIRST_PICTURE):
                problem = f"{self._name}: no picture within {FIRST_PICTURE:g} s"
                raise DeviceError(problem, "This machine is overloaded, or the page keeps the browser busy")

    def picture(self, timeout: float) -> CapturedFrame | None:
        """Return the newest picture that was not taken yet."""
        deadline = time.monotonic() + timeout
        look_at = self._look_at
        frame = self._from_screencast((deadline if look_at is None else min(deadline, look_at)) - time.monotonic())
        if frame is not None:
            now = time.monotonic()
            if self._is_new(frame.pixels):
                self._look_at = now + min(LATEST_LOOK, max(LOOK_AFTER, 2 * (now - self._changed)))
                self._changed = now
            return frame
        if look_at is not None and time.monotonic() >= look_at:
            self._look_at = None if self._look_at == look_at else self._look_at
            return self._screenshot()
        return None

    def _from_screencast(self, timeout: float) -> CapturedFrame | None:
        with self._arrived:
            self._arrived.wait_for(lambda: self._newest or self.lost, max(0.0, timeout))
            newest, self._newest = self._newest, None
        if newest is None:
            if self.lost:
                raise self.loss()
            return None
        return CapturedFrame(self._decoded(newest[0]), newest[1])

    def _screenshot(self) -> CapturedFrame | None:
        taken = time.monotonic()
        try:
            data = self._tools.call("Page.captureScreenshot", optimizeForSpeed=True, **self._encoding)["data"]
        except CommandError:  # between two pages
            return None
        pixels = self._decoded(data)
        return CapturedFrame(pixels, taken) if self._is_new(pixels) else None

    def _is_new(self, pixels: Pixels) -> bool:
        last, self._last = self._last, pixels
        return last is None or cv2.norm(last, pixels, cv2.NORM_INF) > SAME

    def _decoded(self, data: str) -> Pixels:
        pixels = cv2.imdecode(numpy.frombuffer(base64.b64decode(data), numpy.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            raise DeviceError(f"{self._name}: a picture cannot be decoded", "Try the option picture = png")
        width, height = self._options.width_height
        if pixels.shape[:2] != (height, width):
            pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        return cast("Pixels", pixels)

    def key(self, key: DomKey, *, down: bool, repeated: bool = False) -> None:
        """Let a key go down or up, and look at what came of it."""
        super().key(key, down=down, repeated=repeated)
        self._look_at = max(self._look_at or 0.0, time.monotonic() + LOOK_AFTER_KEY)

    @property
    def _encoding(self) -> dict[str, Any]:
        if self._options.picture == "png":
            return {"format": "png"}
        return {"format": "jpeg", "quality": self._options.quality}

    def _event(self, method: str, parameters: dict[str, Any]) -> None:
        super()._event(method, parameters)
        if method == "Page.screencastFrame":
            now = time.monotonic()
            with contextlib.suppress(DeviceLostError):
                self._tools.send("Page.screencastFrameAck", sessionId=parameters["sessionId"])
            with self._arrived:
                self._newest = parameters["data"], _taken(parameters["metadata"], now)
                self._arrived.notify_all()
        elif method in ("", "Inspector.targetCrashed"):
            with self._arrived:
                self._arrived.notify_all()


def _taken(metadata: dict[str, Any], now: float) -> float:
    """Return when a picture was taken on our clock: Chromium gives it in the same clock, older ones as time of day."""
    taken = metadata.get("monotonicTimestamp") or metadata.get("timestamp", 0.0) - time.time() + now
    return float(taken) if now - OLDEST < taken <= now else now
