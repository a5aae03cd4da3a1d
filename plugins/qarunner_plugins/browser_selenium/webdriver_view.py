"""A page in any browser with a WebDriver: pictures are screenshots, one after the other."""

from __future__ import annotations

import base64
import os
import select
import threading
import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy

from qarunner import CapturedFrame, DeviceError, DeviceLostError

from .keys import WEBDRIVER
from .page import GONE_ADVICE, answer_of, stop
from .starting import first_line

if TYPE_CHECKING:
    from .keys import DomKey
    from .options import PageOptions

SEND_KEY = """
const [type, key, code, number, repeat] = arguments;
const event = new KeyboardEvent(type, {key, code, keyCode: number, which: number, repeat, bubbles: true,
                                       cancelable: true, composed: true});
if (event.keyCode !== number) Object.defineProperty(event, "keyCode", {get: () => number});
(document.activeElement || document.body || document).dispatchEvent(event);
"""


class WebDriverView:
    """See `page.PictureView`. One lock for all calls: a WebDriver does one thing at a time."""

    def __init__(self, driver: Any, options: PageOptions, name: str) -> None:
        self._driver = driver
        self._options = options
        self._name = name
        self._lock = threading.Lock()
        self._taken = 0.0
        self._reason = ""
        number = driver.capabilities.get("moz:processID")
        self._process = None if number is None else os.pidfd_open(number)

    def show(self, url: str) -> None:
        """Load the page, in a window that gives it the wanted size."""
        width, height = self._options.width_height
        driver = self._driver
        driver.get(url)
        status = "const e = performance.getEntriesByType('navigation')[0]; return (e && e.responseStatus) || 0"
        answer_of(driver.execute_script(status), url, self._name)
        if self._options.display:  # which the page fills
            return
        frame = driver.execute_script("return [outerWidth - innerWidth, outerHeight - innerHeight]")
        driver.set_window_size(width + frame[0], height + frame[1])

    def picture(self, timeout: float) -> CapturedFrame | None:
        """Take a picture, at most as many a second as are wanted."""
        time.sleep(min(timeout, max(0.0, self._taken + 1 / self._options.fps - time.monotonic())))
        before = time.monotonic()
        data = self._ask(self._driver.get_screenshot_as_base64)
        # It was taken somewhere between the question and the answer; the middle errs least.
        self._taken = (before + time.monotonic()) / 2
        pixels = cv2.imdecode(numpy.frombuffer(base64.b64decode(data), numpy.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            raise DeviceError(f"{self._name}: a picture cannot be decoded", "Is the page larger than its window?")
        width, height = self._options.width_height
        if pixels.shape[:2] != (height, width):
            pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        return CapturedFrame(pixels, self._taken)  # type: ignore[arg-type]  # uint8, as imdecode makes it

    def key(self, key: DomKey, *, down: bool, repeated: bool = False) -> None:
        """Let a key go down or up: as a keyboard where WebDriver knows the key, otherwise as an event by script."""
        typed = WEBDRIVER.get(key.key) or (key.text if key.text.isprintable() else "")
        if typed and not repeated:
            from selenium.webdriver.common.actions.action_builder import ActionBuilder

            def act() -> None:
                builder = ActionBuilder(self._driver)
                press = builder.key_action.key_down if down else builder.key_action.key_up
                press(typed)
                builder.perform()

            self._ask(act)
            return
        kind = "keydown" if down else "keyup"
        self._ask(lambda: self._driver.execute_script(SEND_KEY, kind, key.key, key.code, key.number, repeated))

    def _ask(self, question: Any) -> Any:
        from selenium.common.exceptions import WebDriverException
        from urllib3.exceptions import HTTPError

        with self._lock:
            try:
                return question()
            except (WebDriverException, HTTPError) as error:
                self._reason = first_line(error)
                raise self.loss() from error

    @property
    def lost(self) -> bool:
        """Whether the browser is gone."""
        if not self._reason and self._process is not None and select.select([self._process], [], [], 0)[0]:
            self._reason = "its process has ended"
        return bool(self._reason)

    def loss(self) -> DeviceLostError:
        """Return the error that says so."""
        problem = f"{self._name} is gone: {self._reason}"
        return DeviceLostError(problem, GONE_ADVICE)

    def close(self) -> None:
        """End the browser."""
        stop(self._driver)
        process, self._process = self._process, None
        if process is not None:
            os.close(process)
