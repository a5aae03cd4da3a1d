"""Finds browsers and their drivers on this machine; nothing is ever looked for on the network."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from qarunner import Check, DeviceError

if TYPE_CHECKING:
    from .options import ProgramOptions

PROGRAMS = {
    "chromium": (("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"), ("chromedriver",)),
    "firefox": (("firefox", "firefox-esr"), ("geckodriver",)),
}
PACKAGES = {
    "chromium": "apt install chromium chromium-driver",
    "firefox": "apt install firefox-esr; geckodriver is in Mozilla's releases, or: cargo install geckodriver",
}


@dataclass(frozen=True)
class Programs:
    """Paths of a browser's program and of the one that drives it."""

    browser: str
    driver: str


def find(name: str, options: ProgramOptions) -> Programs:
    """Return where the programs of a browser are.

    :param name: ``chromium`` or ``firefox``.
    :raises DeviceError: one is missing; the advice says which package holds it.
    """
    browsers, drivers = PROGRAMS[name]
    return Programs(_one(name, "program", options.program, browsers), _one(name, "driver", options.driver, drivers))


def _one(name: str, option: str, given: str, known: tuple[str, ...]) -> str:
    if given:
        path = os.path.expanduser(given)  # noqa: PTH111 - a bare name stays one, to be found on PATH
        if found := shutil.which(path):
            return found
        problem = f"{name}: {given} is not a program on this machine"
        raise DeviceError(problem, f"Mend the option {option!r}, or leave it out to find {' or '.join(known)} on PATH")
    for program in known:
        if found := shutil.which(program):
            return found
    problem = f"{name}: {' or '.join(known)} is not installed"
    raise DeviceError(problem, f"{PACKAGES[name]}; or name it with the option {option!r}")


def usable(name: str) -> list[str]:
    """Return the path of a browser, ``chromium`` or ``firefox``, that can be driven on this machine; or nothing."""
    if find_spec("selenium") is None or find_spec("websocket") is None:
        return []
    browsers, drivers = PROGRAMS[name]
    try:
        _one(name, "driver", "", drivers)
        return [_one(name, "program", "", browsers)]
    except DeviceError:
        return []


def look_at_libraries() -> list[Check]:
    """Say whether what drives browsers is installed."""
    try:
        import selenium
        import websocket
    except ImportError as error:
        return [Check("browsers (Selenium)", "missing", str(error), "pip install 'qarunner[browser]'")]
    versions = f"Selenium {selenium.__version__}, websocket-client {websocket.__version__}"
    return [Check("browsers (Selenium)", "works", versions)]


def look_at(name: str) -> list[Check]:
    """Say whether this machine has a browser, ``chromium`` or ``firefox``, with its driver."""
    browsers, drivers = PROGRAMS[name]
    try:
        paths = [_one(name, "program", "", browsers), _one(name, "driver", "", drivers)]
    except DeviceError as error:
        return [Check(name, "missing", error.problem, error.advice)]
    return [Check(name, "works", " and ".join(paths))]
