"""One result in the report as a person meets it: video, timeline and log side by side, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from selenium.webdriver.common.keys import Keys
from tests.peers.evidence import selected_tile, tile_region
from tests.plugins.report_html.conftest import is_ready

if TYPE_CHECKING:
    from tests.peers.browser import Browser

pytestmark = pytest.mark.needs("chromium")

FAILED = "#/0002-tests-menu-py-test-settings-opens"
SCENARIO = "#/0008-features-guide-feature-The-guide-shows-what-is-on-now"
CURRENT = ".timeline [aria-current]"
IN_SIGHT = """(row => {
    const list = row.parentElement.getBoundingClientRect(), own = row.getBoundingClientRect();
    return own.top >= list.top && own.bottom <= list.bottom;
})(document.querySelector('.log [aria-current]'))"""


def test_a_fail_shows_its_message_and_traceback_first(browser: Browser, page: Path) -> None:
    browser.open(page, FAILED)
    is_ready(browser)
    order = browser.run("[...document.querySelector('#result').children].map(e => e.className.split(' ')[0])")
    assert order == ["navigation", "title-block", "failures", "notes", "evidence", "cards"]
    assert browser.texts(".failure .text") == ["Didn't find match for 'images/settings.png' within 5 seconds."]
    assert "assert stbt.wait_for_match" in browser.texts(".failure pre")[0]
    assert browser.texts(".notes li") == ["The video is cut: the disk was full."]
    assert "living-room" in browser.texts(".title-block .facts")[0]
    assert "ACME STB-4K · 7.3.1-rc2" in browser.texts(".title-block .facts")[0]
    details = browser.texts(".card .facts-list")[0]
    assert "Revision 4f0c2d9b" in details
    assert "Seed of the order 20260314" in details
    assert browser.complaints() == []


def test_a_click_on_an_event_or_a_log_line_moves_the_video_there(browser: Browser, page: Path) -> None:
    browser.open(page, FAILED)
    is_ready(browser)
    browser.click(".timeline li", "live.png")
    browser.wait_for("Math.abs(document.querySelector('video').currentTime - 2.48) < 0.001")
    assert "live.png" in browser.texts(CURRENT)[0]
    assert browser.texts(".log [aria-current]") == ["0:02.40 stdout searching, 24 looks"]
    browser.click(".log li", "searching, 60 looks")
    browser.wait_for("Math.abs(document.querySelector('video').currentTime - 6.0) < 0.001")
    assert "settings.png" in browser.texts(CURRENT)[0]


def test_the_picture_that_is_seen_is_the_one_of_that_time(browser: Browser, page: Path) -> None:
    browser.open(page, f"{FAILED}?t=2.6")
    is_ready(browser)
    browser.wait_for("!document.querySelector('video').seeking")
    box = browser.run("document.querySelector('video').getBoundingClientRect().toJSON()")
    left, top, width, height = (round(box[side]) for side in ("left", "top", "width", "height"))
    screen = cv2.imdecode(numpy.frombuffer(browser.picture(), numpy.uint8), cv2.IMREAD_COLOR)
    assert screen is not None
    seen = cv2.resize(screen[top : top + height, left : left + width], (640, 360))
    brightness = []
    for index in range(5):
        x1, y1, x2, y2 = tile_region(index)
        brightness.append(float(seen[y1 + 50 : y2 - 8, x1 + 8 : x2 - 8].mean()))
    assert int(numpy.argmax(brightness)) == selected_tile(2.6) == 2


def test_playing_moves_the_highlight_along(browser: Browser, page: Path) -> None:
    browser.open(page, f"{FAILED}?t=0.9")
    is_ready(browser)
    assert "home menu" in browser.texts(CURRENT)[0]
    browser.choose(".controls select", "4")
    # What is highlighted is noted down in the page, for it changes faster than it can be asked for.
    browser.driver.execute_script(
        "window.seen = []; new MutationObserver(changes => changes.forEach(({ target }) => {"
        " if (target.hasAttribute('aria-current')) window.seen.push(target.innerText) }))"
        ".observe(document.querySelector('.evidence'), { subtree: true, attributeFilter: ['aria-current'] });"
    )
    browser.find(".play").click()
    browser.wait_for("document.querySelector('video').ended")
    seen = " ".join(browser.run("window.seen"))
    times = [float(time) for time in re.findall(r"0:0(\d\.\d\d)\s+stdout", seen)]
    assert times == sorted(times)
    assert len(times) > 5
    assert "films.png" in seen
    assert "no picture for 0.5 s" in browser.texts(CURRENT)[0]
    assert browser.run("document.querySelector('.log [aria-current]').offsetTop > 200")
    assert browser.run(IN_SIGHT)


def test_the_highlighted_lines_are_scrolled_into_sight(browser: Browser, page: Path) -> None:
    browser.open(page, f"{FAILED}?t=7.9")
    is_ready(browser)
    browser.wait_for(IN_SIGHT)


def test_regions_that_were_matched_are_drawn_over_the_picture_at_their_time(browser: Browser, page: Path) -> None:
    browser.open(page, f"{FAILED}?t=1.4")
    is_ready(browser)
    left, top, right, bottom = tile_region(1)
    sides = "(r => [r.x, r.y, r.width, r.height].map(side => side.baseVal.value))"
    rect = sides + "(document.querySelector('.overlay {} rect'))"
    assert browser.run(rect.format(".matched")) == [left, top, right - left, bottom - top]
    assert browser.run("document.querySelector('.overlay').getAttribute('viewBox')") == "0 0 640 360"
    browser.click(".timeline li", "settings.png")
    left, top, right, bottom = tile_region(4)
    assert browser.run(rect.format(".missed")) == [left, top, right - left, bottom - top]
    browser.click(".tab", "Screenshot")
    browser.wait_for("document.querySelector('img.screenshot').naturalWidth === 640")
    assert browser.run(rect.format(".missed")) == [left, top, right - left, bottom - top]
    browser.click(".timeline li", "no picture")
    assert browser.run("document.querySelectorAll('.overlay rect').length") == 0


def test_a_problem_opens_where_it_went_wrong_and_anything_else_at_its_start(browser: Browser, page: Path) -> None:
    browser.open(page, FAILED)
    is_ready(browser)
    assert browser.texts(".position")[0].startswith("0:07.00 / ")
    browser.open(page, "#/0001-tests-menu-py-test-home-menu-appears")
    is_ready(browser)
    assert browser.texts(".position")[0].startswith("0:00.00 / ")


def test_the_strip_is_a_slider_for_mouse_and_keyboard(browser: Browser, page: Path) -> None:
    browser.open(page, f"{FAILED}?t=2")
    is_ready(browser)
    track = browser.find(".track")
    value = "Number(document.querySelector('.track').getAttribute('aria-valuenow'))"
    track.send_keys(Keys.ARROW_RIGHT)
    assert browser.run(value) == 3
    track.send_keys(Keys.ARROW_LEFT + Keys.ARROW_LEFT)
    assert browser.run(value) == 1
    track.send_keys(".")
    assert browser.run(value) == 1.04
    track.click()
    middle = browser.run(value)
    assert 3 < middle < 5
    browser.wait_for(f"Math.abs(document.querySelector('video').currentTime - {middle}) < 0.02")


def test_steps_of_a_scenario_show_their_status_and_lead_to_their_moment(browser: Browser, page: Path) -> None:
    browser.open(page, SCENARIO)
    is_ready(browser)
    assert browser.texts(".steps > li") == [
        "Given the home menu is shown 0.90 s",
        'When I press "KEY_RIGHT" 3 times 2.40 s',
        (
            'Then within 2 seconds I see the image "guide.png" 2.01 s '
            "Didn't find match for 'guide.png' within 2 seconds features/steps/screen.py:18"
        ),
        "And the screen moves skipped",
    ]
    browser.click(".steps button", "I press")
    # The step began 1.2 s after the result, the video 0.25 s after it.
    browser.wait_for("Math.abs(document.querySelector('video').currentTime - 0.95) < 0.001")


def test_measurements_say_by_how_much_they_miss_their_limits(browser: Browser, page: Path) -> None:
    browser.open(page, FAILED)
    is_ready(browser)
    assert browser.texts(".measurements > li") == [
        "zap_time 0.84 s at most 1",
        "black_between_channels 0.31 s 0.06 too high 0 to 0.25",
        "frame_rate 49.8 fps 49 to 51",
        "volume 23 no limits",
    ]
    places = browser.run("""[...document.querySelectorAll('.measurements .scale')].map(scale => {
        const side = name => scale.querySelector(name)?.getBoundingClientRect();
        const value = side('.value').left + 2, allowed = side('.allowed');
        return value >= allowed.left && value <= allowed.right;
    })""")
    assert places == [True, False, True]


def test_artifacts_can_be_opened(browser: Browser, page: Path) -> None:
    browser.open(page, FAILED)
    is_ready(browser)
    links = browser.run("[...document.querySelectorAll('.artifacts a')].map(a => decodeURI(a.href))")
    assert f"{page.parent.as_uri()}/0002-tests-menu-py-test-settings-opens/video.mp4" in links
    assert all(Path(link.removeprefix("file://")).is_file() for link in links)
