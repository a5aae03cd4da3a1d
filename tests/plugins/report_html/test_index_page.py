"""The index of the report as a person meets it: opened from disk in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from selenium.webdriver.common.keys import Keys
from tests.peers.run_directory import RunMaker
from tests.plugins.report_html.conftest import write_report

if TYPE_CHECKING:
    from tests.peers.browser import Browser

pytestmark = pytest.mark.needs("chromium")

FAILED = "#/0002-tests-menu-py-test-settings-opens"


def test_the_index_tells_how_the_run_ended_and_shows_problems_first(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.texts("h1") == ["2 fail, 2 error"]
    assert browser.texts(".chip") == [
        "2 fail the device is wrong",
        "2 error the rig or the test is wrong",
        "1 skip was not run, or is expected to fail",
        "15 pass as it should be",
    ]
    assert browser.texts(".fold")[:2] == ["tests/menu.py", "features/guide.feature"]
    assert browser.texts(".row")[0] == (
        "test_settings_opens MatchTimeout: Didn't find match for 'images/settings.png' within 5 seconds. "
        "outside limits smoke QA-12 8.50 s"
    )
    assert browser.complaints() == []


def test_fail_and_error_have_signs_of_different_shape_and_colour(browser: Browser, page: Path) -> None:
    browser.open(page)
    look = "(s => [s.firstChild.tagName, getComputedStyle(s).color])(document.querySelector('.row.{} .sign'))"
    (fail_shape, fail_colour), (error_shape, error_colour) = (
        browser.run(look.format(kind)) for kind in ("fail", "error")
    )
    assert fail_shape != error_shape
    assert fail_colour != error_colour


def test_the_filter_finds_words_files_and_tags_and_can_be_sent_on_as_an_address(browser: Browser, page: Path) -> None:
    browser.open(page)
    box = browser.find("#filter")
    found = {
        "zap": ["test_zap[next]", "test_zap[previous]"],
        "file:flaky": ["test_network_time", "test_network_time"],
        "tag:smoke": ["test_settings_opens"],
        "hdmi cable": ["test_picture_is_there"],
        "guide today": ["The guide scrolls by day -- @1.1 today"],
    }
    for words, names in found.items():
        box.clear()
        box.send_keys(words)
        browser.wait_for(f"document.querySelector('.row .what a')?.innerText === {names[0]!r}")
        assert browser.texts(".row .what a") == names
        assert browser.texts(".count") == [f"{len(names)} of 20 results"]
    fragment = browser.run("location.hash")
    browser.open(page, fragment)
    assert browser.texts(".row") == ["The guide scrolls by day -- @1.1 today 2.50 s"]
    box = browser.find("#filter")
    box.clear()
    box.send_keys("no such thing")
    browser.click(".nothing button", "Show all")
    browser.wait_for("document.querySelectorAll('.row').length === 20")


def test_outcomes_can_be_chosen_and_the_order_changed(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.click(".chip", "error")
    assert len(browser.texts(".row")) == 2
    browser.click(".chip", "fail")
    assert len(browser.texts(".row")) == 4
    browser.click(".chip", "fail")
    browser.click(".chip", "error")
    browser.click(".check", "By file")
    browser.choose(".toolbar select", "slow")
    took = [float(text.split()[0]) for text in browser.texts(".row > .took")]
    assert took == sorted(took, reverse=True)
    assert browser.texts(".fold") == []
    assert browser.run("location.hash") == "#?order=slow&group=no"


def test_a_tag_shows_all_that_have_it_and_a_file_can_be_folded(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.click(".tag", "QA-77")
    assert browser.texts(".row a") == ["The guide shows what is on now"]
    browser.open(page)
    browser.click(".fold", "tests/menu.py")
    assert browser.run("document.querySelector('.group ol').hidden")
    assert browser.run("document.querySelector('.fold').getAttribute('aria-expanded')") == "false"


def test_five_thousand_results_are_all_listed_and_the_first_are_there_at_once(browser: Browser, tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    one = maker.add()
    results = [
        msgspec.structs.replace(one, testcase=f"tests/test_{number // 10:04}.py::test_case_{number % 10}")
        for number in range(5000)
    ]
    browser.open(write_report(maker, results))
    browser.wait_for("document.querySelectorAll('.row').length === 5000")
    assert browser.texts(".count") == ["5,000 results"]
    shown = browser.run("performance.getEntriesByName('qarunner-shown')[0].startTime")
    assert shown < 20_000, "a figure for people is in benchmarks/; this only sees an endless loop"
    browser.find("#filter").send_keys("test_0412.py test_case_3")
    browser.wait_for("document.querySelectorAll('.row').length === 1")
    assert browser.texts(".row a") == ["test_case_3"]


def test_the_keyboard_goes_from_result_to_result_and_from_problem_to_problem(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.type("f")
    assert browser.run("document.activeElement.innerText") == "test_settings_opens"
    browser.type("j")
    assert browser.run("document.activeElement.innerText") == "test_home_menu_appears"
    browser.type("k" + Keys.ENTER)
    browser.wait_for(f"location.hash === '{FAILED}'")
    way = [
        ("f", "The guide shows what is on now"),
        ("f", "test_picture_is_there"),
        ("f", "test_network_time"),
        ("F", "test_picture_is_there"),
        ("j", "test_standby"),
        ("k", "test_picture_is_there"),
    ]
    for key, name in way:
        browser.type(key)
        browser.wait_for(f"document.querySelector('#result h1')?.innerText === {name!r}")
    browser.type("u")
    browser.wait_for("document.activeElement.innerText === 'test_picture_is_there'")
    browser.type("/")
    browser.wait_for("document.activeElement.id === 'filter'")
    browser.type("jk")
    browser.wait_for("document.querySelector('#filter').value === 'jk'")


def test_the_buttons_lead_to_the_same_places(browser: Browser, page: Path) -> None:
    browser.open(page, FAILED)
    assert browser.texts(".place") == ["1 of 20"]
    assert browser.run("document.querySelector('.navigation').innerText.includes('Previous problem')")
    browser.click(".navigation a", "Next problem")
    browser.wait_for("document.querySelector('#result h1').innerText === 'The guide shows what is on now'")
    browser.driver.back()
    browser.wait_for("document.querySelector('#result h1').innerText === 'test_settings_opens'")
    browser.click(".navigation a", "All results")
    browser.wait_for("!document.querySelector('#list').hidden && location.hash === ''")
    assert browser.texts("#list h1") == ["2 fail, 2 error"]


def test_the_filter_limits_where_the_keyboard_goes(browser: Browser, page: Path) -> None:
    browser.open(page, "#?outcome=error")
    browser.type("j" + Keys.ENTER)
    assert browser.texts(".place") == ["1 of 2"]
    browser.type("u")
    browser.wait_for("location.hash === '#?outcome=error'")


def test_help_lists_the_keys_and_keeps_them_to_itself(browser: Browser, page: Path) -> None:
    browser.open(page, FAILED)
    browser.find("h1")
    browser.type("?")
    assert "next, previous problem (fail or error)" in browser.texts("dialog")[0]
    browser.type("j")
    assert browser.run("location.hash") == FAILED
    browser.type(Keys.ENTER)
    browser.wait_for("!document.querySelector('dialog')")
    browser.type("j")
    browser.wait_for(f"location.hash !== '{FAILED}'")


def test_attempts_of_one_testcase_lead_to_each_other(browser: Browser, page: Path) -> None:
    browser.open(page, "#/0011-tests-flaky-py-test-network-time")
    assert browser.texts(".attempts") == ["attempt 1, the others: 2"]
    browser.find(".attempts a").click()
    browser.wait_for("document.title === 'pass: test_network_time'")
