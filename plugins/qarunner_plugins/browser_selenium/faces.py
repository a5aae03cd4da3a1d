"""The page's two faces to the node: its picture and its remote control."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, cast

from qarunner import CapturedFrame, CaptureFormat, ConfigurationError, DeviceError

from .keys import DomKey, keyboard, look_up
from .page import NAME, Page

if TYPE_CHECKING:
    from qarunner import DriverContext
    from qarunner_plugins.browser_selenium.display_capture import DisplayCapture
    from qarunner_plugins.browser_selenium.options import KeyboardOptions
    from qarunner_plugins.browser_selenium.page import PictureView, View

FAULTS = {"dropped-key": "The next so many key presses do not reach the page."}
PATIENCE, LONGEST_PAUSE = 3, 0.4
"""A page counts as still when no picture came for so many times the last pause, at the latest after these seconds."""
LAST_REPEAT = 2.0
ON_ITS_WAY = 0.05
"""Seconds a change takes to us: while none comes, the page is known to have stood still until so long ago."""


class PageCapture:
    """The picture of the page: each one that changes, and the last one again while it stands still."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._view: PictureView | None = None
        self._last: CapturedFrame | None = None
        self._changed = 0.0
        self._pause = 0.0

    def open(self) -> CaptureFormat:
        """Start the browser, if it does not run yet, and show the page."""
        self._last = None
        self._view = cast("PictureView", self._page.join(self))
        options = self._page.options
        return CaptureFormat(*options.width_height, options.fps)

    def read(self, timeout: float) -> CapturedFrame | None:
        """Return the next picture; one that has not changed comes again at `fps`."""
        view, last = self._view, self._last
        if view is None:
            raise DeviceError(f"{self._page.name}: its capture is not open", "call open() before read()")
        due = timeout
        if last is not None:
            # While it moves, a slow browser's next picture is waited for: the same one again would look like a pause.
            again = max(last.time + ON_ITS_WAY + 1 / self._page.options.fps, self._changed + self._pause)
            due = min(timeout, max(0.0, again - time.monotonic()))
        frame = view.picture(due)
        if frame is not None:
            now = time.monotonic()
            self._pause, self._changed = min(LONGEST_PAUSE, PATIENCE * (now - self._changed)), now
        elif last is not None:
            frame = CapturedFrame(last.pixels, time.monotonic() - ON_ITS_WAY)
        else:
            return None
        if last is not None and frame.time <= last.time:
            frame = CapturedFrame(frame.pixels, last.time + 1e-6)
        self._last = frame
        return frame

    def close(self) -> None:
        """Let go of the browser, which ends with its last user."""
        self._view = self._last = None
        self._page.leave(self)


class PageRemote:
    """The remote control: each press is a key event in the page."""

    def __init__(self, page: Page, options: KeyboardOptions) -> None:
        self._page = page
        self._options = options
        self._table = keyboard(options.keys)
        self._view: View | None = None
        self._held: dict[str, tuple[threading.Event, threading.Thread]] = {}
        self._to_drop = 0

    def faults(self) -> Mapping[str, str]:
        """The fault that may be switched on, with what it does."""
        return FAULTS

    def inject_fault(self, name: str, value: float) -> None:
        """Let the next `value` presses be lost."""
        if name not in FAULTS:
            raise ConfigurationError(f"remote browser: has no fault {name!r}", f"It has {', '.join(FAULTS)}")
        self._to_drop = round(value)

    def _is_dropped(self) -> bool:
        if self._to_drop <= 0:
            return False
        self._to_drop -= 1
        return True

    def open(self) -> None:
        """Start the browser, if it does not run yet."""
        self._view = self._page.join(self)

    def keys(self) -> Collection[str]:
        """The keys, with those that the options add."""
        return tuple(self._table)

    def press(self, key: str) -> None:
        """Press a key shortly."""
        dom_key = look_up(self._table, key)
        view = self._opened()
        if self._is_dropped():
            return
        view.key(dom_key, down=True)
        view.key(dom_key, down=False)

    def keydown(self, key: str) -> None:
        """Hold a key down; it repeats as a keyboard's does."""
        dom_key = look_up(self._table, key)
        view = self._opened()
        self._let_go(key)
        if self._is_dropped():
            return
        view.key(dom_key, down=True)
        released = threading.Event()
        thread = threading.Thread(target=self._repeat, args=(view, dom_key, released), name=f"hold {key}", daemon=True)
        self._held[key] = released, thread
        thread.start()

    def keyup(self, key: str) -> None:
        """Release a key."""
        dom_key = look_up(self._table, key)
        if self._let_go(key):
            self._opened().key(dom_key, down=False)

    def close(self) -> None:
        """Release what is held, and let go of the browser, which ends with its last user."""
        for key in list(self._held):
            self._let_go(key)
        self._view = None
        self._page.leave(self)

    def _let_go(self, key: str) -> bool:
        released, thread = self._held.pop(key, (None, None))
        if released is None or thread is None:
            return False
        released.set()
        thread.join(LAST_REPEAT)  # a repeat that is on its way must not come after the release
        return True

    def _opened(self) -> View:
        if self._view is None:
            raise DeviceError(f"{self._page.name}: its remote is not open", "call open() before press()")
        return self._view

    def _repeat(self, view: View, key: DomKey, released: threading.Event) -> None:
        pause = self._options.repeat_after
        while not released.wait(pause):
            try:
                view.key(key, down=True, repeated=True)
            except DeviceError:  # the browser is gone: the next press says so
                return
            pause = 1 / self._options.repeats


def open_capture(context: DriverContext) -> PageCapture | DisplayCapture:
    """Make the capture of a node's page."""
    page = context.share(NAME, Page)
    page.configure(context)
    if page.options.display:
        from .display_capture import DisplayCapture

        return DisplayCapture(page)
    return PageCapture(page)


def open_remote(context: DriverContext) -> PageRemote:
    """Make the remote of a node's page."""
    page = context.share(NAME, Page)
    page.configure(context)
    return PageRemote(page, context.options)
