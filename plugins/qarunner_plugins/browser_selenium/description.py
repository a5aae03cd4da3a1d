"""What the browser drivers are, for lists and help; Selenium is imported when one is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qarunner import Check, Discovered, Driver, DriverContext

from .options import KeyboardOptions, PageOptions
from .webdriver_options import GridOptions, LocalOptions


def _open_capture(context: DriverContext) -> Any:
    from .faces import open_capture

    return open_capture(context)


def _open_remote(context: DriverContext) -> Any:
    from .faces import open_remote

    return open_remote(context)


def _open_chromium(context: DriverContext) -> Any:
    from .webdriver import open_chromium

    return open_chromium(context)


def _open_firefox(context: DriverContext) -> Any:
    from .webdriver import open_firefox

    return open_firefox(context)


def _open_grid(context: DriverContext) -> Any:
    from .webdriver import open_grid

    return open_grid(context)


def _look_at_libraries() -> Sequence[Check]:
    from .programs import look_at_libraries

    return look_at_libraries()


def _look_at_chromium() -> Sequence[Check]:
    from .programs import look_at, look_at_libraries

    return [*look_at_libraries(), *look_at("chromium")]


def _look_at_page() -> Sequence[Check]:
    from .display import look_at_display

    return [*_look_at_chromium(), look_at_display()]


def _look_at_firefox() -> Sequence[Check]:
    from .programs import look_at

    return look_at("firefox")


def _find_pages() -> Sequence[Discovered]:
    asks = "its URL, or a file relative to the test pack"
    what = "a web page in Chromium"
    return [Discovered("browser:", f"{what} ({path})", what, asks) for path in _paths("chromium")]


def _find_keyboards() -> Sequence[Discovered]:
    return [Discovered("browser:", f"keys of {page.device}", page.device) for page in _find_pages()]


def _find_chromium() -> Sequence[Discovered]:
    return [Discovered("chromium:", f"Chromium ({path})") for path in _paths("chromium")]


def _find_firefox() -> Sequence[Discovered]:
    return [Discovered("firefox:", f"Firefox ({path})") for path in _paths("firefox")]


def _paths(name: str) -> Sequence[str]:
    from .programs import usable

    return usable(name)


DRIVERS = (
    Driver(
        capability="capture",
        scheme="browser",
        summary="The picture of a web page in Chromium or Firefox",
        open=_open_capture,
        discover=_find_pages,
        options=PageOptions,
        extra="browser",
        address_help="a URL, or a file relative to the test pack",
        doctor=_look_at_page,
        examples=(
            "browser:web_tv/index.html",
            "browser:web_tv/index.html?display=xvfb",
            "browser:https://tv.example/app",
        ),
    ),
    Driver(
        capability="remote",
        scheme="browser",
        summary="The remote control of that page: each key is a key event",
        open=_open_remote,
        discover=_find_keyboards,
        options=KeyboardOptions,
        extra="browser",
        address_help="nothing beside a browser: capture; else the page",
        holds_keys=True,
        doctor=_look_at_chromium,
        examples=("browser:",),
    ),
    Driver(
        capability="browser",
        scheme="chromium",
        summary="A Chromium of this machine, for WebDriver",
        open=_open_chromium,
        discover=_find_chromium,
        options=LocalOptions,
        extra="browser",
        doctor=_look_at_chromium,
        examples=("chromium:", "chromium:?size=1920x1080"),
    ),
    Driver(
        capability="browser",
        scheme="firefox",
        summary="A Firefox of this machine, for WebDriver",
        open=_open_firefox,
        discover=_find_firefox,
        options=LocalOptions,
        extra="browser",
        doctor=_look_at_firefox,
        examples=("firefox:",),
    ),
    Driver(
        capability="browser",
        scheme="grid",
        summary="A browser on a Selenium Grid, or on any WebDriver server",
        open=_open_grid,
        options=GridOptions,
        extra="browser",
        address_help="the grid's URL",
        doctor=_look_at_libraries,
        examples=("grid:http://selenium.example:4444",),
    ),
)
