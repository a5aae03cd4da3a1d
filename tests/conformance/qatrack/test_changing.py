"""PATCH: what is not sent stays, what is sent counts (section 2 of the observations, PATCH; section 5)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.qatrack.cases import NUMBERS, Link, files, numbers, turns, types
from tests.conformance.qatrack.expectations import Only, at, differences
from tests.conformance.qatrack.site import Site, new_key

SKIP = {"skipped": True}


def values(answer: Any) -> dict[str, Any]:
    return {macro: test["value"] for macro, test in answer["tests"].items()}


def test_one_value_changes_and_the_composite_follows(site: Site) -> None:
    before = site.post(numbers(tests={**NUMBERS, "number_1": {"value": 1, "comment": "kept"}}))
    after = site.patched(before, tests={"number_1": {"value": 5}})
    assert values(after) == {"number_1": 5.0, "number_2": 2.0, "sum_of_two": 7.0}
    assert after["tests"]["number_1"]["comment"] == "kept"
    assert after["url"] == before["url"]
    assert set(after) == set(before)
    shown = site.target.get(before["url"])
    assert [test["value"] for test in shown["test_instances"]] == [5.0, 2.0, 7.0]
    assert shown["created_by"] == before["created_by"]


def test_times_change_and_their_order_is_watched(site: Site) -> None:
    session = site.post(numbers())
    after = site.patched(session, work_completed="2018-07-06 12:30")
    assert [
        *differences({"work_started": at("2018-07-06T10:00"), "work_completed": at("2018-07-06T12:30")}, after)
    ] == []
    answer = site.patch(session, work_completed="2018-07-06 09:00")
    told = {"non_field_errors": ["work_completed date must be after work_started"]}
    assert (answer.status_code, answer.json()) == (400, told)


def test_comments_of_the_session_make_a_thread(site: Site) -> None:
    session = site.post(numbers(comment="first"))
    site.patched(session, comment="second")
    site.patched(session, comment="")
    threads = site.target.get(session["url"])["comments"]
    assert [comment["comment"] for comment in threads] == ["first", "second"]


def test_the_key_changes_and_stays_unique(site: Site) -> None:
    one, other, third = new_key(), new_key(), new_key()
    session, neighbour = site.post(numbers(user_key=one)), site.post(numbers(user_key=other))
    assert site.patched(session, user_key=third)["user_key"] == third
    answer = site.patch(neighbour, user_key=third)
    told = {"user_key": ["test list instance with this user key already exists."]}
    assert (answer.status_code, answer.json()) == (400, told)
    assert (len(site.sessions(one)), len(site.sessions(third))) == (0, 1)


def test_skips_stay_come_and_go(site: Site) -> None:
    session = site.post(types({"hue": SKIP}))
    kept = site.patched(session, tests={"zap_time": {"value": 1150}})
    assert kept["tests"]["hue"]["skipped"] is True
    assert kept["tests"]["zap_time"]["pass_fail"] == ["tolerance", "Tolerance"]
    back = site.patched(session, tests={"hue": {"value": 2}})["tests"]["hue"]
    assert (back["skipped"], back["value"]) == (False, 2.0)
    gone = site.patched(session, tests={"hue": SKIP})["tests"]["hue"]
    assert (gone["skipped"], gone["value"], gone["value_display"]) == (True, None, "Skipped")


def test_a_session_in_progress_is_completed(site: Site) -> None:
    session = site.post(numbers(in_progress=True))
    after = site.patched(session, in_progress=False, tests={"number_1": {"value": 4}})
    assert (after["in_progress"], values(after)["sum_of_two"]) == (False, 6.0)


def test_a_status_is_chosen(site: Site) -> None:
    session = site.post(numbers())
    assert session["all_reviewed"] is False
    approved = site.patched(session, status=site.resolve(Link("status", "Approved")))
    assert (approved["all_reviewed"], approved["reviewed_by"]) == (True, session["created_by"])


def test_uploads_are_kept(site: Site) -> None:
    before = site.post(files({"filename": "a.txt", "value": "kept", "encoding": "text"}))
    after = site.patched(before, tests={"blink": {"value": False}})
    assert len(after["tests"]["picture"]["attachments"]) == 1
    assert after["tests"]["picture"]["value_display"] == before["tests"]["picture"]["value_display"]


def test_unknown_macros_are_ignored(site: Site) -> None:
    session = site.post(numbers())
    assert set(site.patched(session, tests={"number_9": {"value": 1}})["tests"]) == {*NUMBERS, "sum_of_two"}


def test_it_no_longer_counts_for_the_schedule(site: Site) -> None:
    session = site.post(numbers())
    assert site.patched(session, include_for_scheduling=False)["include_for_scheduling"] is False


def test_a_day_of_a_cycle_stays(site: Site) -> None:
    session = site.post(turns(day=1, tests={"alarm": {"value": False}}))
    after = site.patched(session, tests={"alarm": {"value": True}})
    assert (after["day"], after["flagged"], after["test_list"]) == (1, True, session["test_list"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tests": []}, "tests"),
        ({"tests": {"number_1": {"value": "x"}}}, "non_field_errors"),
        ({"tests": {"sum_of_two": {"value": 9}}}, "non_field_errors"),
        ({"work_started": None}, "work_started"),
        ({"user_key": "x" * 256}, "user_key"),
        ({"attachments": {}}, "attachments"),
    ],
)
def test_what_is_wrong_changes_nothing(site: Site, changes: dict[str, Any], field: str) -> None:
    session = site.post(numbers())
    before = site.target.get(session["url"])
    answer = site.patch(session, **changes)
    assert answer.status_code == 400, answer.text
    assert list(answer.json()) == [field]
    assert [*differences(Only(before), site.target.get(session["url"]))] == []
