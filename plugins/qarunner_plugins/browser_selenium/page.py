"""The one browser that the drivers of a node share: started by the first of them, ended by the last, with its page."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from qarunner import DeviceError

from .options import PageOptions
from .starting import end, first_line, page_address, start, start_display

if TYPE_CHECKING:
    from qarunner import CapturedFrame, DeviceLostError, DriverContext

    from .display import Display
    from .keys import DomKey

NAME = "browser-page"
LOAD_LIMIT = 12.0


class View(Protocol):
    """What shows a page and types into it, in one kind of browser."""

    def show(self, url: str) -> None:
        """Load the page and return when it has loaded."""
        ...

    def key(self, key: DomKey, *, down: bool, repeated: bool = False) -> None:
        """Let a key go down or up."""
        ...

    @property
    def lost(self) -> bool:
        """Whether the browser is gone."""
        ...

    def loss(self) -> DeviceLostError:
        """Return the error that says so."""
        ...

    def close(self) -> None:
        """End the browser."""
        ...


class PictureView(View, Protocol):
    """One that knows what its page looks like."""

    def picture(self, timeout: float) -> CapturedFrame | None:
        """Return the next picture, or None when nothing has changed for `timeout` seconds."""
        ...


class Page:
    """One page in one browser. Keys may come on one thread while another takes pictures."""

    def __init__(self) -> None:
        self.options = PageOptions()
        self.address = ""
        self.pack: Path | None = None
        self._lock = threading.Lock()
        self._users: set[object] = set()
        self._view: View | None = None
        self.display: Display | None = None
        """What the page fills, while it is open and has one."""

    def configure(self, context: DriverContext) -> None:
        """Take over what a driver's configuration says of the page."""
        self.pack = context.pack
        if isinstance(context.options, PageOptions):
            self.options = context.options
        if context.address:
            if self.address and self.address != context.address:
                problem = f"node {context.node!r}: its capture shows {self.address}, its remote names {context.address}"
                raise DeviceError(problem, 'Name the page once, in the capture; the remote is then "browser:"')
            self.address = context.address

    @property
    def name(self) -> str:
        """How the browser is called in errors."""
        return f"browser {self.options.browser} with {self.address or 'about:blank'}"

    def join(self, user: object) -> View:
        """Return the browser with its page for as long as `user` wants it; start it when it is not there (any more)."""
        with self._lock:
            display = self.display
            if self._view is None or self._view.lost or (display is not None and not display.running):
                self._end()
                self._view = self._start()
            self._users.add(user)
            return self._view

    def leave(self, user: object) -> None:
        """`user` needs it no more; the last one ends it."""
        with self._lock:
            self._users.discard(user)
            if not self._users:
                self._end()

    def _end(self) -> None:
        view, self._view = self._view, None
        if view is not None:
            with contextlib.suppress(Exception):
                view.close()
        display, self.display = self.display, None
        if display is not None:
            display.close()

    def _start(self) -> View:
        url = page_address(self.address, self.pack)
        if self.options.display:
            self.display = start_display(self.options.browser, self.options)
        try:
            return self._show(url)
        except BaseException:
            self._end()
            raise

    def _show(self, url: str) -> View:
        from selenium.common.exceptions import WebDriverException

        driver = start(self.options.browser, self.options, display=self.display, kiosk=self.display is not None)
        try:
            driver.set_page_load_timeout(LOAD_LIMIT)
            view = _view_of(driver, self.options, self.name)
            view.show(url)
        except WebDriverException as error:
            stop(driver)
            raise DeviceError(f"{self.name}: {first_line(error)}", ADVICE) from error
        except BaseException:
            stop(driver)
            raise
        return view


GONE_ADVICE = "It has crashed or was ended by somebody; it is started again when it is needed"
ADVICE = "Look at the address, and whether its server runs and can be reached from this machine"


def _view_of(driver: Any, options: PageOptions, name: str) -> View:
    if options.browser == "chromium" and options.display:
        from .chromium_page import ChromiumPage

        return ChromiumPage(driver, options, name)
    if options.browser == "chromium" and options.picture != "screenshots":
        from .chromium_view import ChromiumView

        return ChromiumView(driver, options, name)
    from .webdriver_view import WebDriverView

    return WebDriverView(driver, options, name)


def stop(driver: Any) -> None:
    """End a browser that we started, whatever state it is in; its profile goes with it."""
    end(driver.service)


def answer_of(status: int, url: str, name: str) -> None:
    """Refuse a page that its server refuses."""
    if status >= 400:  # noqa: PLR2004 - HTTP's errors begin there
        raise DeviceError(f"{name}: {url} answers HTTP {status}", ADVICE)


def until(condition: Any, limit: float) -> bool:
    """Wait for a condition; return whether it came true."""
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
