"""Taking results in: once each, all or none, with what their run and job know."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import func, insert, select
from tests.peers.sample_results import START, sample

from qarunner.results import Artifact, Device, Outcome, Run, Step, new_id
from qarunner.store.clock import now
from qarunner.store.detail import ResultDetail, result_detail, result_detail_by_name
from qarunner.store.engine import Store
from qarunner.store.errors import ResultDeletedError, UnknownResultError
from qarunner.store.ingest import ingest, ingest_batch, ingest_run
from qarunner.store.models import Job, JobState, StoredResult, TestcaseDay
from qarunner.store.retention import delete_result
from qarunner.store.submission import RejectedResultError, Submission


def detail(store: Store, identifier: str) -> ResultDetail:
    with store.read() as connection:
        return result_detail(connection, identifier)


def counted(store: Store) -> tuple[int, int]:
    """How many results there are, and how many were counted."""
    with store.read() as connection:
        rows = connection.execute(select(func.count()).select_from(StoredResult)).scalar_one()
        day = TestcaseDay
        sums = func.sum(day.pass_count + day.fail_count + day.error_count + day.skip_count)
        return rows, connection.execute(select(sums)).scalar() or 0


def add_job(store: Store, uid: str = "/living-room/0a23/972", **columns: Any) -> str:
    with store.write() as connection:
        values = {"uid": uid, "node": "living-room", "state": JobState.RUNNING, "created": now(), **columns}
        connection.execute(insert(Job).values(values))
    return uid


def test_a_result_delivered_twice_is_one_result(store: Store) -> None:
    result = sample()
    first = ingest(store, Submission(result=result))
    second = ingest(store, Submission(result=structs.replace(result, duration=99.0)))
    assert (first.state, second.state, second.number) == ("new", "known", first.number)
    assert detail(store, result.id).row.duration == 2.5
    assert counted(store) == (1, 1)


def test_a_result_twice_in_one_batch_is_one_result_and_its_end_counts(store: Store) -> None:
    running = sample(outcome=None)
    ended = structs.replace(running, finished=True, outcome=Outcome.PASS)
    stored = ingest_batch(store, [Submission(result=r) for r in (running, ended, running)])
    assert {s.number for s in stored} == {stored[0].number}
    assert detail(store, running.id).row.outcome is Outcome.PASS
    assert counted(store) == (1, 1)


def test_a_running_result_is_replaced_by_its_end_and_never_the_other_way_round(store: Store) -> None:
    running = sample(outcome=None, steps=(Step(keyword="Given", name="one", status="untested"),), tags={"a": "1"})
    ended = structs.replace(
        running,
        finished=True,
        outcome=Outcome.FAIL,
        steps=(Step(keyword="Given", name="one", status="passed"), Step(keyword="Then", name="two", status="failed")),
        tags={"b": "2"},
        artifacts=(Artifact(path="video.mp4", size=9),),
    )
    ingest(store, Submission(result=running))
    assert counted(store) == (1, 0)
    assert ingest(store, Submission(result=ended)).state == "updated"
    assert ingest(store, Submission(result=running)).state == "known"
    assert detail(store, running.id).result == ended
    assert counted(store) == (1, 1)


def test_a_deleted_result_stays_deleted_when_it_is_delivered_again(store: Store) -> None:
    result = sample()
    ingest(store, Submission(result=result))
    delete_result(store, result.id, "private")
    assert ingest(store, Submission(result=result)).state == "deleted"
    assert counted(store) == (0, 1)
    with pytest.raises(ResultDeletedError):
        detail(store, result.id)


def test_a_result_that_never_was_is_unknown(store: Store) -> None:
    for identifier in (new_id(), "", "\0", "' OR 1=1 --"):
        with pytest.raises(UnknownResultError):
            detail(store, identifier)
        with store.read() as connection, pytest.raises(UnknownResultError):
            result_detail_by_name(connection, "stbt", identifier)


REJECTED: list[tuple[dict[str, Any], str]] = [
    ({"id": "1"}, "UUID"),
    ({"id": new_id().upper()}, "UUID"),
    ({"testcase": ""}, "testcase"),
    ({"started": START.replace(tzinfo=None)}, "time zone"),
    ({"outcome": None, "finished": True}, "finished without"),
    ({"finished": False}, "running and has"),
    ({"testcase": "x" * 1501}, "1500 bytes"),
    ({"node": "ü" * 251}, "500 bytes"),
    ({"tags": {"x" * 501: ""}}, "500 bytes"),
    ({"tags": {"x": "y" * 2001}}, "2000 bytes"),
    ({"device": Device(build="x" * 501)}, "build"),
]


@pytest.mark.parametrize(("changes", "why"), REJECTED)
def test_one_impossible_result_rejects_the_whole_batch(store: Store, changes: dict[str, Any], why: str) -> None:
    bad = structs.replace(sample(), **changes)
    with pytest.raises(RejectedResultError, match=why):
        ingest_batch(store, [Submission(result=sample()), Submission(result=bad)])
    assert counted(store) == (0, 0)


def test_the_longest_texts_that_are_taken_can_be_stored_and_found(store: Store) -> None:
    long = "\U0001f4fa" * 125
    result = sample(
        testcase="\U0001f4fa" * 375, node=long, tags={long: long * 4}, device=Device(model=long, build=long)
    )
    ingest(store, Submission(result=result, category=long, job=long))
    assert detail(store, result.id).result == result


def test_what_the_result_does_not_say_comes_from_its_run(store: Store) -> None:
    run = Run(
        id="run-1",
        node="kitchen",
        started=START,
        category="nightly",
        revision="c0ffee",
        user="kim",
        job_uid="/kitchen/0000/1",
        device=Device(model="T-800", build="2.0"),
    )
    with_run = sample(node="", device=Device())
    ingest(store, Submission(result=with_run, run=run))
    later = sample(node="", device=Device(build="3.0"))
    ingest(store, Submission(result=later, category="mine"))
    row = detail(store, with_run.id).row
    assert (row.node, row.category, row.revision, row.user, row.job) == (
        "kitchen",
        "nightly",
        "c0ffee",
        "kim",
        "/kitchen/0000/1",
    )
    assert (row.model, row.build) == ("T-800", "2.0")
    row = detail(store, later.id).row
    assert (row.node, row.category, row.model, row.build) == ("kitchen", "mine", "T-800", "3.0")
    assert detail(store, later.id).run == run


def test_the_last_word_of_a_run_is_kept(store: Store) -> None:
    running = Run(id="run-1", started=START)
    ended = structs.replace(running, duration=12.0, exit_code=1)
    mended = structs.replace(ended, exit_code=2)
    result = sample()
    ingest(store, Submission(result=result, run=running))
    for run, kept in ((ended, ended), (running, ended), (mended, mended)):
        ingest_run(store, run)
        assert detail(store, result.id).run == kept


def test_a_result_without_category_is_in_the_default_one(store: Store) -> None:
    result = sample()
    ingest(store, Submission(result=result))
    assert detail(store, result.id).row.category == "default"


def test_what_a_job_was_started_with_outranks_what_its_results_say(store: Store) -> None:
    uid = add_job(store, category="soak", branch="refs/heads/main", revision="beef", user="robin")
    result = sample()
    ingest(store, Submission(result=result, job=uid, category="other", branch="x", revision="y", user="z"))
    row = detail(store, result.id).row
    assert (row.category, row.branch, row.revision, row.user) == ("soak", "refs/heads/main", "beef", "robin")


def test_a_job_counts_its_results_once(store: Store) -> None:
    uid = add_job(store)
    outcomes = [Outcome.PASS, Outcome.PASS, Outcome.FAIL, Outcome.ERROR, Outcome.SKIP, None]
    batch = [Submission(result=sample(outcome=outcome), job=uid) for outcome in outcomes]
    for _ in range(2):
        ingest_batch(store, batch)
    ingest(store, Submission(result=sample(), job="/another/0000/1"))
    with store.read() as connection:
        counts = connection.execute(select(Job.pass_count, Job.fail_count, Job.error_count, Job.skip_count)).one()
    assert tuple(counts) == (2, 1, 1, 1)


def test_dialects_name_results_and_find_them_by_name(store: Store) -> None:
    store.namers["stbt"] = lambda naming: f"{naming.job}/{naming.result.started:%Y-%m-%d_%H.%M.%S}"
    store.namers["none"] = lambda _naming: ""
    result = sample()
    stored = ingest(store, Submission(result=result, job="/n/0/1", names={"qtest": "4711"}))
    assert stored.names == {"stbt": "/n/0/1/2026-03-01_12.00.00", "qtest": "4711"}
    assert ingest(store, Submission(result=result)).names == stored.names
    assert detail(store, result.id).names == stored.names
    with store.read() as connection:
        assert result_detail_by_name(connection, "stbt", stored.names["stbt"]).row.id == result.id
        with pytest.raises(UnknownResultError):
            result_detail_by_name(connection, "cometa", stored.names["stbt"])


def test_names_that_are_taken_get_the_number_of_the_result(store: Store) -> None:
    store.namers["stbt"] = lambda naming: f"/n/{naming.result.started:%H.%M}"
    results = [sample() for _ in range(3)]
    first = ingest(store, Submission(result=results[0]))
    rest = ingest_batch(store, [Submission(result=result) for result in results[1:]])
    names = [stored.names["stbt"] for stored in (first, *rest)]
    assert names == ["/n/12.00", f"/n/12.00_{rest[0].number}", f"/n/12.00_{rest[1].number}"]
    with store.read() as connection:
        assert [result_detail_by_name(connection, "stbt", name).row.id for name in names] == [r.id for r in results]


def test_the_name_of_a_deleted_result_says_that_it_was_deleted(store: Store) -> None:
    store.namers["stbt"] = lambda _naming: "/n/1"
    result = sample()
    ingest(store, Submission(result=result))
    delete_result(store, result.id, "old")
    with store.read() as connection, pytest.raises(ResultDeletedError):
        result_detail_by_name(connection, "stbt", "/n/1")
    other = sample()
    assert ingest(store, Submission(result=other)).names["stbt"].startswith("/n/1_")


def test_numbers_follow_the_arrival_and_are_never_given_twice(store: Store) -> None:
    results = [sample(-n) for n in range(5)]
    numbers = [ingest(store, Submission(result=result)).number for result in results]
    delete_result(store, results[-1].id, "old")
    numbers.append(ingest(store, Submission(result=sample())).number)
    assert numbers == sorted(set(numbers))


def test_a_batch_of_thousands_is_stored_whole(store: Store) -> None:
    store.namers["stbt"] = lambda naming: f"/n/{naming.result.started:%Y-%m-%d_%H.%M.%S}"
    results = [sample(n, started=START + timedelta(seconds=n // 2)) for n in range(2100)]
    stored = ingest_batch(store, [Submission(result=result) for result in results])
    assert [s.id for s in stored] == [r.id for r in results]
    assert counted(store) == (2100, 2100)
    assert len({s.names["stbt"] for s in stored}) == 2100
    assert {s.state for s in ingest_batch(store, [Submission(result=r) for r in results])} == {"known"}


def test_the_runners_own_record_takes_the_place_of_what_stood_in_for_it(store: Store) -> None:
    own = sample(outcome=Outcome.FAIL, reason="no menu", steps=(Step(keyword="Then", name="one", status="failed"),))
    stand_in = structs.replace(own, testcase="list::menu", outcome=Outcome.PASS, failures=(), steps=(), tags={"a": "1"})
    first = ingest(store, Submission(result=stand_in, source="qatrack"))
    running = structs.replace(own, finished=False, outcome=None, failures=())
    assert ingest(store, Submission(result=running)).state == "known"
    second = ingest(store, Submission(result=own))
    assert (second.state, second.number) == ("updated", first.number)
    kept = detail(store, own.id)
    assert (kept.result, kept.row.source) == (own, "qarunner")
    assert counted(store) == (1, 1)


def test_what_stands_in_never_takes_the_place_of_the_runners_own_record(store: Store) -> None:
    running = sample(outcome=None)
    stand_in = structs.replace(running, finished=True, outcome=Outcome.PASS, testcase="list::menu")
    ingest(store, Submission(result=running))
    for amends in (False, True):
        assert ingest(store, Submission(result=stand_in, source="qatrack", amends=amends)).state == "known"
    assert detail(store, running.id).result == running


def test_a_dialect_changes_only_what_it_said_itself(store: Store) -> None:
    first = sample(outcome=Outcome.PASS)
    changed = structs.replace(first, outcome=Outcome.FAIL)
    ingest(store, Submission(result=first, source="qatrack"))
    assert ingest(store, Submission(result=changed, source="qatrack")).state == "known"
    assert ingest(store, Submission(result=changed, source="cometa", amends=True)).state == "known"
    assert ingest(store, Submission(result=changed, source="qatrack", amends=True)).state == "updated"
    assert detail(store, first.id).row.outcome is Outcome.FAIL
    assert counted(store) == (1, 1)


def test_a_deleted_result_is_not_brought_back_by_the_runners_own_record(store: Store) -> None:
    stand_in = sample()
    ingest(store, Submission(result=stand_in, source="qatrack"))
    delete_result(store, stand_in.id, "private")
    assert ingest(store, Submission(result=stand_in)).state == "deleted"
