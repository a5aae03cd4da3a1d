"""Watches the page that a testcase drives, for the video of it, without a command of the testcase's own WebDriver.

A browser on a display of its own is seen there, whatever it is. A Chromium of this machine sends pictures by DevTools.
Another one with WebDriver BiDi takes screenshots; it is never switched on for that, since it changes what becomes of
the page's dialogs.
"""

from __future__ import annotations

import base64
import contextlib
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from qarunner import CapturedFrame, DeviceError

from .connection import CommandError, Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from .display import Display
    from .screencast import Screencast

SHORTEST_PAUSE = 0.1
"""Seconds from one picture to the next: enough to follow what happens, and cheap beside what is tested."""
ANSWER_LIMIT = 2.0
JPEG = {"type": "image/jpeg", "quality": 0.8}


class Watcher(ABC):
    """Pictures of the window that the testcase drives now. Only `picture` is called on another thread."""

    def __init__(self, name: str, handle: str) -> None:
        self._name = name
        self._wanted = handle
        self._due = 0.0

    def follow(self, handle: str) -> None:
        """The testcase drives another window from now on."""
        self._wanted = handle

    def picture(self, timeout: float) -> CapturedFrame | None:
        """Wait at most `timeout` seconds for a picture that differs from the one before it.

        None also while there is none: a window is just closed, a dialog keeps the page busy, the browser has ended.
        """
        end = time.monotonic() + timeout
        time.sleep(max(0.0, min(end, self._due) - time.monotonic()))
        try:
            frame = self._look(self._wanted, max(0.0, end - time.monotonic()))
        except (CommandError, DeviceError):
            self.close()
            frame = None
            time.sleep(max(0.0, end - time.monotonic()))
        self._due = time.monotonic() + SHORTEST_PAUSE
        return frame

    @abstractmethod
    def _look(self, handle: str, timeout: float) -> CapturedFrame | None:
        """Wait at most `timeout` seconds for another picture of a window."""

    @abstractmethod
    def close(self) -> None:
        """Look no more."""


class ScreencastWatcher(Watcher):
    """A Chromium of this machine. :param address: ``host:port`` of its debugger."""

    def __init__(self, name: str, handle: str, address: str) -> None:
        super().__init__(name, handle)
        self._address = address
        self._shown = ""
        self._screencast: Screencast | None = None

    def _look(self, handle: str, timeout: float) -> CapturedFrame | None:
        if self._screencast is None or self._shown != handle:
            self.close()
            self._shown, self._screencast = handle, self._begin(handle)
        return self._screencast.picture(timeout)

    def _begin(self, handle: str) -> Screencast:
        from .cdp import DevTools
        from .screencast import Screencast

        def connect(on_event: Callable[[str, dict[str, Any]], None]) -> DevTools:
            return DevTools(self._address, on_event, self._name, handle, ANSWER_LIMIT)

        screencast = Screencast(connect, self._name, {"format": "jpeg", "quality": 80}, paced=True)
        screencast.start()
        return screencast

    def close(self) -> None:
        """Look no more."""
        screencast, self._screencast = self._screencast, None
        if screencast is not None:
            screencast.tools.close()


class ScreenshotWatcher(Watcher):
    """A browser with WebDriver BiDi. :param address: of its WebSocket, as the capability ``webSocketUrl`` gives it."""

    def __init__(self, name: str, handle: str, address: str) -> None:
        super().__init__(name, handle)
        self._address = address
        self._connection: Connection | None = None
        self._last = ""

    def _look(self, handle: str, timeout: float) -> CapturedFrame | None:  # noqa: ARG002 - it is taken at once
        if self._connection is None:
            self._connection = Connection(lambda: self._address, lambda *_event: None, self._name, ANSWER_LIMIT)
        taken = time.monotonic()
        data = self._connection.call("browsingContext.captureScreenshot", context=handle, format=JPEG)["data"]
        if data == self._last:
            return None
        self._last = data
        return CapturedFrame(_decoded(data), taken)

    def close(self) -> None:
        """Look no more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class DisplayWatcher(Watcher):
    """A browser on a display of its own: all windows, with their dialogs."""

    def __init__(self, name: str, display: Display) -> None:
        super().__init__(name, "")
        self._display = display
        self._source: Any = None
        self._last: Any = None

    def _look(self, handle: str, timeout: float) -> CapturedFrame | None:  # noqa: ARG002 - it has all of them, at once
        import numpy

        from qarunner_plugins.capture_screen import ScreenOptions, ScreenSource

        if self._source is None:
            self._source = ScreenSource(self._display.name, ScreenOptions(), self._display.authority)
            self._source.open()
        frame: CapturedFrame = self._source.next(lambda width, height: numpy.empty((height, width, 3), numpy.uint8))
        if self._last is not None and numpy.array_equal(self._last, frame.pixels):
            return None
        self._last = frame.pixels
        return frame

    def close(self) -> None:
        """Look no more."""
        source, self._source = self._source, None
        if source is not None:
            source.close()


def _decoded(data: str) -> Any:
    import cv2
    import numpy

    pixels = cv2.imdecode(numpy.frombuffer(base64.b64decode(data), numpy.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise DeviceError("a screenshot cannot be decoded")
    return pixels


def watcher_of(driver: Any, name: str, display: Display | None) -> Watcher | None:
    """Return what can watch a browser, or None where nothing can."""
    if display is not None:
        return DisplayWatcher(name, display)
    capabilities = driver.capabilities
    address = capabilities.get("goog:chromeOptions", {}).get("debuggerAddress", "")
    socket = capabilities.get("webSocketUrl", "")
    local = hasattr(driver, "service")
    with contextlib.suppress(Exception):  # no window: then there is nothing to watch
        if local and address:
            return ScreencastWatcher(name, driver.current_window_handle, address)
        if isinstance(socket, str) and socket:
            return ScreenshotWatcher(name, driver.current_window_handle, socket)
    return None
