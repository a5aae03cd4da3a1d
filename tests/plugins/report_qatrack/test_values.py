from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.peers.run_directory import RunMaker
from tests.peers.sample_results import sample

from qarunner import Device, Measurement, Outcome, Result
from qarunner.dialects.qatrack.rules.outcomes import AS_BOOLEAN
from qarunner.results import Artifact
from qarunner_plugins.report_qatrack.attachments import attach, kind_of, uploads
from qarunner_plugins.report_qatrack.body import user_key
from qarunner_plugins.report_qatrack.composites import uncalculated
from qarunner_plugins.report_qatrack.definitions import Test as DefinedTest
from qarunner_plugins.report_qatrack.facts import facts_of
from qarunner_plugins.report_qatrack.options import QatrackOptions
from qarunner_plugins.report_qatrack.values import as_boolean, found_in, map_onto


def defined(**kinds: str) -> dict[str, DefinedTest]:
    return {slug: DefinedTest(url=f"/{slug}", slug=slug, type=kind) for slug, kind in kinds.items()}


def mapped_tests(*results: Result, **kinds: str) -> dict[str, Any]:
    return map_onto(found_in(results), defined(**kinds), {}).tests


@pytest.mark.parametrize("outcome", Outcome)
def test_outcomes_are_values_as_the_servers_own_table_says(outcome: Outcome) -> None:
    known = AS_BOOLEAN[outcome]
    value, comment = as_boolean(sample(outcome=outcome, reason="the reason"))
    assert value == known.value
    assert comment == ("" if outcome is Outcome.PASS else f"{known.comment}the reason")
    entry = mapped_tests(sample(outcome=outcome), test_opens="boolean")["test_opens"]
    assert entry.get("skipped", False) == known.skipped


def test_of_several_attempts_the_last_counts_but_a_fail_outranks_it() -> None:
    def told(*outcomes: Outcome) -> tuple[Any, str]:
        tries = [sample(number, outcome, attempt=number + 1) for number, outcome in enumerate(outcomes)]
        [one] = found_in(tries)
        return one.value, one.comment

    assert told(Outcome.ERROR, Outcome.PASS) == (True, "attempts: error, pass")
    assert told(Outcome.FAIL, Outcome.PASS)[0] is False
    assert told(*[Outcome.PASS] * 12) == (True, "12 attempts: 12 pass")


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("boolean", {"value": True}),
        ("simple", {"value": 1.0}),
        ("string", {"skipped": True, "comment": "pass, but this test is a string"}),
        ("multchoice", {"skipped": True, "comment": "pass, but this test is a multchoice"}),
    ],
)
def test_a_testcase_fits_a_boolean_and_a_number_only(kind: str, entry: dict[str, Any]) -> None:
    assert mapped_tests(sample(), test_opens=kind) == {"test_opens": entry}


@pytest.mark.parametrize(
    ("value", "kind", "entry"),
    [
        (0.84, "simple", {"value": 0.84}),
        (359, "wraparound", {"value": 359.0}),
        (math.nan, "simple", {"skipped": True, "comment": "nan is not a number"}),
        (math.inf, "simple", {"skipped": True, "comment": "inf is not a number"}),
        (0.84, "date", {"skipped": True, "comment": "0.84 s, but this test is a date"}),
    ],
)
def test_a_measurement_is_a_number_that_json_can_hold(value: float, kind: str, entry: dict[str, Any]) -> None:
    measured = sample(measurements=(Measurement(name="zap", value=value, unit="s"),))
    assert mapped_tests(measured, test_opens="boolean", zap=kind)["zap"] == entry


def test_a_measurement_of_several_testcases_goes_by_their_names_or_nowhere() -> None:
    def zap(name: str, value: float) -> Result:
        return sample(testcase=f"a.py::{name}", measurements=(Measurement(name="zap", value=value),))

    results = [zap("test_next", 1), zap("test_previous", 2)]
    tests = defined(zap="simple", test_next_zap="simple")
    mapped = map_onto(found_in(results), tests, {})
    assert mapped.tests == {"test_next_zap": {"value": 1.0}, "zap": {"skipped": True, "comment": "not run"}}
    assert [one.name for one in mapped.unmapped] == [
        "a.py::test_next",
        "a.py::test_previous",
        "a.py::test_previous zap",
    ]


def test_testcases_whose_names_look_alike_never_share_a_test() -> None:
    one, other = sample(testcase="a.py::test[x-y]"), sample(1, Outcome.FAIL, testcase="a.py::test[x_y]")
    mapped = map_onto(found_in([one, other]), defined(test_x_y="boolean"), {})
    assert len(mapped.unmapped) == 2
    exact = found_in([other])[0].macros[0]
    mapped = map_onto(found_in([one, other]), defined(**{"test_x_y": "boolean", exact: "boolean"}), {})
    assert mapped.tests[exact]["value"] is False
    assert [found.name for found in mapped.unmapped] == ["a.py::test[x-y]"]


