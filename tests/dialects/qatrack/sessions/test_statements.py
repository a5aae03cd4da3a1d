"""How often a POST asks the database, and that what it keeps in memory is never old."""

from __future__ import annotations

import pytest
from sqlalchemy import text, update
from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.session_bodies import PATH, everything, patch, posted, simple
from tests.peers.statements import statements

from qarunner.store.engine import Store
from qarunner.store.models import qatrack

MOST = 6


def answered(world: World, body: object) -> list[str]:
    """Post a session; return what was asked until the answer was out, without what follows for the store's results."""
    with statements() as seen:
        answer = world.app.test_client().post(
            PATH, json=body, headers={"Authorization": f"Token {world.tokens['ben']}"}, buffered=False
        )
        until = list(seen)
        answer.close()
        assert len(seen) > len(until), "results are made afterwards"
    assert answer.status_code == 201
    return until


def test_two_numbers_a_composite_comments_and_a_key_are_few_statements(own_world: World) -> None:
    posted(own_world, simple(user_key="first"))
    for number in range(3):
        asked = answered(own_world, simple(user_key=f"run {number}"))
        assert len(asked) <= MOST, "\n".join(asked)


def test_more_tests_need_no_more_statements(own_world: World) -> None:
    posted(own_world, everything())
    few = answered(own_world, simple())
    many = answered(own_world, everything({"picture": {"skipped": True}}))
    assert len(many) <= len(few)


def test_an_older_run_needs_few_more(own_world: World) -> None:
    posted(own_world, simple(work_completed="2019-01-01 10:00"))
    assert len(answered(own_world, simple())) <= MOST + 1


@pytest.mark.parametrize("who", ["this process", "another one"])
def test_a_definition_that_changes_is_read_anew(own_world: World, who: str) -> None:
    body = everything({"zap_time": {"value": 1150}})
    assert posted(own_world, body)["tests"]["zap_time"]["pass_fail"][0] == "tolerance"
    wider = update(qatrack.Tolerance).where(qatrack.Tolerance.id == 1).values(tol_high=200.0)
    if who == "this process":
        with own_world.store.write() as connection:
            connection.execute(wider)
    else:
        # A store of its own has connections of its own, as another process has.
        address = own_world.store.url.render_as_string(hide_password=False)
        with Store.open(own_world.store.data, address) as other, other.write() as connection:
            connection.execute(wider)
    assert posted(own_world, body)["tests"]["zap_time"]["pass_fail"][0] == "ok"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE qatrack_tests SET calculation_procedure = 'result = number_1 * 100' WHERE slug = 'sum_of_two'",
        "UPDATE qatrack_tests SET slug = 'product' WHERE slug = 'sum_of_two'",
        "DELETE FROM qatrack_memberships WHERE test_list = 1 AND test = 3",
        "UPDATE qatrack_collections SET test_list = 3 WHERE id = 1",
        "UPDATE qatrack_test_infos SET reference = 2, tolerance = 1 WHERE test = 3 AND unit = 5",
        "UPDATE qatrack_statuses SET is_default = (id = 2)",
        'INSERT INTO qatrack_sublists (parent, child, "order", outline) VALUES (1, 2, 9, false)',
    ],
)
def test_whatever_changes_of_a_definition_counts_at_once(own_world: World, change: str) -> None:
    before = posted(own_world, simple())
    with own_world.store.write() as connection:
        connection.execute(text(change))
    after = own_world.ask("POST", PATH, json=simple())
    fresh = own_world.ask("POST", PATH, json=simple())  # by what was read after the change
    assert after.status_code == fresh.status_code
    assert strip(after.json) == strip(fresh.json)
    assert strip(after.json) != strip(before)


EACH_TIME = ("url", "site_url", "due_date", "reviewed")


def strip(answer: object) -> object:
    """Return an answer without what is different each time."""
    if isinstance(answer, dict):
        return {key: strip(value) for key, value in answer.items() if key not in EACH_TIME}
    return answer


def test_a_session_does_not_make_definitions_be_read_anew(own_world: World) -> None:
    session = posted(own_world, simple())
    revision = text("SELECT number FROM qatrack_revision")
    with own_world.store.read() as connection:
        before = connection.execute(revision).scalar()
    posted(own_world, simple(work_completed="2018-07-20 10:00"))
    patch(own_world, session, work_completed="2018-07-27 10:00")
    with own_world.store.read() as connection:
        assert connection.execute(revision).scalar() == before
