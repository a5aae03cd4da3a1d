"""What is taken in, and what the reply says of it (section 2 of the observations, POST; section 5, create)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.conformance.qatrack.cases import (
    ABSENT,
    COMPLETED,
    CRASH,
    NUMBERS,
    STARTED,
    Case,
    Link,
    numbers,
    refused,
    session,
    stored,
    sums,
    turns,
    types,
)
from tests.conformance.qatrack.conftest import Try
from tests.conformance.qatrack.expectations import A_LINK, A_PATH, A_TIME, SOME_TEXT, Only, at, containing, differences
from tests.conformance.qatrack.site import Site, new_key

NOT_DONE, NO_TOLERANCE = ["not_done", "Not Done"], ["no_tol", "No Tol Set"]
SKIPPED = {"skipped": True}
PATH_ONLY = Link("collection", "Conformance numbers", path_only=True)
OTHER_HOST = Link("collection", "Conformance numbers", host="https://other.example.com:8443")

CASES = [
    Case("a path as collection", numbers(unit_test_collection=PATH_ONLY), stored()),
    Case("another host in the collection", numbers(unit_test_collection=OTHER_HOST), stored()),
    Case("what is optional left out", numbers(work_completed=ABSENT), stored(comment="", in_progress=False, day=0)),
    Case("completed as started", numbers(work_completed=STARTED), stored(work_completed=at("2018-07-06T10:01:00"))),
    Case("blank comment", numbers(comment=""), stored(comment="")),
    Case("true for a number", numbers(tests={**NUMBERS, "number_1": {"value": True}}),
         stored({"number_1": {"value": 1.0}, "sum_of_two": {"value": 3.0}})),
    Case("skipped without a comment", types({"hue": SKIPPED}),
         stored({"hue": {"skipped": True, "value": None, "value_display": "Skipped", "pass_fail": NOT_DONE}})),
    Case("skipped with a value", types({"hue": SKIPPED | {"value": 3}}),
         stored({"hue": {"value": 3.0, "value_display": "Skipped", "pass_fail": NOT_DONE}})),
    Case("equal value for a composite", numbers(tests={**NUMBERS, "sum_of_two": {"value": 3}}),
         stored({"sum_of_two": {"value": 3.0}})),
    Case("comment on a composite", numbers(tests={**NUMBERS, "sum_of_two": {"comment": "by the server"}}),
         stored({"sum_of_two": {"value": 3.0, "comment": "by the server"}})),
    Case("equal value for a constant", types({"lines": {"value": 1080}}), stored({"lines": {"value": 1080.0}})),
    Case("all of a composite skipped", numbers(tests=dict.fromkeys((*NUMBERS, "sum_of_two"), SKIPPED)),
         stored({"sum_of_two": {"skipped": True, "value": None, "pass_fail": NOT_DONE}})),
    Case("composites of composites, with a constant and texts", sums(),
         stored({"step": {"value": 10.0}, "second": {"value": 11.0}, "third": {"value": 22.0},
                 "verdict": {"string_value": "low", "value": None}, "sentence": {"string_value": "low!"}})),
    Case("tests of a list in a list", session("Conformance outer", {"outer_number": {"value": 5}, **NUMBERS}),
         stored({"outer_number": {"value": 5.0}, "sum_of_two": {"value": 3.0}})),
    Case("number as text", types({"firmware": {"value": 42}}), stored({"firmware": {"string_value": "42"}})),
    Case("null as text", types({"firmware": {"value": None}}), stored({"firmware": {"value_display": "Not Done"}}),
         original=stored({"firmware": {"value_display": "Not Done"}})),
    Case("date and time", types(), stored({
        "built_on": {"date_value": "2018-07-01", "pass_fail": NO_TOLERANCE},
        "started_at": {"datetime_value": at("2018-07-06T09:59:00"), "pass_fail": NO_TOLERANCE}})),
    Case("a date that is none", types({"built_on": {"value": "yesterday"}}),
         stored({"built_on": {"date_value": None}})),
    Case("a choice that is none", types({"sharpness": {"value": "smeared"}}),
         stored({"sharpness": {"pass_fail": ["action", "Action"]}})),
    Case("a choice without a tolerance that is none", types({"colour": {"value": "grey"}}),
         stored({"colour": {"pass_fail": NO_TOLERANCE}})),
    Case("a choice in other letters", types({"sharpness": {"value": "SHARP"}}),
         stored({"sharpness": {"pass_fail": ["ok", "OK"]}})),
    Case("unknown key", numbers(no_such_key=1), stored()),
    Case("unknown macro", numbers(tests={**NUMBERS, "number_3": {"value": 3}}), stored(ignored_tests=["number_3"]),
         original=stored()),
    Case("a status that needs no review", numbers(status=Link("status", "Approved")),
         stored({"number_1": {"status": A_PATH}}, all_reviewed=True, reviewed=A_TIME, reviewed_by=A_LINK)),
    Case("review and flags of the client's own", numbers(all_reviewed=True, flagged=True, reviewed="2018-07-06 10:00"),
         stored(all_reviewed=False, flagged=False, reviewed=None)),
    Case("null for a boolean without a reference while in progress",
         types({"only_seen": {"value": None}}, in_progress=True), stored({"only_seen": {"pass_fail": NOT_DONE}})),
    Case("values missing while in progress", numbers(tests={}, in_progress=True),
         stored({"number_1": {"pass_fail": NOT_DONE}, "sum_of_two": {"pass_fail": NOT_DONE}}, in_progress=True),
         original=refused(non_field_errors=[SOME_TEXT])),
    Case("first day of a cycle", turns(day=0), stored({"sum_of_two": {"value": 3.0}}, day=0)),
    Case("second day of a cycle", turns(day=1, tests={"alarm": {"value": False}}), stored(day=1, flagged=False)),
    Case("a flag", session("Conformance flags", {"alarm": {"value": True}}), stored(flagged=True)),
    Case("times of ISO 8601 with an offset", numbers(work_started="2018-07-06T10:00:00+00:00", work_completed=ABSENT),
         stored(work_started=A_TIME), original=refused(work_started=[containing("Datetime has wrong format.")])),
    Case("times with microseconds", numbers(work_started="2018-07-06 10:00:00.123456"),
         stored(work_started=at("2018-07-06T10:00:00.123456"))),
    Case("a day with a name of its month", numbers(work_started="06 Jul 2018 10:00"),
         stored(work_started=at("2018-07-06T10:00:00"))),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case, try_case: Try) -> None:
    assert try_case(case) == []


def test_every_key_of_the_example(site: Site) -> None:
    key = new_key()
    tests = {"number_1": {"value": 1, "comment": "hello number 1"}, "number_2": {"value": 2, "skipped": False}}
    answer = site.post(numbers(tests=tests, comment="test list comment", attachments=[], user_key=key))

    def number_test(value: float, comment: str = "") -> Only:
        return Only(
            attachments=[], comment=comment, date_value=None, datetime_value=None, diff_display="",
            pass_fail=NO_TOLERANCE, reference=None, skipped=False, status=A_PATH, string_value="", tolerance=None,
            url=A_PATH, value=value, value_display=f"{value:g}",
        )  # fmt: skip

    expected = Only(
        all_reviewed=False, comment="test list comment", created_by=A_LINK, day=0, due_date=None, flagged=False,
        in_progress=False, include_for_scheduling=True, reviewed=None, reviewed_by=None, site_url=SOME_TEXT,
        test_list=A_LINK, unit_test_collection=A_LINK, url=A_LINK, user_key=key,
        work_started=at("2018-07-06T10:00:00"), work_completed=at("2018-07-06T11:00:00"),
        tests=Only(
            number_1=number_test(1.0, "hello number 1"), number_2=number_test(2.0), sum_of_two=number_test(3.0)
        ),
    )  # fmt: skip
    assert [*differences(expected, answer)] == []
    assert list(answer["tests"]) == ["number_1", "number_2", "sum_of_two"], "in the order of the list"
    shown = site.target.get(answer["url"])
    assert [comment["comment"] for comment in shown["comments"]] == ["test list comment"]
    assert [test["value"] for test in shown["test_instances"]] == [1.0, 2.0, 3.0]
    assert site.target.get(shown["test_instances"][0]["url"]) == shown["test_instances"][0]


def test_without_an_end_it_is_completed_now(site: Site) -> None:
    completed = datetime.fromisoformat(site.post(numbers(work_completed=ABSENT))["work_completed"])
    assert abs(datetime.now(UTC) - completed) < timedelta(minutes=10)


def test_a_key_is_taken_once(site: Site) -> None:
    key = new_key()
    first = site.post(numbers(user_key=key))
    again = site.send(numbers(user_key=key, work_started=STARTED, work_completed=COMPLETED))
    assert (again.status_code, again.json()) == (
        400,
        {"user_key": ["test list instance with this user key already exists."]},
    )
    assert [one["url"] for one in site.sessions(key)] == [first["url"]]


@pytest.mark.parametrize("key", ["", None])
def test_no_key_may_come_twice(site: Site, key: Any) -> None:
    for _time in range(2):
        answer = site.send(numbers(user_key=key))
        crashes = site.target.is_original and key == "" and answer.status_code == CRASH.status
        assert answer.status_code == 201 or crashes, answer.text
