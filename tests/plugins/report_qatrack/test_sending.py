"""The reporter ``qatrack`` against our own server, in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from tests.peers.qatrack_run import Sender, records
from tests.peers.run_directory import STARTED, RunMaker

from qarunner import DeliveryStoppedError, Measurement, Outcome
from qarunner_plugins.report_qatrack.options import QatrackOptions, settings_of

ZAP = Measurement(name="zap time", value=1.3, unit="s", high=2.0)


@pytest.fixture
def maker(tmp_path: Path) -> RunMaker:
    return RunMaker(tmp_path)


def test_a_run_becomes_a_list_instance_with_values_reasons_and_evidence(sender: Sender, maker: RunMaker) -> None:
    maker.add("tests/menu.py::test_opens", measurements=(ZAP,), files={"picture.txt": "a picture"})
    maker.add("tests/menu.py::test_closes", Outcome.FAIL, message="it stays", files={"stbt.log": "no", "a.bin": "x"})
    maker.add("tests/menu.py::test_inner", Outcome.ERROR, message="no picture")
    maker.add("tests/menu.py::test_new", measurements=(Measurement(name="weight", value=7, unit="kg"),))
    sent = sender.send(maker.finish())
    assert sent.trouble is None
    instance = sender.instance(maker)
    tests = sender.tests(instance)
    told = {macro: (row["value"], row["pass_fail"], row["skipped"], row["comment"]) for macro, row in tests.items()}
    assert told == {
        "test_opens": (1.0, "ok", False, ""),
        "test_closes": (0.0, "action", False, "it stays"),
        "test_stays_open": (None, "not_done", True, "not run"),
        "test_inner": (None, "not_done", True, "error: no picture"),
        "zap_time": (1.3, "tolerance", False, ""),
        "sum": (None, "not_done", True, "not calculated: something it needs has no value"),
        "black_time": (None, "not_done", True, "not run"),
        "firmware": (None, "no_tol", False, ""),
        "picture": (None, "no_tol", False, ""),
        "screenshot": (None, "not_done", True, "not run"),
    }
    assert tests["firmware"]["string_value"] == "7.3.1-rc2"
    files = {file["label"]: file["attachment"] for file in instance["attachments"]}
    assert sorted(files) == ["test_closes__stbt.log", "unmapped.json"]
    unmapped = _content(sender, files["unmapped.json"])
    assert [(row["macros"][-1], row["value"], row["unit"]) for row in unmapped] == [
        ("test_new", True, ""),
        ("weight", 7.0, "kg"),
    ]
    [comment] = [one["comment"] for one in instance["comments"]]
    assert f"qarunner run {maker.run.id} on living-room" in comment
    assert "weight = 7 kg" in comment
    assert "serial A1B2C3" in comment
    assert "tags: branch=main, sky=blue" in comment
    assert instance["work_started"].startswith("2026-03-14T09:26:57.589793")
    assert instance["include_for_scheduling"] is False, "a part of a list is not the list"
    assert sent.where == instance["site_url"]
    assert list(sent.lines) == [
        f"qatrack: tests/menu.py on living-room: {instance['site_url']}",
        "  zap_time = 1.3 s: tolerance; here: ok",
        "  the list has no tests for test_new, weight; unmapped.json and the comment have the values",
    ]


def _content(sender: Sender, address: str) -> Any:
    answer = requests.get(address, headers={"Authorization": f"Token {sender.token}"}, timeout=30)
    assert answer.status_code == 200
    return json.loads(answer.content)


def test_a_whole_list_counts_for_its_schedule_a_repetition_does_not(sender: Sender, tmp_path: Path) -> None:
    for name, attempt, counts in (("once", 1, True), ("again", 2, False)):
        maker = RunMaker(tmp_path, name)
        maker.add("tests/menu.py::test_opens", node="Kitchen TV", attempt=attempt)
        assert sender.send(maker.finish()).trouble is None
        assert sender.instance(maker)["include_for_scheduling"] is counts


def test_sending_again_changes_nothing_and_finds_what_is_there(sender: Sender, maker: RunMaker) -> None:
    maker.add("tests/menu.py::test_opens", measurements=(ZAP,))
    first = sender.send(maker.finish())
    assert sender.send(maker) == first, "the record in the run directory knows"
    (maker.folder / "qatrack.json").unlink()
    third = sender.send(maker)
    assert third.where == first.where
    assert third.lines[0] == f"qatrack: tests/menu.py on living-room (was there already): {first.where}"
    assert third.lines[1:] == first.lines[1:], "verdicts are read back"
    sender.instance(maker)


def test_other_values_under_the_same_key_are_refused_and_named(sender: Sender, maker: RunMaker) -> None:
    maker.add("tests/menu.py::test_opens", measurements=(ZAP,))
    sender.send(maker.finish())
    (maker.folder / "qatrack.json").unlink()
    changed = [msgspec.structs.replace(maker.results[0], measurements=(Measurement(name="zap time", value=0.9),))]
    sent = sender.reporter().send(maker.run, changed, maker.folder)
    assert "the server has other values under the key" in str(sent.trouble)
    assert "zap_time" in str(sent.trouble)


def test_an_earlier_instance_that_was_left_in_progress_is_completed(sender: Sender, maker: RunMaker) -> None:
    maker.add("tests/menu.py::test_opens", measurements=(ZAP,))
    [collection] = sender.get("qa/unittestcollections", name="tests/menu.py", unit__number=1)["results"]
    begun = {
        "unit_test_collection": collection["url"],
        "user_key": f"{maker.run.id}:1:tests/menu.py",
        "work_started": "2026-03-14 09:00:00",
        "in_progress": True,
        "tests": {},
    }
    headers = {"Authorization": f"Token {sender.token}"}
    made = requests.post(f"{sender.url}/qa/testlistinstances/", json=begun, headers=headers, timeout=30)
    assert made.status_code == 201, made.text
    assert sender.send(maker.finish()).trouble is None
    instance = sender.instance(maker)
    assert instance["url"] == made.json()["url"]
    assert not instance["in_progress"]
    assert sender.tests(instance)["zap_time"]["value"] == 1.3


def test_two_lists_are_two_instances_and_one_that_is_missing_holds_up_nobody(sender: Sender, maker: RunMaker) -> None:
    maker.add("tests/menu.py::test_opens")
    maker.add("tests/menue.py::test_opens")
    maker.add("tests/other.py::test_x")
    maker.add("tests/elsewhere.py::test_x", markers=("qa_list:tests/other.py",))
    sent = sender.send(maker.finish())
    assert isinstance(sent.trouble, DeliveryStoppedError)
    assert str(sent.trouble).startswith("tests/menue.py: QATrack+ has no active list 'tests/menue.py' on unit")
    assert "did you mean 'tests/menu.py'" in str(sent.trouble)
    assert [(one["list"], one["state"]) for one in records(maker.folder)] == [
        ("tests/menu.py", "sent"),
        ("tests/menue.py", "pending"),
        ("tests/other.py", "sent"),
    ]
    settled = sender.send(maker, lists={"tests/menue.py": "tests/other.py"})
    assert settled.trouble is None


def test_a_list_that_is_not_active_is_not_taken_for_one(sender: Sender, maker: RunMaker) -> None:
    maker.add("tests/x.py::test_x", markers=("qa_list:Old checks",))
    trouble = str(sender.send(maker.finish()).trouble)
    assert "no active list 'Old checks'" in trouble
    assert "There is one that is not active" in trouble


@pytest.mark.parametrize(
    ("unit", "problem"),
    [
        (2, ""),
        ("Kitchen TV", ""),
        ("kitchen tv", "no active unit 'kitchen tv'"),
        (77, "no active unit 77"),
        ("Cellar TV", "There is one that is not active"),
    ],
)
def test_a_unit_is_meant_by_number_or_exact_name(
    sender: Sender, maker: RunMaker, unit: int | str, problem: str
) -> None:
    maker.add("tests/menu.py::test_opens")
    sent = sender.send(maker.finish(), units={"living-room": unit})
    if problem:
        assert problem in str(sent.trouble)
    else:
        assert "on Kitchen TV" in sent.lines[0]


def test_strict_sends_nothing_that_would_lose_its_place(sender: Sender, maker: RunMaker) -> None:
    maker.add("tests/menu.py::test_opens")
    maker.add("tests/menu.py::test_new")
    sent = sender.send(maker.finish(), strict=True)
    assert isinstance(sent.trouble, DeliveryStoppedError)
    assert "no tests for test_new, and strict is set" in str(sent.trouble)
    [record] = records(maker.folder)
    assert record["state"] == "pending"


@pytest.mark.parametrize(
    ("value", "fail_on", "fails"),
    [(1.3, "action", False), (1.3, "tolerance", True), (1.6, "action", True), (1.6, "", False), (1.0, "action", False)],
)
def test_the_servers_verdict_fails_a_run_only_where_that_is_asked_for(
    sender: Sender, maker: RunMaker, value: float, fail_on: str, *, fails: bool
) -> None:
    maker.add("tests/menu.py::test_opens", measurements=(Measurement(name="zap time", value=value),))
    maker.add("tests/menu.py::test_closes", Outcome.FAIL)
    sent = sender.send(maker.finish(), fail_on=fail_on)
    expected = f'qatrack: fails the run (fail_on = "{fail_on}"): tests/menu.py: zap_time' if fails else ""
    assert sent.fails == expected


def test_a_failure_that_does_not_show_for_want_of_a_reference_is_told_loudly(sender: Sender, maker: RunMaker) -> None:
    maker.add("tests/other.py::test_open_ended", Outcome.FAIL)
    lines = sender.send(maker.finish()).lines
    assert "  NO FAILURE THERE: test_open_ended failed; give the test the reference 1 (Yes) on this unit" in lines


def test_a_wrong_token_stops_everything_and_says_where_the_token_goes(sender: Sender, maker: RunMaker) -> None:
    maker.add("tests/menu.py::test_opens")
    sent = Sender(sender.url, "wrong").send(maker.finish())
    assert isinstance(sent.trouble, DeliveryStoppedError)
    assert "does not accept the token" in str(sent.trouble)
    assert "QARUNNER_QATRACK_TOKEN" in str(sent.trouble)
    assert sender.send(maker).trouble is None


def test_a_time_zone_that_is_not_the_servers_is_noticed(sender: Sender, maker: RunMaker) -> None:
    maker.add("tests/menu.py::test_opens")
    lines = sender.send(maker.finish(), time_zone="America/Toronto").lines
    assert lines[-1] == "  the server takes the times for -4 h: set time_zone to its own, which is UTC+0000"


def test_the_settings_take_the_token_from_the_environment_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QARUNNER_QATRACK_URL", "https://q.example.com/api/")
    monkeypatch.setenv("QARUNNER_QATRACK_TOKEN", "of the environment")
    options = QatrackOptions(token="of the table", time_zone="America/Toronto")  # noqa: S106 - opens nothing
    settings = settings_of(options)
    assert (settings.url, settings.token) == ("https://q.example.com/api", "of the environment")
    assert settings.local(STARTED) == "2026-03-14 05:26:53.589793"
