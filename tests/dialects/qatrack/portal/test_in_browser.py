"""The pages in a real browser: on a phone, in the dark, on paper, and clicked through."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from sqlalchemy import update
from tests.dialects.qatrack.conftest import PASSWORD
from tests.dialects.qatrack.portal.conftest import People, make_people
from tests.dialects.qatrack.portal.test_pages import attach
from tests.dialects.qatrack.sessions_done import REJECTED, UNREVIEWED, do_session
from tests.peers.stores import EmptyStores

from qarunner.server.http import HttpServer
from qarunner.store.engine import Store
from qarunner.store.models import qatrack

if TYPE_CHECKING:
    from tests.peers.browser import Browser

pytestmark = pytest.mark.needs("chromium")
ZAP = 5
LONG = "a_name_without_any_blank_" * 6
HISTORY = "/app/qatrack/history?unit=1&test=zap_time"


@pytest.fixture(scope="module")
def people(empty_stores: EmptyStores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """A server whose unit has been measured for a hundred days, with limits that changed on the way."""
    with Store.open(*empty_stores.new("sqlite", tmp_path_factory.mktemp("pages") / "data")) as store:
        people = make_people(store)
        first = people.now - timedelta(days=100)
        for day in range(100):
            if day == 60:
                people.limits(ZAP, 950.0, (-150, -75, 75, 150))
            value = 1000.0 + 60 * math.sin(day / 5) + 120 * (day % 31 == 17)
            verdict = "ok" if value < 1100 else "tolerance"
            status = REJECTED if day == 50 else UNREVIEWED
            do_session(store, first + timedelta(days=day), {ZAP: (value, verdict), 4: (1, "ok")}, status=status)
        last = do_session(
            store, people.now, {ZAP: (5e4, "action"), 9: (LONG, "no_tol")}, user_key=LONG, tests={9: {"comment": LONG}}
        )
        assert last == 101
        picture: bytes = cv2.imencode(".png", np.full((90, 160, 3), 200, np.uint8))[1].tobytes()
        attach(people, last, f"{LONG}.png", picture, test=201)
        with store.write() as connection:
            connection.execute(update(qatrack.Test).where(qatrack.Test.id == 9).values(display_name=LONG))
        yield people


@pytest.fixture(scope="module")
def served(people: People) -> Iterator[str]:
    server = HttpServer(people.app, threads=8)
    server.start()
    yield server.url
    people.services.stopping.set()
    server.stop()


@pytest.fixture(scope="module")
def browser(served: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium in which ben has signed in."""
    from tests.peers.browser import Browser

    browser = Browser(tmp_path_factory.mktemp("chromium"))
    browser.driver.get(f"{served}/app/login")
    browser.find("input[name=name]").send_keys("ben")
    browser.find("input[name=password]").send_keys(PASSWORD)
    browser.find("form.sign-in button").click()
    browser.wait_for("location.pathname === '/app/'")
    yield browser
    browser.quit()


@pytest.fixture
def phone(browser: Browser) -> Iterator[None]:
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def look(browser: Browser, address: str) -> None:
    browser.complaints()
    browser.driver.get(address)
    browser.wait_for("document.readyState === 'complete'")


PLACES = "[...document.querySelectorAll('.chart use')].map(e => e.getBoundingClientRect().toJSON())"


@pytest.mark.usefixtures("phone")
def test_every_page_fits_a_phone_and_breaks_no_rule_of_its_policy(browser: Browser, served: str) -> None:
    too_wide = {}
    paths = ("", "/sessions", "/sessions/101", "/history?unit=1&test=zap_time", "/history?unit=1&test=firmware")
    for path in paths:
        look(browser, f"{served}/app/qatrack{path}")
        width = browser.run("document.documentElement.scrollWidth")
        if width > 360:
            too_wide[path] = width
        assert browser.complaints() == []
    assert too_wide == {}


