"""The pages in a real browser: what their scripts do, and how they look on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.peers.evidence import make_evidence
from tests.peers.farm_people import World
from tests.server.portal.conftest import Visit, sign_in

from qarunner.results import Outcome, Step

if TYPE_CHECKING:
    from tests.peers.browser import Browser

pytestmark = pytest.mark.needs("chromium")
CHAINED = "document.querySelector('#results').innerText"


@pytest.fixture(scope="module")
def recorded(world: World, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A result with a real video, and a log whose lines have their times."""
    folder = tmp_path_factory.mktemp("evidence")
    evidence = make_evidence(folder)
    files = {path: (folder / path).read_bytes() for path in evidence.files}
    files.pop("combined.log")
    # The result starts at 12:00; its video half a second later.
    files["stbt.log"] = b"2026-03-01T12:00:05.500000+00:00 in the middle\n" + b"x" * 300 + b"\n"
    steps = (Step(keyword="Then", name="late", status="passed", started=6.5, duration=1.0),)
    return world.keep(
        Outcome.FAIL, testcase="tests/video.py::test_x", files=files, video_start=0.5, steps=steps, duration=8.5
    )


def test_the_address_that_the_api_gives_out_leads_to_the_page_after_signing_in(
    world: World, recorded: str, browser: Browser, visit: Visit, served: str
) -> None:
    name = world.visitor().json(f"/api/v2/results/{recorded}")["result_id"]
    visit(f"/app/#/result/{name}", "")
    browser.wait_for("document.forms[0] && document.forms[0].elements.to.value.startsWith('/app/results/')")
    sign_in(browser, "rita")
    browser.wait_for(f"location.pathname === '/app/results{name}'")
    assert "tests/video.py::test_x" in browser.texts("h1")
    for fragment, path in (
        (f"#/result/{name}", f"/app/results{name}"),
        (f"#{recorded}", f"/app/results/{recorded}"),
        ("#/results?filter=job:/old-node/0a23/972", "/app/results?filter=job:/old-node/0a23/972"),
    ):
        browser.driver.get("about:blank")
        browser.driver.get(f"{served}/app/{fragment}")
        browser.wait_for(f"location.pathname + location.search === {path!r}")
    browser.driver.get(f"{served}/app/#//evil.example/results")
    assert browser.run("location.pathname") == "/app/"


def test_times_of_steps_and_of_the_log_lead_to_their_moment_in_the_video(
    recorded: str, browser: Browser, visit: Visit
) -> None:
    visit(f"/app/results/{recorded}", "rita")
    browser.wait_for("document.querySelector('video').readyState >= 1")
    assert browser.run("document.querySelector('video').seekable.end(0)") > 7
    for text, seconds in (("12:00:05.500", 5.0), ("0:06.0", 6.0)):
        browser.click("a.moment", text)
        browser.wait_for("!document.querySelector('video').seeking && document.querySelector('video').readyState >= 2")
        assert seconds - 0.5 < browser.run("document.querySelector('video').currentTime") <= seconds
        assert browser.run("document.activeElement.id") == "video"
    assert browser.run("location.pathname") == f"/app/results/{recorded}"
    assert browser.complaints() == []


def test_a_job_is_followed_without_loading_its_page_again_and_stopped(
    world: World, browser: Browser, visit: Visit
) -> None:
    job = world.rig.run("tests/menu.py::test_pass", "tests/menu.py::test_long")
    try:
        visit(f"/app/jobs{job.uid}")
        browser.run("window.stays = true")
        browser.wait_for("document.getElementById('log').textContent.includes('collected 2 items')", 120)
        browser.wait_for(f"{CHAINED}.includes('tests/menu.py::test_pass')", 120)
        assert browser.run("window.stays") is True
        browser.find("button.danger").click()
        browser.wait_for("document.getElementById('head').innerText.includes('stopped')", 90)
        assert browser.run("document.querySelector('button.danger')") is None
        assert browser.complaints() == []
    finally:
        world.rig.jobs.stop(job.uid, "anna", 60.0)


def test_news_arrive_on_the_first_page_while_it_is_open(world: World, browser: Browser, visit: Visit) -> None:
    visit("/app/", "rita")
    browser.run("window.stays = true")
    world.keep(Outcome.ERROR, testcase="tests/news.py::test_x", number=100_000_000 // 60)
    browser.wait_for(f"{CHAINED}.includes('tests/news.py::test_x')", 60)
    assert browser.run("window.stays") is True


def test_what_somebody_writes_is_not_lost_when_the_page_changes(world: World, browser: Browser, visit: Visit) -> None:
    visit(f"/app/nodes/{world.node}", "mia")
    browser.find("textarea").send_keys("half a sen")
    [made] = world.rig.farm.reserve([world.node], "ben", "quicker")
    try:
        browser.wait_for("document.getElementById('head').innerText.includes('reserved')", 60)
        assert browser.run("document.querySelector('textarea').value") == "half a sen"
    finally:
        world.rig.farm.end(made.id, "ben")


@pytest.fixture
def phone(browser: Browser) -> Iterator[None]:
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.usefixtures("phone")
def test_every_page_fits_a_phone_and_breaks_no_rule_of_its_policy(
    world: World, recorded: str, browser: Browser, visit: Visit, served: str
) -> None:
    long = "tests/a/very/long/folder/with_a_long_name/and_a_file.py::test_" + "with_no_blank_anywhere" * 5
    world.keep(Outcome.FAIL, testcase=long, reason="x" * 500, job="/old-node/0a23/972", node=world.node)
    visit("/app/")
    paths = ("/app/", "/app/results", "/app/jobs", f"/app/results/{recorded}", f"/app/nodes/{world.node}")
    too_wide = {}
    for path in paths:
        browser.driver.get(served + path)
        browser.wait_for("document.readyState === 'complete'")
        width = browser.run("document.documentElement.scrollWidth")
        if width > 360:
            too_wide[path] = width
    assert too_wide == {}
    assert browser.complaints() == []


def test_the_keyboard_reaches_the_content_at_once(browser: Browser, visit: Visit) -> None:
    from selenium.webdriver.common.keys import Keys

    visit("/app/results")
    browser.type(Keys.TAB)
    assert browser.run("document.activeElement.innerText") == "To the content"
    browser.type(Keys.ENTER)
    browser.wait_for("document.activeElement.id === 'main'")
    browser.type(Keys.TAB)
    assert browser.run("document.activeElement.id") == "filter"


def test_nothing_is_fetched_from_elsewhere(browser: Browser, visit: Visit, recorded: str, served: str) -> None:
    visit(f"/app/results/{recorded}")
    browser.wait_for("document.readyState === 'complete'")
    fetched = browser.run("performance.getEntriesByType('resource').map(one => one.name)")
    assert [address for address in fetched if not address.startswith(served)] == []
