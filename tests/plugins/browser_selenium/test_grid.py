"""A Selenium Grid: the Selenium project's own server, with Chromium and Firefox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.peers.geckodriver import geckodriver
from tests.peers.rig_node import eventually
from tests.peers.selenium_grid import SeleniumGrid, install
from tests.peers.web_app import WebApp
from tests.peers.webdriver_server import CHROMIUM

import qarunner_plugins.browser_selenium as plugin
from qarunner.testing import DriverRig, check_browser, check_unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.needs("grid", "chromium", "firefox"), pytest.mark.soak]

OPTIONS: dict[str, dict[str, Any]] = {
    "chrome": {"capabilities": {"goog:chromeOptions": CHROMIUM}},
    "firefox": {"capabilities": {"moz:firefoxOptions": {"args": ["--headless"]}}},
}


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeleniumGrid]:
    folder = tmp_path_factory.mktemp("grid")
    drivers = {"chrome": "/usr/bin/chromedriver", "firefox": geckodriver(folder)}
    with SeleniumGrid(install(folder), folder, drivers) as running:
        yield running


@pytest.mark.parametrize("name", list(OPTIONS))
def test_its_browsers_keep_the_rules(grid: SeleniumGrid, name: str, tmp_path: Path) -> None:
    with WebApp() as app:
        check_browser(f"grid:{grid.url}", browser=name, page=app.url, plugin=plugin, pack=tmp_path, **OPTIONS[name])


def test_a_browser_with_bidi_has_pictures_for_a_video(grid: SeleniumGrid, tmp_path: Path) -> None:
    capabilities = {**OPTIONS["chrome"]["capabilities"], "webSocketUrl": True}
    browser: Any = DriverRig(tmp_path, plugin).resolve("browser", f"grid:{grid.url}", capabilities=capabilities).open()
    browser.open().get("data:text/html,<h1>qarunner</h1>")
    try:
        eventually(lambda: browser.picture(0.5) is not None, "a picture")
    finally:
        browser.close()


def test_a_browser_it_has_not_is_named(grid: SeleniumGrid, tmp_path: Path) -> None:
    mentions = [f"the grid {grid.url} gives no browser 'safari'"]
    check_unreachable("browser", f"grid:{grid.url}", browser="safari", mentions=mentions, plugin=plugin, pack=tmp_path)


def test_one_that_is_in_use_is_named(grid: SeleniumGrid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = DriverRig(tmp_path, plugin)
    first = rig.resolve("browser", f"grid:{grid.url}", **OPTIONS["chrome"]).open()
    first.open()
    try:
        monkeypatch.setattr("qarunner_plugins.browser_selenium.grid.ANSWER_LIMIT", 3)
        mentions = [f"the grid {grid.url} has given no browser within 3 s", "Are all of its browsers in use?"]
        check_unreachable(
            "browser", f"grid:{grid.url}", mentions=mentions, plugin=plugin, pack=tmp_path, **OPTIONS["chrome"]
        )
    finally:
        first.close()
