"""A page in Chromium: pictures from the DevTools screencast, keys as the browser's own input."""

from __future__ import annotations

import base64
import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy

from qarunner import CapturedFrame, DeviceError

from .cdp import CommandError, DevTools
from .page import ADVICE, LOAD_LIMIT, answer_of, stop, until

if TYPE_CHECKING:
    from .keys import DomKey
    from .options import PageOptions

OLDEST = 10.0
"""Seconds that a picture's own time may lie behind; beyond, it is another clock's."""
FIRST_PICTURE = 8.0


class ChromiumView:
    """See `page.View`."""

    def __init__(self, driver: Any, options: PageOptions, name: str) -> None:
        self._driver = driver
        self._options = options
        self._name = name
        self._arrived = threading.Condition()
        self._newest: tuple[str, float] | None = None
        self._crashed = ""
        self._tools = DevTools(driver.capabilities["goog:chromeOptions"]["debuggerAddress"], self._event, name)

    def show(self, url: str) -> None:
        """Load the page, and have its pictures sent."""
        width, height = self._options.width_height
        tools = self._tools
        tools.call("Page.enable")
        tools.call("Inspector.enable")
        tools.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        tools.call("Emulation.setFocusEmulationEnabled", enabled=True)
        if failed := tools.call("Page.navigate", url=url).get("errorText"):
            raise DeviceError(f"{self._name}: {url} cannot be loaded: {failed}", ADVICE)
        if not until(lambda: self._value("document.readyState") in ("interactive", "complete"), LOAD_LIMIT):
            raise DeviceError(f"{self._name}: {url} has not loaded within {LOAD_LIMIT:g} s", ADVICE)
        answer_of(self._value("performance.getEntriesByType('navigation')[0]?.responseStatus || 0"), url, self._name)
        picture = {"format": "jpeg", "quality": self._options.quality}
        tools.call("Page.startScreencast", **(picture if self._options.picture == "jpeg" else {"format": "png"}))
        with self._arrived:
            if not self._arrived.wait_for(lambda: self._newest, FIRST_PICTURE):
                problem = f"{self._name}: no picture within {FIRST_PICTURE:g} s"
                raise DeviceError(problem, "This machine is overloaded, or the page keeps the browser busy")

    def picture(self, timeout: float) -> CapturedFrame | None:
        """Return the newest picture that was not taken yet."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._newest or self.lost, timeout)
            newest, self._newest = self._newest, None
        if newest is None:
            if self.lost:
                raise self._tools.loss()
            return None
        data, taken = newest
        pixels = cv2.imdecode(numpy.frombuffer(base64.b64decode(data), numpy.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            raise DeviceError(f"{self._name}: a picture cannot be decoded", "Try the option picture = png")
        width, height = self._options.width_height
        if pixels.shape[:2] != (height, width):
            pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        return CapturedFrame(pixels, taken)  # type: ignore[arg-type]  # uint8, as imdecode makes it

    def key(self, key: DomKey, *, down: bool, repeated: bool = False) -> None:
        """Let a key go down or up."""
        kind = "keyUp" if not down else "keyDown" if key.text else "rawKeyDown"
        text = {"text": key.text} if key.text and down else {}
        with contextlib.suppress(CommandError):  # the page has closed while it handled the key
            self._tools.call(
                "Input.dispatchKeyEvent",
                type=kind, key=key.key, code=key.code, windowsVirtualKeyCode=key.number, autoRepeat=repeated, **text,
            )  # fmt: skip

    @property
    def lost(self) -> bool:
        """Whether the browser is gone."""
        return bool(self._tools.lost)

    def close(self) -> None:
        """End the browser."""
        self._tools.close()
        stop(self._driver)

    def _value(self, expression: str) -> Any:
        try:
            return self._tools.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get(
                "value"
            )
        except CommandError:  # between two pages
            return None

    def _event(self, method: str, parameters: dict[str, Any]) -> None:
        if method == "Page.screencastFrame":
            now = time.monotonic()
            self._tools.send("Page.screencastFrameAck", sessionId=parameters["sessionId"])
            with self._arrived:
                self._newest = parameters["data"], _taken(parameters["metadata"], now)
                self._arrived.notify_all()
        elif method == "Inspector.targetCrashed":
            self._tools.lost = self._tools.lost or "its page has crashed"
        if not method or method == "Inspector.targetCrashed":
            with self._arrived:
                self._arrived.notify_all()


def _taken(metadata: dict[str, Any], now: float) -> float:
    """Return when a picture was taken on our clock: Chromium gives it in the same clock, older ones as time of day."""
    taken = metadata.get("monotonicTimestamp") or metadata.get("timestamp", 0.0) - time.time() + now
    return float(taken) if now - OLDEST < taken <= now else now
