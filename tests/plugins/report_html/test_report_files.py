from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from tests.peers.run_directory import STARTED, RunMaker, make_typical_run
from tests.plugins.report_html.conftest import write_report

from qarunner import Event, Outcome, Result, Timeline
from qarunner.results import to_json
from qarunner_plugins.report_html import HtmlOptions, qa_reporters
from qarunner_plugins.report_html.pages import TIMELINE_LIMIT
from qarunner_plugins.report_html.shell import ASSETS, SCRIPTS, STYLES


def data_of(script: Path) -> dict[str, object]:
    """Return what a data file hands to the page."""
    text = script.read_text(encoding="utf-8").removeprefix("qa.setPage(").removeprefix("qa.setIndex(")
    text = re.sub(r"^\{result:|(?<=[}\"l]),(timeline|texts):", lambda match: _QUOTED[match[1]], text)
    data = msgspec.json.decode(text.removesuffix(");\n"))
    assert isinstance(data, dict)
    return data


_QUOTED = {None: '{"result":', "timeline": ',"timeline":', "texts": ',"texts":'}


def page_of(maker: RunMaker, number: int) -> dict[str, object]:
    return data_of(maker.folder / "report" / "results" / f"{number:06}.js")


def test_the_report_is_one_page_a_small_file_for_each_result_and_shared_files(tmp_path: Path) -> None:
    maker = make_typical_run(tmp_path, with_evidence=False)
    before = {path.name for path in maker.folder.iterdir()}
    write_report(maker)
    assert {path.name for path in maker.folder.iterdir()} - before == {"report.html", "report"}
    pages = sorted(path.name for path in (maker.folder / "report" / "results").iterdir())
    assert pages == [f"{number:06}.js" for number in range(20)]
    shared = {path.name for path in (maker.folder / "report").iterdir()} - {"results", "index-data.js"}
    assert shared == {asset.name for asset in ASSETS.iterdir()}
    assert shared == {f"{name}.js" for name in SCRIPTS} | {f"{name}.css" for name in STYLES}
    index = data_of(maker.folder / "report" / "index-data.js")
    assert isinstance(index["results"], list)
    assert [row[0] for row in index["results"]] == [result.folder for result in maker.results]


def test_a_mended_run_is_reported_anew_and_nothing_stale_stays(tmp_path: Path) -> None:
    maker = make_typical_run(tmp_path, with_evidence=False)
    write_report(maker)
    mended = [msgspec.structs.replace(result, outcome=Outcome.ERROR) for result in maker.results[:3]]
    write_report(maker, mended)
    pages = sorted(path.name for path in (maker.folder / "report" / "results").iterdir())
    assert pages == ["000000.js", "000001.js", "000002.js"]
    result = page_of(maker, 0)["result"]
    assert isinstance(result, dict)
    assert result["outcome"] == "error"
    assert "3 error" in (maker.folder / "report.html").read_text()


def test_nothing_is_loaded_from_elsewhere_and_no_script_or_style_stands_in_the_page(tmp_path: Path) -> None:
    page = write_report(make_typical_run(tmp_path, with_evidence=False)).read_text()
    policy = "default-src 'none'; script-src 'self' file:; style-src 'self' file:"
    assert policy in page
    assert re.findall(r"<script(?! src=\"report/[a-z-]+\.js\"></script>)", page) == []
    assert "<style" not in page
    assert " style=" not in page
    for asset in ASSETS.iterdir():
        addresses = re.findall(r"\bhttps?://[^\s\"')]+", asset.read_text())
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}, asset.name


