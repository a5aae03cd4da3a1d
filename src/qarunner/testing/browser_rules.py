"""The rules of a browser, tried on a real one."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qarunner.protocols import BrowserEvidence, BrowserPictures, CapturedFrame
from qarunner.testing.rig import DriverRig
from qarunner.testing.rules import Trial

METHODS = ("open", "close")
WEBDRIVER = ("get", "find_element", "execute_script", "get_screenshot_as_png", "quit")
"""Some of what every WebDriver can do."""
TITLE = "a page of the rules"
PAGE = f"data:text/html,<title>{TITLE}</title><h1>qarunner</h1>".replace(" ", "%20")
COMMAND_LIMIT = 60.0
EVIDENCE_LIMIT = 20.0
PICTURE_TIMEOUT, PICTURE_GRACE = 0.5, 5.0
PICTURES = 20
COOKIE = "left-by-a-testcase"
PNG = b"\x89PNG"


def check_browser(
    uri: str, *, page: str = "", plugin: object | None = None, pack: Path | None = None, **options: Any
) -> None:
    """Check a browser driver: opens, shows a page, gives evidence, closes twice, and opens again with nothing left.

    :param uri: as in the configuration of a node.
    :param page: address of a web page that the browser can reach; with one, the check sees that no cookie is left.
    :param plugin: a module with hooks, for one that is not installed.
    :param pack: what relative file names are relative to; default the working directory.
    :param options: as they would stand in the driver's table in ``qarunner.toml``.
    :raises AssertionError: names every rule it breaks.
    """
    resolved = DriverRig(pack or Path.cwd(), plugin).resolve("browser", uri, **options)
    with Trial(resolved, METHODS) as trial:
        trial.resources()
        browser = trial.make()
        trial.call("close() before open()", browser.close, trial.close_limit)
        driver = _open(trial, browser, "open()")
        _look_at_page(trial, driver)
        _leave_cookie(trial, driver, page)
        _look_at_evidence(trial, browser)
        _look_at_pictures(trial, browser)
        trial.close_twice(browser)
        _look_at_closed(trial, driver)
        driver = _open(trial, browser, "open() after close()")
        _look_at_page(trial, driver)
        _look_for_cookie(trial, driver, page)
        trial.call("close()", browser.close, trial.close_limit)


def _open(trial: Trial, browser: Any, doing: str) -> Any:
    driver = trial.call(doing, browser.open, trial.open_limit)
    missing = [name for name in WEBDRIVER if not callable(getattr(driver, name, None))]
    if missing:
        trial.stop(f"{doing} gives a {type(driver).__name__}, not a selenium WebDriver: it has no {', '.join(missing)}")
    return driver


def _look_at_page(trial: Trial, driver: Any) -> None:
    trial.call("get(a page)", lambda: driver.get(PAGE), COMMAND_LIMIT)
    title = trial.call("title", lambda: driver.title, COMMAND_LIMIT)
    trial.rule(title == TITLE, f"after get(a page) its title is {title!r}, not {TITLE!r}")


def _leave_cookie(trial: Trial, driver: Any, page: str) -> None:
    if page:
        trial.call(f"get({page!r})", lambda: driver.get(page), COMMAND_LIMIT)
        trial.call("add_cookie()", lambda: driver.add_cookie({"name": COOKIE, "value": "1"}), COMMAND_LIMIT)


def _look_for_cookie(trial: Trial, driver: Any, page: str) -> None:
    if page:
        trial.call(f"get({page!r})", lambda: driver.get(page), COMMAND_LIMIT)
        found = trial.call("get_cookie()", lambda: driver.get_cookie(COOKIE), COMMAND_LIMIT)
        trial.rule(found is None, "a cookie of the first browser is still there in the second: profiles must be empty")


def _look_at_evidence(trial: Trial, browser: Any) -> None:
    if not isinstance(browser, BrowserEvidence):
        return
    files = trial.call("evidence()", browser.evidence, EVIDENCE_LIMIT)
    if not isinstance(files, Mapping):
        trial.stop(f"evidence() gives a {type(files).__name__}, not files by name")
    for name, content in files.items():
        trial.rule(name == Path(name).name, f"evidence() names {name!r}: it must be a file without a folder")
        if not trial.rule(isinstance(content, bytes), f"evidence(): {name} is a {type(content).__name__}, not bytes"):
            continue
        wrong = name.endswith(".png") and not content.startswith(PNG)
        trial.rule(not wrong, f"evidence(): {name} is no PNG")


def _look_at_pictures(trial: Trial, browser: Any) -> None:
    if not isinstance(browser, BrowserPictures):
        return
    import numpy

    look = functools.partial(browser.picture, PICTURE_TIMEOUT)
    for _attempt in range(PICTURES):
        frame = trial.call("picture()", look, PICTURE_TIMEOUT + PICTURE_GRACE)
        if frame is None:
            continue
        if not isinstance(frame, CapturedFrame):
            trial.stop(f"picture() gives a {type(frame).__name__}, not a qarunner.CapturedFrame or None")
        pixels = frame.pixels
        good = isinstance(pixels, numpy.ndarray) and pixels.dtype == numpy.uint8 and pixels.shape[2:] == (3,)
        trial.rule(good, "picture(): its pixels are no uint8 array of (height, width, 3)")
        return


def _look_at_closed(trial: Trial, driver: Any) -> None:
    """A WebDriver whose browser was closed must say so, not start to wait."""

    def answers() -> bool:
        try:
            return driver.title is not None
        except Exception:  # noqa: BLE001 - whatever it says is right
            return False

    if trial.call("title after close()", answers, COMMAND_LIMIT):
        trial.violation("after close() the WebDriver still answers: the browser was not ended")
