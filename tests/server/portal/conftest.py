"""What the tests of the portal share: one farm, for each uses names of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from tests.peers.farm_people import PASSWORD, World, farm_of_people
from tests.peers.stores import EmptyStores

from qarunner.store.engine import Store

if TYPE_CHECKING:
    from tests.peers.browser import Browser


Visit = Callable[..., None]


@pytest.fixture(scope="session")
def world(empty_stores: EmptyStores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("portal")
    with Store.open(*empty_stores.new("sqlite", folder / "data")) as store, farm_of_people(folder, store) as made:
        yield made


@pytest.fixture(scope="session")
def served(world: World) -> Iterator[str]:
    """The address of the farm's server, for browsers."""
    from qarunner.server.http import HttpServer

    server = HttpServer(world.app, threads=24)
    server.start()
    yield server.url
    world.services.stopping.set()
    server.stop()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium; whoever uses it signs in first."""
    from tests.peers.browser import Browser

    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.quit()


@pytest.fixture
def visit(browser: Browser, served: str) -> Visit:
    """Sign in as somebody, or as nobody, and look at a page."""

    def look(path: str, name: str = "anna") -> None:
        browser.driver.get(f"{served}/app/login")
        browser.driver.delete_all_cookies()
        browser.complaints()
        if name:
            browser.driver.get(f"{served}/app/login")
            sign_in(browser, name)
            browser.wait_for("location.pathname === '/app/'")
        browser.driver.get("about:blank")
        browser.driver.get(served + path)

    return look


def sign_in(browser: Browser, name: str) -> None:
    """Fill in the form that is shown."""
    browser.find("input[name=name]").send_keys(name)
    browser.find("input[name=password]").send_keys(PASSWORD)
    browser.find("form.sign-in button").click()
