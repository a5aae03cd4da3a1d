"""One store: sessions become results, join those of the runner, and are counted once."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.session_bodies import NUMBERS, everything, patched, post, posted, simple
from tests.peers.sample_results import sample

from qarunner.dialects.qatrack import qa_dialects
from qarunner.dialects.qatrack.joining.joiner import Joiner
from qarunner.results import Outcome, Result
from qarunner.store.detail import result_detail
from qarunner.store.errors import StoreBusyError
from qarunner.store.ingest import ingest
from qarunner.store.models import NodeDay, StoredResult, qatrack
from qarunner.store.retention import delete_result
from qarunner.store.submission import Submission


def kept(world: World) -> dict[str, tuple[str, str]]:
    """Return source and outcome of all results, by testcase."""
    columns = (StoredResult.testcase, StoredResult.source, StoredResult.outcome)
    with world.store.read() as connection:
        return {row.testcase: (row.source, str(row.outcome)) for row in connection.execute(select(*columns))}


def counted(world: World) -> dict[str, int]:
    """Return how many results of each outcome were counted."""
    with world.store.read() as connection:
        rows = connection.execute(select(NodeDay)).all()
    return {str(outcome): sum(getattr(row, f"{outcome}_count") for row in rows) for outcome in Outcome}


def result_of(world: World, test: Any) -> Result:
    """Return the result that a test of a session stands for."""
    number = int(test["url"].rstrip("/").rpartition("/")[2])
    instance: Any = qatrack.TestInstance
    with world.store.read() as connection:
        identifier = connection.execute(select(instance.result).where(instance.id == number)).scalar_one()
        return result_detail(connection, identifier).result


def test_a_strangers_session_becomes_a_result_for_each_test(own_world: World) -> None:
    answer = posted(own_world, everything({"menu_opens": {"value": False, "comment": "black"}}, comment="by hand"))
    assert kept(own_world) == {
        "everything::menu_opens": ("qatrack", "fail"),
        "everything::zap_time": ("qatrack", "pass"),
        "everything::hue": ("qatrack", "pass"),
        "everything::sharpness": ("qatrack", "pass"),
        "everything::picture": ("qatrack", "pass"),
        "everything::verdict": ("qatrack", "pass"),
    }
    failed = result_of(own_world, answer["tests"]["menu_opens"])
    assert (failed.failures[0].message, failed.node) == ("black", "living-room")
    assert failed.notes == ("by hand", "firmware: 4.2.1", "built_on: 01 Jul 2018", "started_at: 06 Jul 2018 09:59")
    [measured] = result_of(own_world, answer["tests"]["zap_time"]).measurements
    assert (measured.value, measured.low, measured.high) == (1000.0, 800.0, 1200.0)
    with own_world.store.read() as connection:
        assert connection.execute(select(StoredResult.user)).scalars().first() == "ben"


def test_a_session_in_progress_is_no_result_until_it_is_completed(own_world: World) -> None:
    session = posted(own_world, simple(tests={}, in_progress=True))
    assert kept(own_world) == {}
    patched(own_world, session, in_progress=False, tests=NUMBERS)
    assert len(kept(own_world)) == 3


def test_a_change_changes_the_results_and_what_is_counted(own_world: World) -> None:
    session = posted(own_world, everything({"menu_opens": {"value": False}}))
    before = result_of(own_world, session["tests"]["menu_opens"])
    assert counted(own_world) == {"pass": 5, "fail": 1, "error": 0, "skip": 0}
    patched(own_world, session, tests={"menu_opens": {"value": True}, "zap_time": {"value": 2000}})
    after = result_of(own_world, session["tests"]["menu_opens"])
    assert (after.id, after.outcome, after.failures) == (before.id, Outcome.PASS, ())
    assert counted(own_world) == {"pass": 5, "fail": 1, "error": 0, "skip": 0}
    assert kept(own_world)["everything::zap_time"] == ("qatrack", "fail")


def run_of_both(world: World, order: str) -> dict[str, Result]:
    """Deliver one run by the server's own reporter and by the one for QATrack+, in either order; return its results."""
    outcomes = {"menu_opens": Outcome.PASS, "sharpness": Outcome.FAIL, "picture": Outcome.ERROR, "hue": Outcome.SKIP}
    own = {
        macro: sample(outcome=outcome, reason="why", testcase=f"tests/tv.py::test_{macro}", node="living-room")
        for macro, outcome in outcomes.items()
    }
    body = everything(
        {
            "menu_opens": {"value": True},
            "zap_time": {"value": 1150},  # a measurement of the first
            "sharpness": {"value": "blurred"},
            "picture": {"skipped": True, "comment": "error: why"},
            "hue": {"skipped": True, "comment": "skipped: why"},
        },
        user_key="run 1",
        qarunner={"results": {macro: result.id for macro, result in own.items()} | {"zap_time": own["menu_opens"].id}},
    )
    for step in order:
        if step == "q":
            posted(world, body)
        else:
            for result in own.values():
                ingest(world.store, Submission(result=result))
    return own