def test_without_scripts_the_page_still_says_how_the_run_ended(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    for number in range(202):
        maker.add(f"tests/a.py::test_<b>_{number}", Outcome.FAIL, message="<script>alert(1)</script>")
    maker.add("tests/a.py::test_broken", Outcome.ERROR)
    page = write_report(maker).read_text()
    words = page[page.index("<noscript>") : page.index("</noscript>")]
    assert "202 fail" in words
    assert "1 error" in words
    assert "test_&lt;b&gt;_0</a>" in words
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in words
    assert "And 3 more." in words


def test_the_title_is_the_node_and_the_time_or_what_was_asked_for(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    assert "<title>living-room, 2026-03-14 09:26 UTC</title>" in write_report(maker).read_text()
    assert "<title>A &amp; B</title>" in write_report(maker, options=HtmlOptions(title="A & B")).read_text()


def test_a_timeline_is_passed_on_whole(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    events = (Event(time=1.0, kind="press", label="KEY_OK"), Event(time=2.0, kind="log", label="</script>\u2028"))
    timeline = Timeline(result_id="1", origin="start", started=STARTED, events=events)
    maker.add(files={"timeline.json": to_json(timeline).decode(), "combined.log": "not needed"})
    write_report(maker)
    page = page_of(maker, 0)
    assert msgspec.convert(page["timeline"], Timeline) == timeline
    assert page["texts"] == {}


def test_a_very_long_timeline_keeps_its_last_log_lines_and_all_other_events(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    logs = [Event(time=number / 10, kind="log", label="x" * 100) for number in range(30_000)]
    presses = [Event(time=float(number), kind="press", label="KEY_OK") for number in range(50)]
    events = tuple(sorted([*logs, *presses], key=lambda event: event.time))
    timeline = Timeline(result_id="1", origin="start", started=STARTED, events=events)
    maker.add(files={"timeline.json": to_json(timeline).decode()})
    write_report(maker)
    assert (maker.folder / "report" / "results" / "000000.js").stat().st_size < TIMELINE_LIMIT
    shown = page_of(maker, 0)["timeline"]
    assert isinstance(shown, dict)
    assert shown["problem"] == "25000 early events are left out here"
    assert sum(event["kind"] == "press" for event in shown["events"]) == 50
    assert shown["events"][-1]["time"] == 2999.9


@pytest.mark.parametrize("damage", ["", '{"events": [', "\x00", "[1, 2] trailing"])
def test_a_damaged_timeline_is_named_and_the_log_is_shown_instead(tmp_path: Path, damage: str) -> None:
    maker = RunMaker(tmp_path)
    maker.add(files={"timeline.json": damage, "combined.log": "a line"})
    write_report(maker)
    page = page_of(maker, 0)
    assert isinstance(page["timeline"], dict)
    assert str(page["timeline"]["problem"]).startswith("the timeline cannot be read: ")
    assert page["texts"] == {"combined.log": {"text": "a line", "left_out": 0}}


def test_without_a_timeline_the_end_of_the_most_complete_log_is_shown(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    maker.add(files={"stdout.log": "out", "stderr.log": "err"})
    maker.add(files={"stdout.log": "out", "combined.log": "a" * 100 + "end"})
    maker.add(files={"stacks.txt": "Fatal" + "x" * 100, "combined.log": "some"})
    write_report(maker, options=HtmlOptions(log_limit=10))
    assert page_of(maker, 0)["texts"] == {
        "stdout.log": {"text": "out", "left_out": 0},
        "stderr.log": {"text": "err", "left_out": 0},
    }
    assert page_of(maker, 1)["texts"] == {"combined.log": {"text": "aaaaaaaend", "left_out": 93}}
    assert page_of(maker, 2)["texts"] == {
        "stacks.txt": {"text": "Fatalxxxxx", "left_out": 95},
        "combined.log": {"text": "some", "left_out": 0},
    }


def test_evidence_that_has_vanished_since_is_named(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    result = maker.add(files={"combined.log": "x", "timeline.json": "{}"})
    for name in ("combined.log", "timeline.json"):
        (maker.folder / result.folder / name).unlink()
    write_report(maker)
    page = page_of(maker, 0)
    assert "No such file" in str(page["timeline"])
    assert "No such file" in str(page["texts"])


def test_text_that_is_no_unicode_does_not_stop_the_report(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    result = maker.add()
    odd: Result = msgspec.structs.replace(result, testcase="tests/a.py::\ud800", markers=("\udfff",))
    write_report(maker, [odd])
    result_of_page = page_of(maker, 0)["result"]
    assert isinstance(result_of_page, dict)
    assert result_of_page["testcase"] == "tests/a.py::?"


def test_it_is_offered_with_options_that_can_be_configured() -> None:
    (description,) = qa_reporters()
    assert (description.name, description.on_by_default) == ("html", True)
    options = msgspec.convert({"title": "Nightly", "log_limit": "9"}, description.options, strict=False)
    assert options == HtmlOptions(title="Nightly", log_limit=9)
