"""The picture of a page that fills an X display of its own: taken from the display, exact, however fast it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qarunner import CapturedFrame, CaptureFormat, DeviceError, DeviceLostError
from qarunner_plugins.capture_screen import ScreenOptions, ScreenSource
from qarunner_plugins.live_pictures import LiveCapture

from .page import GONE_ADVICE

if TYPE_CHECKING:
    from .page import Page, View


class DisplayCapture:
    """The picture of the display, `fps` times a second."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._view: View | None = None
        self._screen: LiveCapture | None = None

    def open(self) -> CaptureFormat:
        """Start the display with the browser in it, if they do not run yet, and show the page."""
        self._view = self._page.join(self)
        display = self._page.display
        if display is None:
            raise DeviceError(f"{self._page.name}: it has no display", "Close its remote, too, and open both again")
        options = ScreenOptions(fps=self._page.options.fps, area=f"{self._page.options.size}+0+0")
        self._screen = LiveCapture(
            lambda: ScreenSource(display.name, options, display.authority), self._page.name, GONE_ADVICE
        )
        return self._screen.open()

    def read(self, timeout: float) -> CapturedFrame | None:
        """Return the next picture.

        :raises DeviceLostError: the browser is gone, or its display.
        """
        if self._view is None or self._screen is None:
            raise DeviceError(f"{self._page.name}: its capture is not open", "call open() before read()")
        if self._view.lost:
            raise self._view.loss()
        try:
            return self._screen.read(timeout)
        except DeviceLostError as error:
            raise DeviceLostError(f"{self._page.name} is gone: {error.problem}", GONE_ADVICE) from error

    def close(self) -> None:
        """Let go of the display and the browser, which end with their last user."""
        screen, self._screen, self._view = self._screen, None, None
        if screen is not None:
            screen.close()
        self._page.leave(self)
