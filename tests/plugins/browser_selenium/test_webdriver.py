"""Browsers for WebDriver: as testcases get them beside a television, and on a WebDriver server across the network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.pack_run import Finished, Pack
from tests.peers.rig_node import eventually
from tests.peers.web_app import WebApp, nowhere
from tests.peers.webdriver_server import CHROMIUM, webdriver_server

import qarunner_plugins.browser_selenium as plugin
from qarunner import BrowserEvidence, ConfigurationError, DeviceError, DeviceLostError, Timeline
from qarunner.results import Outcome, from_json
from qarunner.testing import DriverRig

pytestmark = pytest.mark.needs("chromium")


NOWHERE = f"{nowhere()}/none"
"""Where nobody listens."""

TESTS = """
import os, signal
import stbt_core as stbt
from qarunner import step

def test_both(node, browser):
    stbt.press("KEY_OK")
    browser.get("URL?password=geheim")
    assert browser.title == "television"
    assert stbt.get_frame() is not None

def test_fail(browser):
    browser.get("URL")
    assert browser.title == "radio"

def test_wrong_address(browser):
    browser.get("NOWHERE")

def test_killed(browser):
    browser.get("URL")
    os.kill(browser.service.process.pid, signal.SIGTERM)
    browser.service.process.wait()
    browser.get("URL")
"""
FEATURE = """
Feature: The page
  Scenario: It opens
    Given the page is open
"""
STEPS = """
from behave import given

@given("the page is open")
def page_is_open(context):
    context.browser.get("URL")
    assert context.browser.title == "television"
"""


@pytest.fixture(scope="module")
def app() -> Iterator[WebApp]:
    with WebApp() as running:
        yield running


@pytest.fixture(scope="module")
def finished(app: WebApp, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A run of testcases, most of which use the node's browser beside its television."""
    pack = Pack(tmp_path_factory.mktemp("pack"))
    pack.write("tests/page.py", TESTS.replace("URL", app.url).replace("NOWHERE", NOWHERE))
    pack.write("features/page.feature", FEATURE)
    pack.write("features/steps/steps.py", STEPS.replace("URL", app.url))
    pack.write("qarunner.toml", f'[nodes.{pack.node}]\nbrowser = "chromium:?size=800x600"\n')
    with pack.start() as process:
        output, _nothing = process.communicate(timeout=280)  # four browsers start, on a machine that may be busy
    return Finished(process.returncode, output, pack)


def test_a_testcase_holds_a_television_and_a_browser(finished: Finished) -> None:
    assert finished.outcomes() == {
        "test_both": "pass",
        "test_fail": "fail",
        "test_wrong_address": "error",
        "test_killed": "error",
        "It opens": "pass",
    }, finished.output
    timeline = from_json(Timeline, (finished.folder("test_both") / "timeline.json").read_bytes())
    labels = [event.label for event in timeline.events if event.kind in ("press", "note")]
    labels.remove("browser video begins")  # with the first picture, whenever that comes
    assert labels[0] == "browser chromium:?size=800x600"
    assert labels[1] == "KEY_OK"
    assert labels[2].startswith("browser get http://127.0.0.1")
    assert "geheim" not in str(labels)


def test_a_fail_keeps_what_the_browser_showed(finished: Finished, app: WebApp) -> None:
    folder = finished.folder("test_fail")
    assert (folder / "browser.png").read_bytes().startswith(b"\x89PNG")
    assert "<title>television</title>" in (folder / "browser.html").read_text(encoding="utf-8")
    assert "the television is on" in (folder / "browser-console.log").read_text(encoding="utf-8")
    requests = json.loads((folder / "browser-network.json").read_text(encoding="utf-8"))
    [page] = [request for request in requests if request["url"] == app.url]
    assert (page["method"], page["status"], page["kind"], page["mime_type"]) == ("GET", 200, "Document", "text/html")
    artifacts = {artifact.path for artifact in finished.results["test_fail"].artifacts}
    assert {"browser.png", "browser.html", "browser-console.log", "browser-network.json"} <= artifacts
    assert [path.name for path in finished.folder("test_both").glob("browser*")] == ["browser.mp4"]


@pytest.mark.parametrize(
    ("testcase", "words"),
    [
        ("test_wrong_address", rf"browser chromium: {NOWHERE} cannot be loaded: .*net::ERR_"),
        ("test_killed", "browser chromium is gone: .*"),
    ],
    ids=["wrong address", "killed"],
)
def test_a_lost_browser_is_an_error_that_names_it(finished: Finished, testcase: str, words: str) -> None:
    result = finished.results[testcase]
    assert result.outcome is Outcome.ERROR
    assert re.match(words, result.failures[0].message)


def test_a_node_without_a_browser_says_so(tmp_path: Path) -> None:
    pack = Pack(tmp_path)
    pack.write("tests/page.py", "def test_it(browser): pass\n")
    finished = pack.run()
    [failure] = finished.results["test_it"].failures
    assert failure.message == f"node '{pack.node}' has no browser"
    assert finished.outcomes() == {"test_it": "error"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with webdriver_server(tmp_path) as address:
        yield address


def test_a_browser_across_the_network(server: str, app: WebApp, tmp_path: Path) -> None:
    rig = DriverRig(tmp_path, plugin)
    options = {"url": app.url, "capabilities": {"goog:chromeOptions": CHROMIUM}}
    browser = rig.resolve("browser", f"grid:{server}", **options).open()
    driver = browser.open()
    try:
        assert driver.title == "television"
        evidence: BrowserEvidence = browser
        assert set(evidence.evidence()) >= {"browser.png", "browser.html"}
    finally:
        browser.close()
        browser.close()
    with pytest.raises((DeviceError, DeviceLostError)):
        driver.get(app.url)


def test_a_grid_that_refuses_or_is_not_there_is_named(server: str, tmp_path: Path) -> None:
    rig = DriverRig(tmp_path, plugin)
    with pytest.raises(DeviceError, match=re.escape(f"the grid {server} gives no browser 'netscape': ")):
        rig.resolve("browser", f"grid:{server}", browser="netscape").open().open()
    with pytest.raises(DeviceError, match=re.escape("the grid http://127.0.0.1:1 cannot be reached: ")):
        rig.resolve("browser", "grid:http://127.0.0.1:1").open().open()
    with pytest.raises(ConfigurationError, match="browser grid:selenium is no address of a grid"):
        rig.resolve("browser", "grid:selenium").open().open()


def test_the_picture_of_a_browser_has_its_size(app: WebApp, tmp_path: Path) -> None:
    browser = DriverRig(tmp_path, plugin).resolve("browser", "chromium:", url=app.url, size="800x600").open()
    driver = browser.open()
    try:
        eventually(lambda: driver.execute_script("return document.readyState") == "complete", "the page")
        assert driver.get_window_size() == {"width": 800, "height": 600}
    finally:
        browser.close()
