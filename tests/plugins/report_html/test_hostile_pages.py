"""The report in a real browser when its data is hostile, damaged, missing or strange."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from tests.peers.run_directory import STARTED, RunMaker
from tests.plugins.report_html.conftest import write_report

from qarunner import Device, Event, Failure, Measurement, Outcome, Phase, Step, Timeline
from qarunner.results import to_json

if TYPE_CHECKING:
    from tests.peers.browser import Browser

pytestmark = pytest.mark.needs("chromium")


HOSTILE = (
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=1</script>",
    "\"><img src=x onerror='window.hacked=1'>",
    "'-window.hacked=1-'",
    "javascript:window.hacked=1",
    "${window.hacked=1}{{window.hacked=1}}",
    "--><svg/onload=window.hacked=1>",
    "\\u003cscript>window.hacked=1//\u2028\u2029*/",
)


def test_no_text_of_a_run_can_act(browser: Browser, tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    everything = "".join(HOSTILE)
    device = Device(model=everything, build=everything, properties={everything: everything})
    for number, text in enumerate(HOSTILE):
        events = (
            Event(time=0.0, kind="log", label=text, data={"stream": text}),
            Event(time=1.0, kind="match", label=text),
        )
        timeline = Timeline(result_id=text, origin="start", started=STARTED, events=events)
        failure = Failure(outcome=Outcome.FAIL, phase=Phase.CALL, kind=text, message=text, traceback=text)
        maker.add(
            f"tests/{text}.py::{text}",
            Outcome.FAIL,
            folder=f"{number} {text}".replace("/", "_"),
            failures=(failure,),
            steps=(Step(keyword=text, name=text, status=text, message=text, location=text),),
            measurements=(Measurement(name=text, value=1.0, unit=text, high=2.0),),
            markers=(text,),
            tags={text: text},
            notes=(text,),
            location=text,
            device=device,
            files={
                "timeline.json": to_json(timeline).decode(),
                text.replace("/", "_") + ".txt": text,
                "stacks.txt": text,
            },
        )
    run = maker.run
    maker.run = type(run)(id="1", started=STARTED, node=everything, category=everything, user=everything, device=device)
    page = write_report(maker)
    browser.open(page)
    assert browser.texts(".row .what a") == [" ".join(text.split()) for text in HOSTILE]
    shown = []
    for number in range(len(HOSTILE)):
        browser.driver.execute_script(f"location.hash = qa.link(qa.results[{number}])")
        browser.wait_for("document.querySelector('.cards') !== null")
        shown.append(browser.run("document.querySelector('h1 span').textContent"))
        assert browser.run("document.querySelectorAll('#result script, #result img, #result svg[onload]').length") == 0
        links = browser.run("[...document.querySelectorAll('#result a[href]')].map(a => a.protocol)")
        assert set(links) == {"file:"}
        browser.driver.execute_script("document.querySelector('.artifacts a').scrollIntoView()")
        browser.run("history.back()")
        browser.wait_for("!document.querySelector('#list').hidden")
    assert shown == list(HOSTILE)
    assert browser.run("typeof window.hacked") == "undefined"
    assert browser.complaints() == []


def test_the_browser_would_refuse_a_script_that_got_in_all_the_same(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.driver.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.hacked=1'; document.body.append(s);"
        "const i = document.createElement('img'); i.setAttribute('onerror', 'window.hacked=1'); i.src = 'x';"
        "document.body.append(i);"
        "const e = document.createElement('script'); e.src = 'https://example.com/x.js'; document.body.append(e);"
    )
    browser.wait_for("document.images.length > 0 && [...document.images].every(i => i.complete)")
    assert browser.run("typeof window.hacked") == "undefined"
    complaints = " ".join(browser.complaints())
    assert "script-src 'self'" in complaints
    assert "https://example.com/x.js" in complaints


def test_a_result_whose_data_is_missing_or_damaged_is_named(browser: Browser, tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    for name in ("missing", "damaged", "stale", "whole"):
        maker.add(f"tests/a.py::test_{name}")
    page = write_report(maker)
    pages = page.parent / "report" / "results"
    (pages / "000000.js").unlink()
    (pages / "000001.js").write_text("qa.setPage({result:")
    (pages / "000002.js").write_bytes((pages / "000003.js").read_bytes())
    for result, words in zip(maker.results, ("is missing", "is damaged", "was made anew"), strict=False):
        browser.open(page, f"#/{result.folder}")
        browser.find(".nothing")
        assert words in browser.texts(".nothing")[0]
    browser.open(page, f"#/{maker.results[3].folder}")
    browser.find(".cards")
    browser.open(page, "#/no such result")
    assert browser.texts(".nothing") == ["This run has no result no such result. All results"]


def test_without_its_index_the_page_says_so(browser: Browser, tmp_path: Path) -> None:
    page = write_report(RunMaker(tmp_path))
    (page.parent / "report" / "index-data.js").unlink()
    browser.open(page)
    assert browser.texts(".nothing") == ["report/index-data.js is missing or damaged."]


def test_a_run_of_nothing_and_a_run_of_passes_read_well(browser: Browser, tmp_path: Path) -> None:
    browser.open(write_report(RunMaker(tmp_path, "nothing")))
    assert browser.texts("h1") == ["No results"]
    maker = RunMaker(tmp_path, "passes")
    for number in range(3):
        maker.add(f"tests/a.py::test_{number}")
    browser.open(write_report(maker))
    assert browser.texts("h1") == ["All 3 passed"]
    maker.add("tests/a.py::test_skipped", Outcome.SKIP)
    maker.add("tests/a.py::test_running", None)
    browser.open(write_report(maker))
    assert browser.texts("h1") == ["1 unfinished"]


def test_evidence_without_video_follows_the_clock_too(browser: Browser, tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    events = tuple(Event(time=float(second), kind="note", label=f"note {second}") for second in range(3))
    timeline = Timeline(result_id="1", origin="start", started=STARTED, events=events)
    maker.add(files={"timeline.json": to_json(timeline).decode(), "café & 100%.txt": "x"})
    page = write_report(maker)
    browser.open(page, f"#/{maker.results[0].folder}")
    browser.click(".timeline li", "note 2")
    assert browser.run("document.querySelector('.track').getAttribute('aria-valuenow')") == "2.00"
    link = browser.run("[...document.querySelectorAll('.artifacts a')].map(a => a.getAttribute('href'))")
    assert link[0].endswith("/caf%C3%A9%20%26%20100%25.txt")


def test_many_looks_for_one_picture_are_one_line(browser: Browser, tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    looks = tuple(
        Event(time=number / 25, kind="match", label="images/a.png", data={"matched": number == 100, "score": 0.5})
        for number in range(101)
    )
    timeline = Timeline(result_id="1", origin="start", started=STARTED, events=looks)
    maker.add(files={"timeline.json": to_json(timeline).decode()})
    browser.open(write_report(maker), f"#/{maker.results[0].folder}")
    browser.find(".timeline")
    assert browser.texts(".timeline li") == [
        "0:00.00 match a.png no match, 0.50, 100 looks, 3.96 s",
        "0:04.00 match a.png match, 0.50",
    ]


def test_names_of_regions_at_one_place_are_written_beside_each_other(browser: Browser, tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    looks = tuple(
        Event(time=0.0, kind="match", label=f"a/{name}.png", data={"matched": False, "region": [9, 99, 50, 120]})
        for name in ("one", "two", "three")
    )
    timeline = Timeline(result_id="1", origin="video", started=STARTED, events=looks)
    pixels = numpy.zeros((360, 640, 3), numpy.uint8)
    maker.add(files={"timeline.json": to_json(timeline).decode(), "screenshot.png": ""})
    cv2.imwrite(str(maker.folder / maker.results[0].folder / "screenshot.png"), pixels)
    browser.open(write_report(maker), f"#/{maker.results[0].folder}")
    browser.wait_for("document.querySelectorAll('.overlay text').length === 3")
    tops = browser.run("[...document.querySelectorAll('.overlay text')].map(t => t.getBBox().y).sort((a, b) => a - b)")
    assert all(lower - upper >= 14 for upper, lower in itertools.pairwise(tops))


def test_the_states_of_a_strategy_have_a_lane_and_trouble_with_them_a_colour(browser: Browser, tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    gone = {"transition": "wake", "from": "standby", "to": "home"}
    events = (
        Event(time=0.0, kind="state", label="in 'standby'", duration=0.2, data={"state": "standby"}),
        Event(time=0.2, kind="state", label="standby → home (wake)", duration=15.0, data={**gone, "status": "error"}),
    )
    timeline = Timeline(result_id="1", origin="start", started=STARTED, events=events)
    maker.add(files={"timeline.json": to_json(timeline).decode()})
    browser.open(write_report(maker), f"#/{maker.results[0].folder}")
    browser.find(".timeline")
    assert browser.texts(".lanes span") == ["states"]
    assert browser.texts(".timeline li") == [
        "0:00.00 state in 'standby' 0.20 s",
        "0:00.20 state standby → home (wake) error, 15.0 s",
    ]
    assert browser.texts(".timeline li.bad") == ["0:00.20 state standby → home (wake) error, 15.0 s"]
