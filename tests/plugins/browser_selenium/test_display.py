"""A page that fills an X display of its own, in real browsers on a real Xvfb."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.peers.descendants import running
from tests.peers.geckodriver import geckodriver
from tests.peers.rig_node import eventually
from tests.peers.web_app import WebApp

import qarunner_plugins.browser_selenium as plugin
from qarunner import DeviceError, DeviceLostError
from qarunner.testing import DriverRig, check_capture
from qarunner_plugins.browser_selenium.display import Display

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qarunner import Capture

pytestmark = pytest.mark.needs("xvfb")

BROWSERS = [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("chromium", "firefox")]
BLUE, RED = (30, 60, 120), (200, 30, 40)
FRAMED = """<!doctype html><style>html, body { margin: 0; height: 100%; background: rgb(30, 60, 120); }
body { box-sizing: border-box; border: 1px solid rgb(200, 30, 40); }</style>"""


@pytest.fixture(scope="module")
def app() -> Iterator[WebApp]:
    with WebApp() as running:
        yield running


@pytest.fixture(scope="module", params=BROWSERS)
def options(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the capture is told: its browser, and that it fills a display."""
    chosen = {"display": "xvfb", "browser": request.param}
    if request.param == "firefox":
        chosen["driver"] = geckodriver(tmp_path_factory.mktemp("driver"))
    return chosen


def is_all(pixels: Any, colour: tuple[int, int, int]) -> bool:
    """Whether a picture or a part of it has one colour (red, green, blue), to the bit."""
    return bool((pixels[..., ::-1] == colour).all())


def shows(capture: Capture, colour: tuple[int, int, int]) -> bool:
    frame = capture.read(5)
    return frame is not None and is_all(frame.pixels, colour)


def test_the_page_fills_the_picture_to_the_pixel(options: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "framed.html").write_text(FRAMED, encoding="utf-8")
    with DriverRig(tmp_path, plugin)("capture", "browser:framed.html", size="640x360", **options) as capture:

        def is_framed() -> bool:
            frame = capture.read(5)
            if frame is None:
                return False
            assert frame.pixels.shape == (360, 640, 3)
            edges = (frame.pixels[0], frame.pixels[-1], frame.pixels[:, 0], frame.pixels[:, -1])
            return all(is_all(edge, RED) for edge in edges) and is_all(frame.pixels[1:-1, 1:-1], BLUE)

        eventually(is_framed, "the page with its frame")


def test_a_press_changes_the_picture(app: WebApp, options: dict[str, Any], tmp_path: Path) -> None:
    rig = DriverRig(tmp_path, plugin)
    with rig("capture", f"browser:{app.url}", **options) as capture, rig("remote", "browser:") as remote:
        eventually(lambda: shows(capture, BLUE), "the page")
        remote.press("KEY_OK")
        eventually(lambda: shows(capture, RED), "the page after KEY_OK")


def test_it_keeps_the_rules_of_a_capture(app: WebApp, options: dict[str, Any]) -> None:
    check_capture(f"browser:{app.url}", plugin=plugin, **options)


@pytest.mark.needs("chromium")
def test_a_display_that_was_killed_is_lost_and_started_again(app: WebApp, tmp_path: Path) -> None:
    rig = DriverRig(tmp_path, plugin)
    with rig("capture", f"browser:{app.url}", display="xvfb") as capture, rig("remote", "browser:") as remote:
        eventually(lambda: shows(capture, BLUE), "the page")
        [server] = running("Xvfb")
        os.kill(server, signal.SIGKILL)
        with pytest.raises(DeviceLostError, match=re.escape(f"browser chromium with {app.url} is gone: ")):
            eventually(lambda: capture.read(1) is None, "the loss")
        capture.close()
        remote.close()
        capture.open()
        remote.open()
        remote.press("KEY_OK")
        eventually(lambda: shows(capture, RED), "the page after a press")
    assert not running("Xvfb")


@pytest.mark.needs("firefox")
def test_a_firefox_that_was_killed_is_lost(app: WebApp, tmp_path: Path) -> None:
    rig = DriverRig(tmp_path, plugin)
    driver = geckodriver(tmp_path)
    with rig("capture", f"browser:{app.url}", display="xvfb", browser="firefox", driver=driver) as capture:
        eventually(lambda: shows(capture, BLUE), "the page")
        for process in running("firefox-esr"):
            os.kill(process, signal.SIGKILL)
        with pytest.raises(DeviceLostError, match=re.escape(f"browser firefox with {app.url} is gone: its process")):
            eventually(lambda: capture.read(1) is None, "the loss")


def test_only_who_knows_its_cookie_may_look_at_it() -> None:
    display = Display(320, 240)
    try:
        ask = ["xdpyinfo", "-display", display.name]
        stranger = {**display.environment, "XAUTHORITY": "/nowhere"}
        assert subprocess.run(ask, env=display.environment, capture_output=True, check=False).returncode == 0
        refused = subprocess.run(ask, env=stranger, capture_output=True, text=True, check=False)
        assert refused.returncode != 0
        assert "uthoriz" in refused.stderr
        socket = Path(f"/tmp/.X11-unix/X{display.name[1:]}")  # noqa: S108 - where X servers listen
        assert socket.exists()
    finally:
        display.close()
        display.close()
    assert not display.running
    assert not socket.exists()


def test_nothing_is_left_when_its_owner_is_killed() -> None:
    script = """
import time
from qarunner_plugins.browser_selenium.display import Display
display = Display(320, 240)
print(display.name, display.authority, flush=True)
time.sleep(300)
"""
    with subprocess.Popen([sys.executable, "-P", "-c", script], stdout=subprocess.PIPE, text=True) as owner:
        try:
            assert owner.stdout is not None
            name, authority = owner.stdout.readline().split()
        finally:
            owner.kill()
    socket = Path(f"/tmp/.X11-unix/X{name[1:]}")  # noqa: S108 - where X servers listen
    eventually(lambda: not socket.exists(), "the end of the display")
    eventually(lambda: not Path(authority).parent.exists(), "the end of its folder")


def test_a_missing_server_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DeviceError, match="display xvfb: Xvfb is not installed") as missing:
        Display(320, 240)
    assert "apt install xvfb" in missing.value.advice


def test_a_server_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "Xvfb"  # the real one refuses nothing that we ask for
    fake.write_text("#!/bin/sh\necho '(EE) no room for a screen' >&2\nexit 1\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match=re.escape("does not start: (EE) no room for a screen")):
        Display(320, 240)
