"""A browser that a testcase drives through WebDriver: on this machine, or on a grid."""

from __future__ import annotations

import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner import DeviceError

from .commands import Commands
from .grid import ask_grid
from .network import log_of
from .page import stop
from .starting import first_line, page_address, start, start_display
from .watching import Watcher, watcher_of

if TYPE_CHECKING:
    from qarunner import CapturedFrame, DriverContext

    from .display import Display

END_LIMIT = 10.0
"""Seconds within which a grid must have ended a browser."""


class WebDriverBrowser(ABC):
    """See ``qarunner.Browser``. :param name: how it is called in errors."""

    def __init__(self, context: DriverContext, name: str) -> None:
        self._context = context
        self._name = name
        self._driver: Any = None
        self._display: Display | None = None
        self._watcher: Watcher | None = None

    def open(self) -> Any:
        """Start the browser, show the page to begin with, and return its WebDriver."""
        options = self._context.options
        driver = self._driver = self._make()
        self._watcher = watcher_of(driver, self._name, self._display)
        Commands(driver, self._name, self._follow)
        driver.set_page_load_timeout(options.page_load_timeout)
        if options.url:
            driver.get(page_address(options.url, self._context.pack))
        return driver

    def picture(self, timeout: float) -> CapturedFrame | None:
        """Return the next picture of the window that the testcase drives, for its video."""
        watcher = self._watcher
        if watcher is None:
            time.sleep(timeout)
            return None
        return watcher.picture(timeout)

    @abstractmethod
    def _make(self) -> Any:
        """Start the browser."""

    def evidence(self) -> Mapping[str, bytes]:
        """Picture and source of the page; of a Chromium on this machine also its console and which requests it made."""
        driver = self._driver
        files: dict[str, Callable[[], bytes | None]] = {
            "browser.png": driver.get_screenshot_as_png,
            "browser.html": lambda: bytes(driver.page_source, "utf-8", "replace"),
            "browser-console.log": lambda: _console(driver),
            "browser-network.json": lambda: _network(driver),
        }
        kept: dict[str, bytes] = {}
        failure: Exception | None = None
        for name, make in files.items():
            try:
                content = make()
            except Exception as error:  # noqa: BLE001 - what else there is must still be kept
                failure = error
                continue
            if content is not None:
                kept[name] = content
        if not kept and failure is not None:
            raise DeviceError(f"{self._name}: {first_line(failure)}") from failure
        return kept

    def close(self) -> None:
        """End the browser."""
        driver, self._driver = self._driver, None
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.close()
        if driver is not None:
            self._end(driver)

    def _follow(self, handle: str) -> None:
        if self._watcher is not None:
            self._watcher.follow(handle)

    def _end(self, driver: Any) -> None:
        with contextlib.suppress(Exception):
            driver.command_executor.client_config.timeout = END_LIMIT
            driver.quit()


def _console(driver: Any) -> bytes | None:
    if "browser" not in _logs_of(driver):
        return None
    return "".join(f"{entry['level']} {entry['message']}\n" for entry in driver.get_log("browser")).encode()


def _network(driver: Any) -> bytes | None:
    if "performance" not in _logs_of(driver):
        return None
    return msgspec.json.format(msgspec.json.encode(log_of(driver.get_log("performance"))), indent=1)


def _logs_of(driver: Any) -> list[str]:
    return list(driver.log_types) if hasattr(driver, "get_log") else []


class LocalBrowser(WebDriverBrowser):
    """A browser of this machine. :param program: ``chromium`` or ``firefox``."""

    def __init__(self, context: DriverContext, program: str) -> None:
        super().__init__(context, f"browser {program}")
        self._program = program

    def _make(self) -> Any:
        options = self._context.options
        if options.display:
            self._display = start_display(self._program, options)
        try:
            return start(self._program, options, options.capabilities, display=self._display)
        except BaseException:
            self._end_display()
            raise

    def _end(self, driver: Any) -> None:
        stop(driver)
        self._end_display()

    def _end_display(self) -> None:
        display, self._display = self._display, None
        if display is not None:
            display.close()


class GridBrowser(WebDriverBrowser):
    """A browser on a grid."""

    def __init__(self, context: DriverContext) -> None:
        place = context.address.rpartition("@")[2]
        super().__init__(context, f"browser {context.options.browser} on the grid {place}")

    def _make(self) -> Any:
        return ask_grid(self._context.address, self._context.options)


def open_chromium(context: DriverContext) -> LocalBrowser:
    """Make a Chromium of this machine."""
    return LocalBrowser(context, "chromium")


def open_firefox(context: DriverContext) -> LocalBrowser:
    """Make a Firefox of this machine."""
    return LocalBrowser(context, "firefox")


def open_grid(context: DriverContext) -> GridBrowser:
    """Make a browser on a grid."""
    return GridBrowser(context)
