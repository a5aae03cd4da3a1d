"""Starts a browser of this machine through its WebDriver."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qarunner import DeviceError

from . import programs
from .display import Display
from .guard import guarded

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver

    from .options import ProgramOptions

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-quic",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--force-color-profile=srgb",
    "--autoplay-policy=no-user-gesture-required",
)
"""No traffic of the browser's own, and a page that looks the same on every machine."""
HEADLESS = {"chromium": "--headless=new", "firefox": "--headless"}
LONGEST_FOLDER = 30
FIREFOX_QUIET = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.autoplay.default": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "security.fileuri.strict_origin_policy": False,
}


def start(
    name: str,
    options: ProgramOptions,
    capabilities: dict[str, Any] | None = None,
    *,
    display: Display | None = None,
    kiosk: bool = False,
) -> WebDriver:
    """Start a browser of this machine with an empty profile, which ends with this process at the latest.

    :param name: ``chromium`` or ``firefox``.
    :param display: on which it opens its window; default as its options say.
    :param kiosk: whether the page fills all of the display, with nothing around it.
    :raises DeviceError: a program is missing, or the browser does not start.
    """
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException

    found = programs.find(name, options)
    folder = tempfile.mkdtemp(prefix="qarunner-browser-", dir=_short_folder())
    words = _chromium(options) if name == "chromium" else _firefox(options)
    arguments = [*words, *_where(name, options, display, kiosk=kiosk), *options.arguments]
    wanted: Any = webdriver.ChromeOptions() if name == "chromium" else webdriver.FirefoxOptions()
    wanted.binary_location = found.browser
    for argument in arguments:
        wanted.add_argument(argument)
    if name == "chromium":
        wanted.add_argument(f"--user-data-dir={folder}/profile")
        wanted.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        if kiosk:  # a line that says that the browser is driven would cover a part of the page
            wanted.add_experimental_option("excludeSwitches", ["enable-automation"])
    else:
        for preference, value in FIREFOX_QUIET.items():
            wanted.set_preference(preference, value)
    for capability, value in (capabilities or {}).items():
        wanted.set_capability(capability, value)
    try:
        return _through(name, found, folder, wanted, display)
    except WebDriverException as error:
        problem = f"{name} ({found.browser}, driven by {found.driver}) does not start: {first_line(error)}"
        raise DeviceError(problem, "Browser and driver must be of one version; `qarunner doctor` names both") from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # the guard, which would remove it, may not have been started
        raise


def _short_folder() -> str:
    """Return where temporary files go; Chromium binds a socket below, whose whole path may have 107 characters."""
    usual = tempfile.gettempdir()
    return usual if len(usual) <= LONGEST_FOLDER else "/tmp"  # noqa: S108 - a folder of an own, new name is made in it


def _through(name: str, found: programs.Programs, folder: str, wanted: Any, display: Display | None) -> WebDriver:
    """Start the driver under our guard."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service as ChromeService
    from selenium.webdriver.firefox.service import Service as FirefoxService

    kind: Any = ChromeService if name == "chromium" else FirefoxService

    class Guarded(kind):  # type: ignore[misc]  # which of the two is known only now
        def send_remote_shutdown_command(self) -> None:
            """Ending the guard ends everything, sooner than asking."""

        def env_path(self) -> None:
            """Only the options name a driver, no variable of the environment."""

        def command_line_args(self) -> list[str]:
            root = ["--profile-root", folder] if name == "firefox" else []
            return guarded(folder, [found.driver, *root, *super().command_line_args()])[1:]

    service = Guarded(executable_path=sys.executable, env=display and display.environment)
    try:
        if name == "chromium":
            return webdriver.Chrome(options=wanted, service=service)
        return webdriver.Firefox(options=wanted, service=service)
    except BaseException:
        end(service)
        raise


def end(service: Any) -> None:
    """End a driver that we started, whatever state it is in, with its browser and its profile."""
    with contextlib.suppress(Exception):
        service.stop()
    with contextlib.suppress(Exception):
        service.process.stdin.close()  # which Selenium leaves open when the process has ended by itself


def _chromium(options: ProgramOptions) -> list[str]:
    arguments = [*QUIET, f"--window-size={options.size.replace('x', ',')}", "--window-position=0,0"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium's sandbox refuses to run as root
    return arguments


def _firefox(options: ProgramOptions) -> list[str]:
    width, height = options.width_height
    return [f"--width={width}", f"--height={height}"]


def _where(name: str, options: ProgramOptions, display: Display | None, *, kiosk: bool) -> list[str]:
    """Return the argument which says what the page is shown in: all of a display, a window, or nothing."""
    if kiosk:
        return ["--kiosk"]
    return [HEADLESS[name]] if options.headless and display is None else []


def start_display(name: str, options: ProgramOptions) -> Display:
    """Start a display on which a browser can have a window of the wanted size.

    :raises DeviceError: Xvfb is missing, or does not start.
    """
    margin = 2 if name == "chromium" else 0  # Chromium makes a window that would fill a screen a pixel smaller
    width, height = options.width_height
    return Display(width + margin, height + margin)


def first_line(error: BaseException) -> str:
    """Return what an exception says, without its stacks."""
    text = str(getattr(error, "msg", "") or error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def page_address(address: str, pack: Path | None) -> str:
    """Return the URL of a page: a URL as it is; a file, relative to the pack, as ``file://``.

    :raises DeviceError: there is no such file.
    """
    if not address or "://" in address or address.startswith(("about:", "data:")):
        return address or "about:blank"
    file, mark, query = address.partition("?")
    path = (pack or Path.cwd()) / file
    if not path.is_file():
        problem = f"the page {address!r} is neither a URL nor a file: {path} does not exist"
        raise DeviceError(problem, "Write http://..., or the path of a file relative to the test pack")
    return path.resolve().as_uri() + mark + query