def test_a_measurement_is_not_taken_for_the_testcase_of_its_name() -> None:
    measured = sample(testcase="a.py::zap", measurements=(Measurement(name="zap", value=3),))
    assert mapped_tests(measured, zap="boolean") == {"zap": {"value": True}}
    measured = sample(measurements=(Measurement(name="test_closes", value=3),))
    assert mapped_tests(measured, test_closes="boolean") == {"test_closes": {"skipped": True, "comment": "not run"}}


def test_what_is_known_of_the_device_fills_string_tests() -> None:
    device = Device(model="T-1000", build="4.2", properties={"Serial No.": "A1", "boot": ""})
    facts = facts_of(device)
    assert facts == {"model": "T-1000", "build": "4.2", "firmware": "4.2", "serial_no": "A1"}
    tests = map_onto([], defined(firmware="string", rack="string", model="boolean"), facts).tests
    not_run = {"skipped": True, "comment": "not run"}
    assert tests == {"firmware": {"value": "4.2"}, "rack": not_run, "model": not_run}


def test_composites_without_their_parts_are_skipped_over_any_distance() -> None:
    procedures = {"a": "", "b": "result = a * 2", "c": "result = b + d", "d": "", "e": "result = d"}
    tests = {
        slug: DefinedTest(url=slug, slug=slug, type="composite" if text else "simple", calculation_procedure=text)
        for slug, text in procedures.items()
    }
    assert uncalculated(tests, ["a"]) == ["b", "c"]
    assert uncalculated(tests, []) == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [("screenshot.png", "screenshot"), ("video.mp4", "video"), ("stbt.log", "log"), ("zap.csv", "other")],
)
def test_files_are_of_a_kind(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def failed(folder: Path, *files: tuple[str, int]) -> Result:
    result = sample(outcome=Outcome.FAIL, folder="0001-x")
    (folder / result.folder).mkdir()
    for name, size in files:
        (folder / result.folder / name).write_bytes(b"x" * size)
    return msgspec.structs.replace(result, artifacts=tuple(Artifact(name, size) for name, size in files))


def test_files_go_along_within_limits_and_the_rest_is_named(tmp_path: Path) -> None:
    result = failed(tmp_path, ("screenshot.png", 60), ("stbt.log", 50), ("stderr.log", 300), ("video.mp4", 10))
    found = map_onto(found_in([result]), defined(test_opens="boolean"), {}).found
    attached = attach(found, [], tmp_path, QatrackOptions(file_limit=200, total_limit=100))
    assert [file["filename"] for file in attached.files] == ["test_opens__screenshot.png"]
    assert [left.partition(" ")[0] for left in attached.left] == ["stbt.log", "stderr.log"]
    assert str(tmp_path / "0001-x") in attached.left[0]
    assert not attach(found, [], tmp_path, QatrackOptions(evidence_of="none")).files
    videos = attach(found, [], tmp_path, QatrackOptions(evidence=("video",)))
    assert [file["filename"] for file in videos.files] == ["test_opens__video.mp4"]


def test_an_empty_file_is_sent_as_text_which_is_all_that_is_taken(tmp_path: Path) -> None:
    found = map_onto(found_in([failed(tmp_path, ("a.log", 0))]), defined(test_opens="boolean"), {}).found
    assert attach(found, [], tmp_path, QatrackOptions()).files == [
        {"filename": "test_opens__a.log", "value": "", "encoding": "text"}
    ]


def test_upload_tests_take_files_by_name(tmp_path: Path) -> None:
    result = failed(tmp_path, ("zap.csv", 3), ("big.csv", 30))
    found = map_onto(found_in([result]), defined(test_opens="boolean"), {}).found
    assert set(uploads(found, ["test_opens_zap", "zap", "big"], tmp_path, 20)) == {"test_opens_zap"}


def test_a_key_is_the_same_each_time_and_never_too_long(tmp_path: Path) -> None:
    run = RunMaker(tmp_path).run
    assert user_key(run, 7, "Menus") == f"{run.id}:7:Menus"
    long = user_key(run, 7, "x" * 300)
    assert len(long) == 255
    assert long == user_key(run, 7, "x" * 300) != user_key(run, 7, "x" * 301)


def test_the_reference_has_every_option() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "reporters.md").read_text()
    table = page.partition("## qatrack")[2].partition("### ")[0]
    assert [name for name in QatrackOptions.__struct_fields__ if f"`{name}`" not in table] == []
