"""A web page as a device, in a real Chromium: its picture, its remote control, and what happens when it is lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.peers.descendants import alive, descendants
from tests.peers.rig_node import eventually
from tests.peers.web_app import WebApp

import qarunner_plugins.browser_selenium as plugin
from qarunner import ConfigurationError, DeviceError, DeviceLostError, FaultInjector, UnknownKeyError
from qarunner.testing import DriverRig, check_capture, check_remote
from qarunner_plugins.browser_selenium import programs
from qarunner_plugins.browser_selenium.description import DRIVERS
from qarunner_plugins.browser_selenium.options import PageOptions

if TYPE_CHECKING:
    from qarunner import Capture, HoldingRemote

pytestmark = pytest.mark.needs("chromium")

BLUE, RED, GREEN, YELLOW = (30, 60, 120), (200, 30, 40), (20, 160, 60), (240, 200, 20)


@pytest.fixture(scope="module")
def app() -> Iterator[WebApp]:
    with WebApp() as running:
        yield running


@pytest.fixture(scope="module", params=["jpeg", "screenshots"])
def television(
    request: pytest.FixtureRequest, app: WebApp, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Capture, HoldingRemote]]:
    """The page as a device, by each of the two roads a picture takes."""
    rig = DriverRig(tmp_path_factory.mktemp("pack"), plugin)
    with (
        rig("capture", f"browser:{app.url}", picture=request.param) as capture,
        rig("remote", "browser:", keys={"KEY_BACK": "GoBack", "KEY_PLAY": 4711}, repeat_after=0.1) as remote,
    ):
        yield capture, remote


def shows(capture: Capture, colour: tuple[int, int, int]) -> bool:
    """Whether the next picture has the colour (red, green, blue) all over, within 3 levels."""
    frame = capture.read(5)
    assert frame is not None
    return bool((abs(frame.pixels[::40, ::40, ::-1].astype(int) - colour) <= 3).all())


def begin_anew(app: WebApp, remote: HoldingRemote) -> None:
    """Forget what happened before, once all of it has arrived: the page tells its events in their order."""
    remote.press("KEY_INFO")
    eventually(lambda: [(e["type"], e["key"]) for e in app.events[-1:]] == [("keyup", "Info")], "the last event")
    app.events.clear()


def test_the_picture_is_the_page(television: tuple[Capture, HoldingRemote]) -> None:
    capture, remote = television
    remote.press("KEY_OK")
    eventually(lambda: shows(capture, RED), "the page after KEY_OK")
    frame = capture.read(5)
    assert frame is not None
    assert frame.pixels.shape == (720, 1280, 3)


def test_a_page_that_stands_still_goes_on_delivering(television: tuple[Capture, HoldingRemote]) -> None:
    frames = [television[0].read(5) for _ in range(5)]
    times = [frame.time for frame in frames if frame is not None]
    assert len(times) == 5
    assert times == sorted(set(times))
    assert 0 <= time.monotonic() - times[-1] < 2


@pytest.mark.parametrize(
    ("key", "dom_key", "number"),
    [("KEY_OK", "Enter", 13), ("KEY_BACK", "GoBack", 461), ("KEY_RED", "ColorF0Red", 403), ("KEY_PLAY", "", 4711)],
)
def test_a_press_is_a_key_event(
    television: tuple[Capture, HoldingRemote], app: WebApp, key: str, dom_key: str, number: int
) -> None:
    begin_anew(app, television[1])
    television[1].press(key)
    eventually(lambda: len(app.events) >= 2, "two events")
    assert [event["type"] for event in app.events] == ["keydown", "keyup"]
    assert app.events[0]["number"] == number
    assert app.events[0]["key"] == (dom_key or "MediaPlay")


def test_a_held_key_repeats_until_it_is_released(television: tuple[Capture, HoldingRemote], app: WebApp) -> None:
    _capture, remote = television
    begin_anew(app, remote)
    remote.keydown("KEY_UP")
    eventually(lambda: sum(event["repeat"] for event in app.events) >= 3, "three repeats")
    remote.keyup("KEY_UP")
    eventually(lambda: app.events[-1]["type"] == "keyup", "the release")
    assert not app.downs()[0]["repeat"]
    held = len(app.events)
    remote.press("KEY_BACK")
    eventually(lambda: (app.events[-1]["type"], app.events[-1]["key"]) == ("keyup", "GoBack"), "the key after it")
    assert {event["key"] for event in app.events[held:]} == {"GoBack"}


def test_a_digit_types_where_the_page_takes_text(television: tuple[Capture, HoldingRemote], app: WebApp) -> None:
    begin_anew(app, television[1])
    television[1].press("KEY_7")
    eventually(lambda: app.events and app.events[-1]["type"] == "keyup", "the release")
    assert app.events[-1]["text"].endswith("7")


def test_a_press_can_be_lost_on_purpose(television: tuple[Capture, HoldingRemote], app: WebApp) -> None:
    _capture, remote = television
    assert isinstance(remote, FaultInjector)
    begin_anew(app, remote)
    remote.inject_fault("dropped-key", 1)
    for key in ("KEY_RED", "KEY_GREEN"):
        remote.press(key)
    eventually(lambda: len(app.events) >= 2, "two events")
    assert {event["key"] for event in app.events} == {"ColorF1Green"}


def test_a_key_it_has_not_is_refused_with_the_nearest(television: tuple[Capture, HoldingRemote]) -> None:
    with pytest.raises(UnknownKeyError, match=re.escape("has no key 'KEY_VOLUMUP'")) as refused:
        television[1].press("KEY_VOLUMUP")
    assert "KEY_VOLUMEUP" in refused.value.advice


def test_it_keeps_the_rules_of_a_capture(app: WebApp) -> None:
    check_capture(f"browser:{app.url}", plugin=plugin)


def test_it_keeps_the_rules_of_a_remote(app: WebApp) -> None:
    check_remote(f"browser:{app.url}", plugin=plugin)


def test_a_browser_that_was_killed_is_lost_and_started_again(app: WebApp, tmp_path: Path) -> None:
    rig = DriverRig(tmp_path, plugin)
    others = descendants(os.getpid())
    with rig("capture", f"browser:{app.url}") as capture, rig("remote", "browser:") as remote:
        os.kill(browser_among(set(descendants(os.getpid())) - set(others)), signal.SIGKILL)
        with pytest.raises(DeviceLostError, match=re.escape(f"browser chromium with {app.url} is gone")):
            eventually(lambda: capture.read(1) is None, "the loss")
        with pytest.raises(DeviceLostError):
            remote.press("KEY_OK")
        capture.close()
        remote.close()
        capture.open()
        eventually(lambda: shows(capture, BLUE), "the fresh page")
        remote.open()
        remote.press("KEY_OK")
        eventually(lambda: shows(capture, RED), "the page after a press")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A temporary folder with a short path."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def test_nothing_is_left_when_its_owner_is_killed(app: WebApp, folder: Path) -> None:
    script = f"""
