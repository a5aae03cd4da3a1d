"""A service such as BrowserStack: what it is asked for, and that nobody reads the key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.peers.pack_run import Finished, Pack
from tests.peers.web_app import WebApp
from tests.peers.webdriver_gate import WebDriverGate
from tests.peers.webdriver_server import webdriver_server

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.needs("chromium")

USER, KEY = "somebody", "geheimer-schluessel"
BROWSER = """
[nodes.NODE.browser]
uri = "grid:URL"
user = "somebody"
access_key = ACCESS_KEY
page_load_timeout = 60

[nodes.NODE.browser.capabilities]
"bstack:options" = {os = "OS X", osVersion = "Sonoma", projectName = "qarunner"}
"goog:chromeOptions" = {args = ["--headless=new", "--no-sandbox", "--disable-gpu"]}
"""
TESTS = """
import os

def test_tells_the_key(browser):
    browser.get("PAGE")
    key = os.environ["BROWSERSTACK_ACCESS_KEY"]
    print("the key is", key)
    browser.execute_script("document.title = arguments[0]", key)
    assert key == "another"
"""


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriverGate]:
    """Not the service: a gate that asks for credentials as it does, with a real Chromium behind it."""
    with webdriver_server(tmp_path_factory.mktemp("server")) as server, WebDriverGate(server, USER, KEY) as running:
        yield running


def run(folder: Path, gate: WebDriverGate, access_key: str) -> Finished:
    pack = Pack(folder)
    (pack.folder / "plugins" / "pattern.py").unlink()
    settings = BROWSER.replace("NODE", pack.node).replace("URL", gate.url).replace("ACCESS_KEY", access_key)
    pack.write("qarunner.toml", settings)
    with WebApp() as app:
        pack.write("tests/page.py", TESTS.replace("PAGE", app.url))
        with pack.start(BROWSERSTACK_ACCESS_KEY=KEY) as process:
            output, _nothing = process.communicate(timeout=280)
    return Finished(process.returncode, output, pack)


def test_it_is_asked_for_what_is_configured_and_the_key_is_hidden(gate: WebDriverGate, tmp_path: Path) -> None:
    finished = run(tmp_path, gate, '{env = "BROWSERSTACK_ACCESS_KEY"}')
    assert finished.outcomes() == {"test_tells_the_key": "fail"}, finished.output
    assert gate.wanted[-1]["bstack:options"] == {"os": "OS X", "osVersion": "Sonoma", "projectName": "qarunner"}
    assert gate.wanted[-1]["browserName"] == "chrome"
    files = [path for path in finished.directory.folder.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"result.json", "browser.html", "stbt.log"} <= names
    assert [path.name for path in files if KEY.encode() in path.read_bytes()] == []
    html = next(path for path in files if path.name == "browser.html")
    assert "<title>***</title>" in html.read_text(encoding="utf-8")


def test_a_key_in_the_configuration_is_refused(gate: WebDriverGate, tmp_path: Path) -> None:
    finished = run(tmp_path, gate, f'"{KEY}"')
    [failure] = finished.results["test_tells_the_key"].failures
    assert finished.outcomes() == {"test_tells_the_key": "error"}
    assert "access_key is a secret, which must not stand in a configuration" in failure.message
    assert KEY not in failure.message
