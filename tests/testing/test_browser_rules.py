"""`check_browser`: a good driver passes, each way to be bad is named. Real browsers are tried beside their driver."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from tests.testing.conftest import plugin_of

from qarunner import CapturedFrame
from qarunner.testing import check_browser
from qarunner.testing.browser_rules import TITLE

PAGE = "http://127.0.0.1/page"


class WebDriver:
    """What a check uses of a WebDriver; not one."""

    def __init__(self, cookies: dict[str, Any]) -> None:
        self.cookies = cookies
        self.page = ""
        self.closed = False

    @property
    def title(self) -> str:
        if self.closed:
            raise OSError("closed")
        return TITLE

    def get(self, page: str) -> None:
        self.page = page

    def add_cookie(self, cookie: dict[str, Any]) -> None:
        self.cookies[cookie["name"]] = cookie

    def get_cookie(self, name: str) -> Any:
        return self.cookies.get(name)

    def find_element(self) -> None: ...

    def execute_script(self) -> None: ...

    def get_screenshot_as_png(self) -> None: ...

    def quit(self) -> None: ...


class Good:
    """A browser that keeps all rules."""

    def __init__(self) -> None:
        self.driver: Any = None
        self.opened = 0

    def open(self) -> Any:
        self.driver = WebDriver({})
        self.opened += 1
        return self.driver

    def evidence(self) -> Any:
        return {"browser.png": b"\x89PNG...", "browser.html": b"<html>"}

    def picture(self, _timeout: float) -> Any:
        return CapturedFrame(numpy.zeros((2, 2, 3), numpy.uint8), 1.0)

    def close(self) -> None:
        if self.driver is not None:
            self.driver.closed = True


class Nothing(Good):
    def open(self) -> Any:
        return None


class Lost(Good):
    def open(self) -> Any:
        driver = super().open()
        driver.closed = True
        return driver


class Remembering(Good):
    def __init__(self) -> None:
        super().__init__()
        self.cookies: dict[str, Any] = {}

    def open(self) -> Any:
        self.driver = WebDriver(self.cookies)
        return self.driver


class Undying(Good):
    def close(self) -> None: ...


class Elsewhere(Good):
    def evidence(self) -> Any:
        return {"../browser.html": b"", "browser.png": b"GIF", "log": "text"}


class Wordy(Good):
    def evidence(self) -> Any:
        return ["browser.png"]


class Grey(Good):
    def picture(self, _timeout: float) -> Any:
        return CapturedFrame(numpy.zeros((2, 2), numpy.uint8), 1.0)


class Bytes(Good):
    def picture(self, _timeout: float) -> Any:
        return b"picture"


def test_a_browser_that_keeps_the_rules_passes() -> None:
    browser = Good()
    check_browser("mine:", page=PAGE, plugin=plugin_of("browser", browser))
    assert browser.opened == 2
    assert browser.driver.closed


@pytest.mark.parametrize(
    ("browser", "said"),
    [
        (Nothing(), "open() gives a NoneType, not a selenium WebDriver: it has no get, find_element, "),
        (Lost(), "title raised OSError: closed (raise qarunner.DeviceError that says which device and what to try)"),
        (Remembering(), "a cookie of the first browser is still there in the second: profiles must be empty"),
        (Undying(), "after close() the WebDriver still answers: the browser was not ended"),
        (Elsewhere(), "evidence() names '../browser.html': it must be a file without a folder"),
        (Elsewhere(), "evidence(): browser.png is no PNG"),
        (Elsewhere(), "evidence(): log is a str, not bytes"),
        (Wordy(), "evidence() gives a list, not files by name"),
        (Grey(), "picture(): its pixels are no uint8 array of (height, width, 3)"),
        (Bytes(), "picture() gives a bytes, not a qarunner.CapturedFrame or None"),
    ],
)
def test_each_violation_is_named(browser: object, said: str) -> None:
    with pytest.raises(AssertionError, match="browser mine: breaks the rules of a browser:") as raised:
        check_browser("mine:", page=PAGE, plugin=plugin_of("browser", browser))
    assert f"  - {said}" in str(raised.value)