import sys, time
from pathlib import Path
from qarunner.testing import DriverRig
import qarunner_plugins.browser_selenium as plugin
with DriverRig(Path("."), plugin)("capture", "browser:{app.url}"):
    print("open", flush=True)
    time.sleep(300)
"""
    environment = {**os.environ, "TMPDIR": str(folder)}
    command = [sys.executable, "-P", "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as owner:
        try:
            assert owner.stdout is not None
            assert owner.stdout.readline() == "open\n"
            assert len(descendants(owner.pid)) >= 4
            started = descendants(owner.pid)
        finally:
            owner.kill()
    eventually(lambda: not any(alive(process) for process in started), "the end of every process it started")
    eventually(lambda: not list(folder.iterdir()), "the end of the profile")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:1/tv", "cannot be loaded: net::ERR_"),
        ("{server}/nowhere", "/nowhere answers HTTP 404"),
        ("web_tv/missing.html", "web_tv/missing.html does not exist"),
    ],
)
def test_a_wrong_address_is_named(app: WebApp, tmp_path: Path, address: str, words: str) -> None:
    address = address.replace("{server}", app.url.removesuffix("/tv"))
    rig = DriverRig(tmp_path, plugin)
    others = descendants(os.getpid())
    with pytest.raises(DeviceError, match=re.escape(words)), rig("capture", f"browser:{address}"):
        pass
    assert set(descendants(os.getpid())) <= set(others)


def test_a_file_of_the_pack_is_a_page(tmp_path: Path) -> None:
    (tmp_path / "tv.html").write_text('<body style="background: rgb(20, 160, 60)">', encoding="utf-8")
    with DriverRig(tmp_path, plugin)("capture", "browser:tv.html", size="640x360") as capture:
        eventually(lambda: shows(capture, GREEN), "the file's colour")
        frame = capture.read(5)
        assert frame is not None
        assert frame.pixels.shape == (360, 640, 3)


def test_a_program_that_is_missing_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DeviceError, match=r"chromium: chromium or .* is not installed") as missing:
        programs.find("chromium", PageOptions())
    assert "apt install chromium chromium-driver" in missing.value.advice
    checks: dict[str, dict[str, str]] = {}
    for driver in DRIVERS:
        checks.setdefault(driver.scheme, {}).update({check.subject: check.status for check in driver.doctor()})
    libraries = {"browsers (Selenium)": "works"}
    assert checks == {
        "browser": {**libraries, "chromium": "missing", "displays for browsers (Xvfb)": "note"},
        "chromium": {**libraries, "chromium": "missing"},
        "firefox": {"firefox": "missing"},
        "grid": libraries,
    }


def test_a_program_that_is_named_wrongly_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="/opt/none is not a program on this machine"):
        programs.find("chromium", PageOptions(program="/opt/none"))


def test_options_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    rig = DriverRig(tmp_path, plugin)
    with pytest.raises(ConfigurationError, match=r"size 1x1|Expected `str` matching"):
        rig.resolve("capture", "browser:tv.html", size="1x1")
    with pytest.raises(ConfigurationError, match="'BACK' is no name of a key"):
        rig.resolve("remote", "browser:", keys={"BACK": "Escape"}).open()


def browser_among(processes: set[int]) -> int:
    """Return Chromium's first process."""
    for found in processes:
        command = Path(f"/proc/{found}/cmdline").read_bytes()
        if b"--remote-debugging-port" in command and b"--type=" not in command:
            return found
    raise AssertionError("no Chromium runs")
