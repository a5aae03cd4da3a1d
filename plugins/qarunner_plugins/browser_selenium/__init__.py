"""Browsers: as a device whose picture is a page and whose remote is its keyboard, and as a browser for WebDriver.

``capture = "browser:web_tv/index.html"`` with ``remote = "browser:"`` makes a web television a node like any other:
the two drivers share one Chromium or Firefox. ``browser = "chromium:"``, ``"firefox:"`` and ``"grid:http://host:4444"``
give a testcase a Selenium WebDriver of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qarunner import hookimpl

if TYPE_CHECKING:
    from qarunner import Driver


@hookimpl
def qa_drivers() -> Iterable[Driver]:
    """The page's capture and remote, and the three browsers."""
    from .description import DRIVERS

    return DRIVERS