@pytest.mark.parametrize("order", ["q", "qs", "sq", "sqs"])
def test_one_run_by_two_reporters_is_counted_once(own_world: World, order: str) -> None:
    own = run_of_both(own_world, order)
    assert counted(own_world) == {"pass": 1, "fail": 1, "error": 1, "skip": 1}
    with own_world.store.read() as connection:
        stored = {
            identifier: result_detail(connection, identifier).result for identifier in (r.id for r in own.values())
        }
        assert len(connection.execute(select(StoredResult.id)).all()) == len(own)
    assert {one.outcome for one in stored.values()} == set(Outcome)
    if "s" in order:  # the fuller record, whichever came first
        assert stored == {result.id: result for result in own.values()}
    here = own_world.get("/api/qa/testinstances/?limit=100")["results"]
    verdicts = {int(test["order"]): test["pass_fail"] for test in here}
    assert [verdicts[place] for place in (0, 1, 3)] == ["ok", "tolerance", "action"]
    assert [verdicts[place] for place in (2, 8)] == ["not_done", "not_done"]


def test_a_reporter_may_name_its_results_when_it_completes_a_session(own_world: World) -> None:
    own = sample(outcome=Outcome.PASS, testcase="tests/tv.py::test_numbers", node="living-room")
    session = posted(own_world, simple(tests={}, in_progress=True))
    named = {"results": {"number_1": own.id}}
    patched(own_world, session, in_progress=False, tests=NUMBERS, qarunner=named)
    assert list(kept(own_world)) == ["simple-api-example::number_1"]
    ingest(own_world.store, Submission(result=own))
    assert kept(own_world) == {own.testcase: ("qarunner", "pass")}
    patched(own_world, session, tests={"number_1": {"value": 3}})
    assert kept(own_world) == {own.testcase: ("qarunner", "pass")}


def test_nobody_changes_a_result_by_naming_it(own_world: World) -> None:
    mine = posted(own_world, simple())
    theirs = result_of(own_world, mine["tests"]["number_1"])
    other = everything({"menu_opens": {"value": False}}, qarunner={"results": {"menu_opens": theirs.id}})
    session = posted(own_world, other)
    patched(own_world, session, tests={"menu_opens": {"value": False, "comment": "again"}})
    assert result_of(own_world, mine["tests"]["number_1"]) == theirs
    assert len(kept(own_world)) == 3


def test_a_deleted_result_stays_deleted(own_world: World) -> None:
    session = posted(own_world, simple())
    delete_result(own_world.store, result_of(own_world, session["tests"]["number_1"]).id, "private")
    patched(own_world, session, tests={"number_1": {"value": 9}})
    assert "simple-api-example::number_1" not in kept(own_world)
    assert own_world.get(session["tests"]["number_1"]["url"])["value"] == 9.0


def test_what_was_cut_off_is_made_up_for(own_world: World, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def busy(*_arguments: object) -> None:
        raise StoreBusyError("the database was busy for too long", "Try again.")

    monkeypatch.setattr("qarunner.dialects.qatrack.joining.joiner.ingest_batch", busy)
    with caplog.at_level(logging.WARNING):
        assert post(own_world, simple()).status_code == 201
    assert "results of sessions are made later: the database was busy" in caplog.text
    assert kept(own_world) == {}
    monkeypatch.undo()
    dialect = next(one for one in qa_dialects() if one.upkeep is not None)
    assert dialect.upkeep is not None
    dialect.upkeep(own_world.services)
    assert len(kept(own_world)) == 3


def test_many_that_wait_are_made_up_for_at_once(own_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Joiner, "work", lambda _self: None)
    for _session in range(3):
        posted(own_world, simple())
    monkeypatch.undo()
    monkeypatch.setattr("qarunner.dialects.qatrack.joining.waiting.MOST", 2)
    monkeypatch.setattr("qarunner.dialects.qatrack.joining.joiner.MOST", 2)
    Joiner(own_world.store, own_world.services.zone).work()
    assert counted(own_world)["pass"] == 9


def test_one_that_can_be_no_result_is_not_in_the_way_of_others(own_world: World, caplog: Any) -> None:
    with own_world.store.write() as connection:
        connection.execute(update(qatrack.TestList).where(qatrack.TestList.id == 1).values(slug="x" * 1600))
    with caplog.at_level(logging.WARNING):
        posted(own_world, simple())
    assert "1500 bytes" in caplog.text
    posted(own_world, everything())
    assert len(kept(own_world)) == 6
