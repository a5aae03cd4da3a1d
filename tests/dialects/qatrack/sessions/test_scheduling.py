"""Due dates, last instances, cycles, flags and review of what was posted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update
from tests.dialects.qatrack.conftest import URL, World
from tests.dialects.qatrack.session_bodies import (
    CYCLE,
    NUMBERS,
    everything,
    patched,
    posted,
    simple,
)

from qarunner.store.models import qatrack

APPROVED, REJECTED = (f"{URL}/api/qa/testinstancestatus/{number}/" for number in (2, 3))
MONDAY = "2018-07-09T11:00:00-04:00"


def collection(world: World, number: int = 1) -> Any:
    return world.get(f"/api/qa/unittestcollections/{number}/")


def on(day: int, **changes: Any) -> dict[str, Any]:
    return simple(work_started=f"2018-07-{day} 10:00", work_completed=f"2018-07-{day} 11:00", **changes)


def test_each_run_moves_the_due_date_and_tells_the_one_before(own_world: World) -> None:
    assert posted(own_world, on(6))["due_date"] is None
    assert collection(own_world)["due_date"] == MONDAY
    second = posted(own_world, on(9))
    assert second["due_date"] == MONDAY
    assert collection(own_world)["due_date"] == "2018-07-16T11:00:00-04:00"
    assert collection(own_world)["last_instance"] == second["url"]


def test_an_older_run_that_comes_late_moves_nothing(own_world: World) -> None:
    newest = posted(own_world, on(16))
    before = collection(own_world)
    posted(own_world, on(6))
    assert collection(own_world) == before
    assert before["last_instance"] == newest["url"]


@pytest.mark.parametrize("idle", [{"in_progress": True}, {"include_for_scheduling": False}])
def test_runs_that_do_not_count_leave_the_due_date(own_world: World, idle: dict[str, Any]) -> None:
    posted(own_world, on(6))
    posted(own_world, on(20, **idle))
    assert collection(own_world)["due_date"] == MONDAY


def test_with_rejected_runs_only_it_is_due_now(own_world: World) -> None:
    posted(own_world, on(6, status=REJECTED))
    due = datetime.fromisoformat(collection(own_world)["due_date"])
    assert abs(datetime.now(UTC) - due) < timedelta(minutes=5)
    posted(own_world, on(9))
    posted(own_world, on(20, status=REJECTED))
    assert collection(own_world)["due_date"] == "2018-07-16T11:00:00-04:00"


def test_a_run_after_unscheduled_ones_counts_although_it_is_older(own_world: World) -> None:
    posted(own_world, on(20, include_for_scheduling=False))
    posted(own_world, on(6))
    assert collection(own_world)["due_date"] == MONDAY


def test_a_change_moves_the_due_date_there_and_back(own_world: World) -> None:
    session = posted(own_world, on(6))
    patched(own_world, session, work_completed="2018-07-10 11:00")
    assert collection(own_world)["due_date"] == "2018-07-16T11:00:00-04:00"
    patched(own_world, session, include_for_scheduling=False)
    assert collection(own_world)["due_date"] is None
    patched(own_world, session, include_for_scheduling=True)
    assert collection(own_world)["due_date"] == "2018-07-16T11:00:00-04:00"
    patched(own_world, session, status=REJECTED)
    assert collection(own_world)["due_date"] > "2026"


def test_when_the_last_run_is_taken_up_again_the_one_before_is_the_last(own_world: World) -> None:
    first, second = posted(own_world, on(6)), posted(own_world, on(9))
    patched(own_world, second, in_progress=True)
    assert (collection(own_world)["last_instance"], collection(own_world)["due_date"]) == (first["url"], MONDAY)


def test_a_comment_leaves_a_due_date_that_somebody_set(own_world: World) -> None:
    session = posted(own_world, on(6))
    with own_world.store.write() as connection:
        connection.execute(update(qatrack.Collection).values(due_date=datetime(2018, 8, 1, tzinfo=UTC)))
    patched(own_world, session, comment="looks good")
    assert collection(own_world)["due_date"] == "2018-07-31T20:00:00-04:00"


def test_without_a_frequency_or_a_schedule_nothing_is_due(own_world: World) -> None:
    with own_world.store.write() as connection:
        connection.execute(update(qatrack.Collection).where(qatrack.Collection.id == 1).values(auto_schedule=False))
    for number in (1, 3):
        posted(own_world, on(6, unit_test_collection=f"/api/qa/unittestcollections/{number}/"))
        assert collection(own_world, number)["due_date"] is None


def test_a_day_of_a_cycle_picks_its_list(own_world: World) -> None:
    first = posted(own_world, simple(unit_test_collection=CYCLE, day=0))
    assert (first["day"], first["test_list"]) == (0, f"{URL}/api/qc/testlists/1/")
    assert collection(own_world, 4)["next_day"] == 1
    assert collection(own_world, 4)["next_test_list"] == f"{URL}/api/qc/testlists/2/"
    second = posted(own_world, everything(unit_test_collection=CYCLE, day="1"))
    assert (second["day"], second["test_list"]) == (1, f"{URL}/api/qc/testlists/2/")
    assert collection(own_world, 4)["next_day"] == 0
    assert patched(own_world, second, day=1, tests={"zap_time": {"value": 999}})["tests"]["zap_time"]["value"] == 999


def test_a_status_that_needs_no_review_is_the_review(own_world: World) -> None:
    answer = posted(own_world, simple(status=APPROVED))
    assert (answer["all_reviewed"], answer["reviewed_by"]) == (True, f"{URL}/api/auth/users/2/")
    assert answer["reviewed"] is not None


def test_what_the_client_says_of_review_and_flags_is_worked_out_anew(own_world: World) -> None:
    answer = posted(own_world, simple(all_reviewed=True, flagged=True, reviewed="2018-07-06 10:00"))
    assert (answer["all_reviewed"], answer["flagged"], answer["reviewed"]) == (False, False, None)


def test_a_boolean_raises_the_flag_of_its_session(own_world: World) -> None:
    with own_world.store.write() as connection:
        connection.execute(update(qatrack.Test).where(qatrack.Test.slug == "menu_opens").values(flag_when=False))
    assert posted(own_world, everything({"menu_opens": {"value": False}}))["flagged"] is True
    session = posted(own_world, everything())
    assert session["flagged"] is False
    assert patched(own_world, session, tests={"menu_opens": {"value": 0}})["flagged"] is True


def test_results_are_reviewed_by_rules_unless_somebody_wrote_something(own_world: World) -> None:
    with own_world.store.write() as connection:
        connection.execute(insert(qatrack.AutoReviewRule), {"id": 1, "pass_fail": "ok", "status": 2})
        connection.execute(insert(qatrack.AutoReviewRule), {"id": 2, "pass_fail": "no_tol", "status": 2})
        connection.execute(insert(qatrack.AutoReviewRuleSet), {"id": 1, "name": "good ones"})
        for rule in (1, 2):
            connection.execute(insert(qatrack.AutoReviewRuleInSet), {"rule_set": 1, "rule": rule})
        connection.execute(update(qatrack.Test).values(autoreviewruleset=1))

    def statuses(answer: Any) -> set[str]:
        return {test["status"].rsplit("/", 2)[1] for test in answer["tests"].values()}

    plain = posted(own_world, simple(comment="", tests=NUMBERS))
    assert (statuses(plain), plain["all_reviewed"]) == ({"2"}, True)
    assert statuses(posted(own_world, simple(comment="please look", tests=NUMBERS))) == {"1"}
    assert statuses(posted(own_world, simple(comment=""))) == {"1", "2"}
    mixed = posted(own_world, everything({"zap_time": {"value": 2000}}))
    assert (statuses(mixed), mixed["all_reviewed"]) == ({"1", "2"}, False)
    # What was said of a session before is still to be read when it is changed.
    patched(own_world, plain, comment="please look")
    assert statuses(patched(own_world, plain)) == {"1"}


def test_without_a_default_status_nothing_can_be_stored(own_world: World) -> None:
    with own_world.store.write() as connection:
        connection.execute(update(qatrack.Status).values(is_default=False))
    answer = own_world.ask("POST", "/api/qa/testlistinstances/", json=simple())
    assert (answer.status_code, answer.json) == (400, {"non_field_errors": ["No test instance status available"]})
