"""A page in Chromium by its DevTools: it is loaded, and keys are the browser's own input."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from qarunner import DeviceError, DeviceLostError

from .cdp import DevTools
from .connection import CommandError
from .page import ADVICE, LOAD_LIMIT, answer_of, stop, until

if TYPE_CHECKING:
    from .keys import DomKey
    from .options import PageOptions


class ChromiumPage:
    """See `page.View`."""

    def __init__(self, driver: Any, options: PageOptions, name: str) -> None:
        self._driver = driver
        self._options = options
        self._name = name
        self._tools = self._connect(driver.capabilities["goog:chromeOptions"]["debuggerAddress"])

    def _connect(self, address: str) -> DevTools:
        return DevTools(address, self._event, self._name)

    def show(self, url: str) -> None:
        """Load the page."""
        tools = self._tools
        tools.call("Page.enable")
        tools.call("Inspector.enable")
        tools.call("Emulation.setFocusEmulationEnabled", enabled=True)
        if failed := tools.call("Page.navigate", url=url).get("errorText"):
            raise DeviceError(f"{self._name}: {url} cannot be loaded: {failed}", ADVICE)
        if not until(lambda: self._value("document.readyState") in ("interactive", "complete"), LOAD_LIMIT):
            raise DeviceError(f"{self._name}: {url} has not loaded within {LOAD_LIMIT:g} s", ADVICE)
        answer_of(self._value("performance.getEntriesByType('navigation')[0]?.responseStatus || 0"), url, self._name)

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

    def loss(self) -> DeviceLostError:
        """Return the error that says so."""
        return self._tools.loss()

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

    def _event(self, method: str, _parameters: dict[str, Any]) -> None:
        if method == "Inspector.targetCrashed":
            self._tools.lost = self._tools.lost or "its page has crashed"
