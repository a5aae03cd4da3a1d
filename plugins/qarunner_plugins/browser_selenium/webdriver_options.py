"""What a person may set on a browser for WebDriver."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from qarunner import Options

from .options import ProgramOptions


class LocalOptions(ProgramOptions, frozen=True, kw_only=True):
    """Options of ``browser = "chromium:"`` and ``browser = "firefox:"``."""

    capabilities: Annotated[dict[str, Any], msgspec.Meta(description="WebDriver capabilities, given as they are")] = {}
    page_load_timeout: Annotated[float, msgspec.Meta(gt=0, le=600, description="seconds a page may take to load")] = 30
    url: Annotated[str, msgspec.Meta(description="page to begin with; relative files are those of the pack")] = ""


class GridOptions(Options, frozen=True, kw_only=True):
    """Options of ``browser = "grid:http://host:4444"``."""

    browser: Annotated[str, msgspec.Meta(description="browserName that is asked for: chrome, firefox, ...")] = "chrome"
    capabilities: Annotated[dict[str, Any], msgspec.Meta(description="WebDriver capabilities, given as they are")] = {}
    user: Annotated[str, msgspec.Meta(description="user name for the grid")] = ""
    access_key: Annotated[
        str, msgspec.Meta(description='password or key: {env = "NAME"} or {file = "PATH"}', extra={"secret": True})
    ] = ""
    page_load_timeout: Annotated[float, msgspec.Meta(gt=0, le=600, description="seconds a page may take to load")] = 30
    url: Annotated[str, msgspec.Meta(description="page to begin with")] = ""