@pytest.mark.usefixtures("phone")
def test_on_a_phone_the_letters_of_the_chart_stay_as_large_and_all_points_are_in_it(
    browser: Browser, served: str
) -> None:
    look(browser, served + HISTORY)
    places = browser.run(PLACES)
    assert len(places) == 101
    assert min(place["left"] for place in places) >= 0
    assert max(place["right"] for place in places) <= 360
    assert browser.run("getComputedStyle(document.querySelector('.chart .tick')).fontSize") == "12px"
    shown = "[...document.querySelectorAll('.chart .tick.time')].filter(e => getComputedStyle(e).display !== 'none')"
    edges = browser.run(f"{shown}.map(e => [e.getBoundingClientRect().left, e.getBoundingClientRect().right])")
    assert all(one[1] < other[0] for one, other in pairwise(edges)), "no two times overlap"


def test_a_point_leads_to_its_session_and_its_title_says_what_it_is(browser: Browser, served: str) -> None:
    look(browser, served + HISTORY)
    titles = browser.run("[...document.querySelectorAll('.chart title')].map(e => e.textContent)")
    assert titles[-1].endswith(": 50000.0, action, reference 950")
    assert "rejected" in titles[50]
    place = browser.run(PLACES)[20]
    pressed = {"type": "mousePressed", "button": "left", "clickCount": 1}
    at = {"x": (place["left"] + place["right"]) / 2, "y": (place["top"] + place["bottom"]) / 2}
    browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", pressed | at)
    browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", pressed | at | {"type": "mouseReleased"})
    browser.wait_for("location.pathname === '/app/qatrack/sessions/21'")
    browser.click("a", "Zap Time")
    browser.wait_for("document.querySelector('.chart') !== null")


def test_the_chart_has_the_colours_of_light_and_of_dark(browser: Browser, served: str) -> None:
    look(browser, served + HISTORY)
    colours = {}
    for scheme in ("light", "dark"):
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        colours[scheme] = {
            name: browser.run(f"getComputedStyle(document.querySelector({name!r})).fill")
            for name in (".area.good", ".area.warning", ".mark.ok", ".chart text", ".chart .ground")
        }
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    for name, colour in colours["light"].items():
        assert colour != colours["dark"][name]
    assert all(len(set(found.values())) == len(found) for found in colours.values())


def test_on_paper_is_the_chart_and_no_form(browser: Browser, served: str) -> None:
    look(browser, served + HISTORY)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    hidden = browser.run("['.top', '.which', '.rooms'].map(e => getComputedStyle(document.querySelector(e)).display)")
    height = browser.run("document.querySelector('.chart').getBoundingClientRect().height")
    paper = base64.b64decode(browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert hidden == ["none"] * 3
    assert height > 300
    assert paper.startswith(b"%PDF")


def test_units_tests_and_days_are_chosen_without_a_script(browser: Browser, served: str) -> None:
    look(browser, f"{served}/app/qatrack")
    browser.click(".rooms a", "History")
    browser.choose("select[name=unit]", "Unit 1")
    browser.find("form.which button").click()
    browser.choose("select[name=test]", "Zap Time")
    browser.find("form.which button").click()
    browser.wait_for("document.querySelectorAll('.chart use').length === 101")
    since = browser.run("new Date(Date.now() - 11 * 86400000).toISOString().slice(0, 10)")
    browser.run(f"(document.querySelector('input[name=since]').value = {since!r})")
    browser.find("form.which button").click()
    browser.wait_for("document.querySelectorAll('.chart use').length < 20")
    assert browser.run("document.querySelectorAll('script').length") == 0


def test_a_session_is_reviewed_where_its_evidence_is_seen(browser: Browser, served: str) -> None:
    look(browser, f"{served}/app/qatrack/sessions/101")
    browser.wait_for("document.querySelector('.evidence img').naturalWidth === 160")
    browser.find("textarea[name=comment]").send_keys("the antenna was loose")
    browser.find("form.act button").click()
    browser.wait_for("document.querySelector('.remark') !== null")
    assert browser.run("location.pathname") == "/app/qatrack/sessions/101"
    assert "the antenna was loose" in browser.texts(".remark p")
    assert set(browser.texts("td.status")) == {"Approved"}
    assert browser.complaints() == []


def test_pictures_come_from_the_route_that_makes_them_harmless(browser: Browser, served: str) -> None:
    look(browser, f"{served}/app/qatrack/sessions/101")
    fetched = browser.run("performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)")
    assert [path for path in fetched if not path.startswith("/app/")] == []
