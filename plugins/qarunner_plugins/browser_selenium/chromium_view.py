"""A page in Chromium whose pictures come from the DevTools screencast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .cdp import DevTools
from .chromium_page import ChromiumPage
from .screencast import Screencast

if TYPE_CHECKING:
    from collections.abc import Callable

    from qarunner import CapturedFrame

    from .keys import DomKey


class ChromiumView(ChromiumPage):
    """See `page.PictureView`."""

    def _connect(self, address: str) -> DevTools:
        def connect(on_event: Callable[[str, dict[str, Any]], None]) -> DevTools:
            return DevTools(address, on_event, self._name)

        options = self._options
        encoding = {"format": "png"} if options.picture == "png" else {"format": "jpeg", "quality": options.quality}
        self._screencast = Screencast(connect, self._name, encoding, options.width_height)
        return self._screencast.tools

    def show(self, url: str) -> None:
        """Load the page, and have its pictures sent."""
        width, height = self._options.width_height
        self._tools.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        super().show(url)
        self._screencast.start()
        self._screencast.await_first()

    def picture(self, timeout: float) -> CapturedFrame | None:
        """Return the newest picture that was not taken yet."""
        return self._screencast.picture(timeout)

    def key(self, key: DomKey, *, down: bool, repeated: bool = False) -> None:
        """Let a key go down or up, and look at what came of it."""
        super().key(key, down=down, repeated=repeated)
        self._screencast.look_soon()
