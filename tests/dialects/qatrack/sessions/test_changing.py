"""PATCH: what is not sent stays, what is sent counts, and review begins anew."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.dialects.qatrack.conftest import URL, World
from tests.dialects.qatrack.session_bodies import (
    count,
    everything,
    patch,
    patched,
    posted,
    simple,
    stored,
)

from qarunner.access import audit
from qarunner.store.models import qatrack


def values(answer: Any) -> dict[str, Any]:
    return {macro: test["value"] for macro, test in answer["tests"].items()}


def test_one_value_changes_and_the_composite_follows(own_world: World) -> None:
    before = posted(own_world, simple())
    after = patched(own_world, before, tests={"number_1": {"value": 5}})
    assert values(after) == {"number_1": 5.0, "number_2": 2.0, "sum_of_two": 7.0}
    assert after["tests"]["number_1"]["comment"] == "hello number 1"
    assert [test["url"] for test in after["tests"].values()] == [test["url"] for test in before["tests"].values()]
    assert own_world.get(after["tests"]["sum_of_two"]["url"])["value"] == 7.0
    assert set(after) == set(before)


def test_nothing_at_all_changes_nothing_but_who_did_it(own_world: World) -> None:
    before = posted(own_world, everything(user_key="a"))
    after = patched(own_world, before)
    assert after == before | {"comment": ""}
    other = patch(own_world, before, user="anna").json
    session = stored(own_world, other)
    assert session["created_by"] == f"{URL}/api/auth/users/2/"
    assert session["modified_by"] == f"{URL}/api/auth/users/1/"
    assert session["modified"] > session["created"]


def test_comments_make_a_thread(own_world: World) -> None:
    session = posted(own_world, simple())
    assert patched(own_world, session, comment="second")["comment"] == "second"
    patched(own_world, session, comment="")
    comments = stored(own_world, session)["comments"]
    assert [one["comment"] for one in comments] == ["test list comment", "second"]


def test_the_comment_of_a_test_is_replaced(own_world: World) -> None:
    session = posted(own_world, simple())
    after = patched(own_world, session, tests={"number_1": {"comment": "other"}, "sum_of_two": {"comment": "sum"}})
    assert [test["comment"] for test in after["tests"].values()] == ["other", "", "sum"]
    assert values(after)["number_1"] == 1.0


def test_skips_stay_and_come_and_go(own_world: World) -> None:
    tests = {"number_1": {"skipped": True}, "number_2": {"value": 2}, "sum_of_two": {"skipped": True}}
    session = posted(own_world, simple(tests=tests))
    kept = patched(own_world, session, tests={"number_2": {"value": 3}})
    assert [test["skipped"] for test in kept["tests"].values()] == [True, False, True]
    assert kept["tests"]["number_1"]["pass_fail"] == ["not_done", "Not Done"]
    back = patched(own_world, session, tests={"number_1": {"value": 4}, "sum_of_two": {"skipped": False}})
    assert values(back) == {"number_1": 4.0, "number_2": 3.0, "sum_of_two": 7.0}
    gone = patched(own_world, session, tests={"number_1": {"skipped": True}, "sum_of_two": {"skipped": True}})
    assert values(gone)["number_1"] is None
    assert gone["tests"]["number_1"]["value_display"] == "Skipped"


def test_a_session_in_progress_may_lack_values_until_it_is_completed(own_world: World) -> None:
    session = posted(own_world, simple(tests={"number_1": {"value": None}}, in_progress=True))
    assert [test["pass_fail"][0] for test in session["tests"].values()] == ["not_done", "not_done", "not_done"]
    collection = own_world.get("/api/qa/unittestcollections/1/")
    assert (collection["last_instance"], collection["due_date"]) == (None, None)
    answer = patch(own_world, session, in_progress=False)
    assert answer.status_code == 400
    assert "number_1" in str(answer.json)
    done = patched(own_world, session, in_progress=False, tests={"number_1": {"value": 1}, "number_2": {"value": 2}})
    assert values(done) == {"number_1": 1.0, "number_2": 2.0, "sum_of_two": 3.0}
    collection = own_world.get("/api/qa/unittestcollections/1/")
    assert (collection["last_instance"], collection["due_date"]) == (session["url"], "2018-07-09T11:00:00-04:00")


def test_times_change_and_their_order_is_watched(own_world: World) -> None:
    session = posted(own_world, simple())
    after = patched(own_world, session, work_completed="2018-07-16 11:00")
    assert (after["work_started"], after["work_completed"]) == (
        "2018-07-06T10:00:00-04:00",
        "2018-07-16T11:00:00-04:00",
    )
    assert own_world.get(after["tests"]["number_1"]["url"])["work_completed"] == "2018-07-16T11:00:00-04:00"
    answer = patch(own_world, session, work_completed="2018-07-06 09:00")
    assert (answer.status_code, answer.json) == (
        400,
        {"non_field_errors": ["work_completed date must be after work_started"]},
    )


def test_the_key_changes_and_stays_unique(own_world: World) -> None:
    first, second = posted(own_world, simple(user_key="a")), posted(own_world, simple(user_key="b"))
    answer = patch(own_world, second, user_key="a")
    assert (answer.status_code, answer.json) == (
        400,
        {"user_key": ["test list instance with this user key already exists."]},
    )
    assert patched(own_world, first, user_key="")["user_key"] is None
    assert patched(own_world, second, user_key="a")["user_key"] == "a"
    assert patched(own_world, second)["user_key"] == "a"


def test_a_status_is_chosen_and_every_change_begins_review_anew(own_world: World) -> None:
    session = posted(own_world, simple())
    approved = patched(own_world, session, status=f"{URL}/api/qa/testinstancestatus/2/")
    assert approved["all_reviewed"] is True
    assert approved["reviewed_by"] == f"{URL}/api/auth/users/2/"
    assert approved["reviewed"] is not None
    assert {test["status"] for test in approved["tests"].values()} == {"/api/qc/testinstancestatus/2/"}
    assert own_world.get(approved["tests"]["number_1"]["url"])["reviewed_by"] == f"{URL}/api/auth/users/2/"
    again = patched(own_world, session, tests={"number_1": {"value": 2}})
    assert (again["all_reviewed"], again["reviewed"], again["reviewed_by"]) == (False, None, None)
    assert {test["status"] for test in again["tests"].values()} == {"/api/qc/testinstancestatus/1/"}


def test_unknown_tests_and_fields_are_ignored(own_world: World) -> None:
    session = posted(own_world, simple())
    after = patched(own_world, session, tests={"nothing": {"value": 1}}, all_reviewed=True, flagged=True, due_date=None)
    assert (after["ignored_tests"], after["all_reviewed"], after["flagged"]) == (["nothing"], False, False)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit_test_collection": f"{URL}/api/qa/unittestcollections/2/"}, "unit_test_collection"),
        ({"day": 1}, "day"),
        ({"tests": []}, "tests"),
        ({"tests": {"number_1": {"value": "x"}}}, "non_field_errors"),
        ({"tests": {"sum_of_two": {"value": 9}}}, "non_field_errors"),
        ({"work_started": None}, "work_started"),
        ({"qarunner": {"results": {}}}, "qarunner"),
    ],
)
def test_what_cannot_be_changed_is_refused(own_world: World, changes: dict[str, Any], field: str) -> None:
    session = posted(own_world, simple())
    before = stored(own_world, session)
    answer = patch(own_world, session, **changes)
    assert answer.status_code == 400
    assert list(answer.json or {}) == [field]
    assert stored(own_world, session) == before


def test_a_session_keeps_the_limits_that_held_when_it_was_made(own_world: World) -> None:
    session = posted(own_world, everything({"zap_time": {"value": 1150}}))
    with own_world.store.write() as connection:
        info = qatrack.UnitTestInfo
        connection.execute(update(info).where(info.test == 5).values(reference=None, tolerance=None))
    assert posted(own_world, everything({"zap_time": {"value": 1250}}))["tests"]["zap_time"]["pass_fail"][0] == "no_tol"
    after = patched(own_world, session, tests={"zap_time": {"value": 1250}})
    assert after["tests"]["zap_time"]["pass_fail"] == ["action", "Action"]
    assert after["tests"]["zap_time"]["reference"] == "/api/qc/references/2/"


def test_changes_are_noted_in_the_log_of_who_did_what(own_world: World) -> None:
    session = posted(own_world, simple())
    patched(own_world, session)
    with own_world.store.read() as connection:
        newest = audit.entries(connection)[0]
    assert (newest.user, newest.action, newest.subject) == ("ben", "qatrack.session.change", "1")


def test_changes_at_the_same_time_are_all_kept(own_world: World) -> None:
    session = posted(own_world, simple())
    wrong: list[Any] = []

    def change(macro: str, number: int) -> None:
        answer = patch(own_world, session, tests={macro: {"value": number}}, comment=f"{macro} {number}")
        if answer.status_code != 200:
            wrong.append((answer.status_code, answer.text))

    threads = [
        threading.Thread(target=change, args=(macro, number))
        for macro in ("number_1", "number_2")
        for number in (10, 10, 10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever is overtaken five times in a row is told to try again; nothing is lost then either.
    assert all(status == 503 for status, _text in wrong)
    assert values(patched(own_world, session))["sum_of_two"] == 20.0
    assert count(own_world, "comments/comments") == 1 + len(threads) - len(wrong)
    with own_world.store.read() as connection:
        assert len(connection.execute(select(qatrack.TestInstance.id)).all()) == 3
