"""The video of a browser that a testcase drives: what it shows, whatever the browser, and that it disturbs nothing."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING, Any

import av
import pytest
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.ui import WebDriverWait
from tests.peers.descendants import running
from tests.peers.geckodriver import geckodriver
from tests.peers.pack_run import Finished, Pack
from tests.peers.rig_node import eventually
from tests.peers.webdriver_server import CHROMIUM, webdriver_server

import qarunner_plugins.browser_selenium as plugin
from qarunner import BrowserPictures, Timeline
from qarunner.results import Outcome, from_json
from qarunner.testing import DriverRig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RED, GREEN, BLUE = (200, 30, 40), (20, 160, 60), (30, 60, 120)
NEAR = 12
"""Levels by which a colour may differ after JPEG or H.264."""


def page(colour: tuple[int, int, int]) -> str:
    """Return the address of a page that has one colour."""
    return f"data:text/html,<title>colour</title><body style='background: rgb{colour}'>".replace(" ", "%20")


def is_near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    """Whether a pixel (red, green, blue) has nearly a colour."""
    return bool((abs(pixel.astype(int) - colour) <= NEAR).all())


def shows(browser: Any, colour: tuple[int, int, int]) -> bool:
    """Whether the next picture has a colour in its middle."""
    frame = browser.picture(0.5)
    if frame is None:
        return False
    height, width = frame.pixels.shape[:2]
    return is_near(frame.pixels[height // 2, width // 2, ::-1], colour)


@pytest.fixture(
    params=[
        pytest.param("chromium", marks=pytest.mark.needs("chromium")),
        pytest.param("chromium on a display", marks=pytest.mark.needs("chromium", "xvfb")),
        pytest.param("firefox on a display", marks=pytest.mark.needs("firefox", "xvfb")),
        pytest.param("grid", marks=pytest.mark.needs("chromium")),
    ]
)
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A browser which is not open yet."""
    kind = request.param
    rig = DriverRig(tmp_path, plugin)
    with contextlib.ExitStack() as stack:
        options: dict[str, Any] = {"size": "640x480"}
        uri = f"{kind.split()[0]}:"
        if "display" in kind:
            options["display"] = "xvfb"
        if "firefox" in kind:
            options["driver"] = geckodriver(tmp_path)
        if kind == "grid":
            uri += stack.enter_context(webdriver_server(tmp_path))
            options = {"capabilities": {"webSocketUrl": True, "goog:chromeOptions": CHROMIUM,
                                        "unhandledPromptBehavior": "ignore"}}  # fmt: skip
        made = rig.resolve("browser", uri, **options).open()
        stack.callback(made.close)
        yield made


def test_it_sees_what_the_testcase_drives(browser: Any) -> None:
    driver = browser.open()
    assert isinstance(browser, BrowserPictures)
    driver.get(page(RED))
    eventually(lambda: shows(browser, RED), "the page")
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    driver.get(page(GREEN))
    eventually(lambda: shows(browser, GREEN), "the second window")
    driver.close()
    driver.switch_to.window(first)
    eventually(lambda: shows(browser, RED), "the first window again")
    driver.execute_script("setTimeout(() => alert('wait'), 10)")
    WebDriverWait(driver, 20).until(expected_conditions.alert_is_present())
    for _look in range(4):
        browser.picture(0.1)
    assert driver.switch_to.alert.text == "wait"
    driver.switch_to.alert.accept()
    driver.get(page(BLUE))
    eventually(lambda: shows(browser, BLUE), "the page after the dialog")


@pytest.mark.needs("chromium")
def test_a_browser_that_is_lost_has_no_more_pictures(tmp_path: Path) -> None:
    browser: Any = DriverRig(tmp_path, plugin).resolve("browser", "chromium:").open()
    browser.open().get(page(RED))
    try:
        eventually(lambda: shows(browser, RED), "the page")
        for process in running("chromedriver") | running("chromium"):
            os.kill(process, signal.SIGKILL)
        eventually(lambda: [browser.picture(0.1) for _look in range(3)] == [None] * 3, "no picture")
    finally:
        browser.close()
    assert browser.picture(0.1) is None


TESTS = f"""
def test_fail(browser):
    browser.get("{page(RED)}")
    assert browser.title == "radio"

def test_pass(browser):
    browser.get("{page(RED)}")
"""
BOTH = f"""
import stbt_core as stbt

def test_both(node, browser):
    stbt.press("KEY_OK")
    browser.get("{page(RED)}")
    assert browser.title == "radio"
"""


def run(folder: Path, tests: str, settings: str, *, television: bool = True, video: str = "true") -> Finished:
    pack = Pack(folder)
    if not television:
        (pack.folder / "plugins" / "pattern.py").unlink()
    pack.write("tests/page.py", tests)
    pack.write("qarunner.toml", settings.replace("NODE", pack.node))
    with pack.start(QARUNNER_VIDEO=video) as process:
        output, _nothing = process.communicate(timeout=280)  # browsers start, on a machine that may be busy
    return Finished(process.returncode, output, pack)


def widths_of(video: Path) -> set[int]:
    """Return which widths the pictures of a video have: none where it has no picture."""
    with av.open(str(video)) as container:
        return {frame.width for frame in container.decode(video=0)}


@pytest.mark.needs("chromium")
def test_where_the_node_has_no_picture_the_page_is_the_video(tmp_path: Path) -> None:
    finished = run(tmp_path, TESTS, '[nodes.NODE]\nbrowser = "chromium:?size=800x600"\n', television=False)
    assert finished.outcomes() == {"test_fail": "fail", "test_pass": "pass"}, finished.output
    for name in ("test_fail", "test_pass"):
        result, folder = finished.results[name], finished.folder(name)
        assert "video.mp4" in {artifact.path for artifact in result.artifacts}
        assert result.video_start is not None
        assert result.video_start > 0
        assert widths_of(folder / "video.mp4") == {800}


@pytest.mark.needs("chromium")
def test_beside_a_television_the_page_has_a_video_of_its_own(tmp_path: Path) -> None:
    finished = run(tmp_path, BOTH, '[nodes.NODE]\nbrowser = "chromium:?size=800x600"\n')
    result, folder = finished.results["test_both"], finished.folder("test_both")
    assert result.outcome is Outcome.FAIL, finished.output
    assert {"video.mp4", "browser.mp4"} <= {artifact.path for artifact in result.artifacts}
    assert widths_of(folder / "browser.mp4") == {800}
    timeline = from_json(Timeline, (folder / "timeline.json").read_bytes())
    [begin] = [event for event in timeline.events if event.label == "browser video begins"]
    [opened] = [event for event in timeline.events if event.label == "browser chromium:?size=800x600"]
    assert begin.time >= opened.time
    assert begin.data == {"file": "browser.mp4"}


@pytest.mark.needs("chromium")
def test_without_videos_the_page_has_none_either(tmp_path: Path) -> None:
    finished = run(tmp_path, BOTH, '[nodes.NODE]\nbrowser = "chromium:"\n', video="false")
    assert finished.outcomes() == {"test_both": "fail"}, finished.output
    assert not list(finished.folder("test_both").glob("*.mp4"))
