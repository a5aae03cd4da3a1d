"""The commands of a testcase to its browser: a lost browser is named, and one that hangs is not waited for for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qarunner import DeviceError, DeviceLostError

from .starting import first_line

if TYPE_CHECKING:
    from collections.abc import Callable

GONE = (
    "invalid session id",
    "disconnected",
    "chrome not reachable",
    "tab crashed",
    "no such window",
    "unable to connect to renderer",
    "connection refused",
    "browsing context has been discarded",
    "failed to decode response from marionette",
    "without establishing a connection",
)
"""Words of a WebDriver that has lost its browser."""
MARGIN = 15.0
"""Seconds that an answer may take beyond what the browser itself may wait for."""
DEFAULT_WAITS = {"script": 30.0, "pageLoad": 300.0, "implicit": 0.0}
"""Seconds, as the WebDriver standard has them."""


class Commands:
    """Stands between a testcase and its browser. All errors but those of a lost browser or page stay Selenium's.

    :param driver: the WebDriver, whose ``execute`` is replaced.
    :param name: how the browser is called in errors.
    :param on_window: called with the handle of a window that the testcase has turned to.
    """

    def __init__(self, driver: Any, name: str, on_window: Callable[[str], None]) -> None:
        self._driver = driver
        self._name = name
        self._on_window = on_window
        self._execute = driver.execute
        self._waits = dict(DEFAULT_WAITS)
        self._set_patience()
        driver.execute = self._explained

    def _set_patience(self) -> None:
        """Wait for an answer as long as the browser may take for it: otherwise Selenium waits for ever."""
        self.patience = max(self._waits.values()) + MARGIN
        self._driver.command_executor.client_config.timeout = self.patience

    def _explained(self, command: str, params: dict[str, Any] | None = None) -> Any:
        from selenium.common.exceptions import WebDriverException
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        params = params or {}
        try:
            answer = self._execute(command, params)
        except WebDriverException as error:
            text = first_line(error)
            if command == "get" and ("net::ERR" in text or "about:neterror" in text):
                problem = f"{self._name}: {params.get('url')} cannot be loaded: {text}"
                raise DeviceError(problem, "Look at the address, and whether its server runs") from error
            if any(word in text.lower() for word in GONE):
                raise self._lost(text) from error
            raise
        except (HTTPError, OSError) as error:
            if isinstance(getattr(error, "reason", error), ReadTimeoutError):
                raise self._lost(f"it has not answered {command!r} within {self.patience:g} s") from error
            raise self._lost(first_line(error)) from error
        if command == "setTimeouts":
            self._waits |= {name: value / 1000 for name, value in params.items() if name in self._waits}
            self._set_patience()
        elif command == "switchToWindow":
            self._on_window(str(params.get("handle")))
        return answer

    def _lost(self, reason: str) -> DeviceLostError:
        problem = f"{self._name} is gone: {reason}"
        return DeviceLostError(problem, "It has crashed, was ended by somebody, or cannot be reached any more")
