"""Old results go, by age or by size, after a look at what would go."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from tests.peers.sample_results import sample

from qarunner.results import Outcome, Run
from qarunner.store import retention
from qarunner.store.artifacts import collect_garbage, keep_artifact
from qarunner.store.clock import now
from qarunner.store.detail import result_detail
from qarunner.store.engine import Store
from qarunner.store.errors import ResultDeletedError, UnknownResultError
from qarunner.store.ingest import ingest
from qarunner.store.models import NodeDay, ResultTag, StoredRun, StoredStep, Tombstone
from qarunner.store.retention import Plan, Retention, carry_out, delete_result, plan
from qarunner.store.submission import Submission


def add(store: Store, days_old: float, data: bytes = b"", *, running: bool = False) -> str:
    started = now() - timedelta(days=days_old)
    run = Run(id=f"run-{days_old}", started=started)
    outcome = None if running else Outcome.PASS
    result = sample(started=started, run_id=run.id, tags={"a": "b"}, outcome=outcome)
    ingest(store, Submission(result=result, run=run))
    if data:
        with store.contents.stage([data]) as staged:
            keep_artifact(store, result.id, "a", staged)
    return result.id


def alive(store: Store, *identifiers: str) -> list[bool]:
    found = []
    for identifier in identifiers:
        try:
            with store.read() as connection:
                found.append(bool(result_detail(connection, identifier)))
        except ResultDeletedError:
            found.append(False)
    return found


def test_results_go_by_age_and_leave_a_tombstone(store: Store) -> None:
    old, new = add(store, 40, b"12345"), add(store, 20, b"123")
    planned = plan(store, Retention(days=30))
    assert (planned.results, planned.freed) == (1, 5)
    assert planned.oldest == planned.newest
    assert alive(store, old, new) == [True, True], "a plan changes nothing"
    assert carry_out(store, planned) == 1
    assert alive(store, old, new) == [False, True]
    assert collect_garbage(store, grace=timedelta(0)).bytes == 5
    assert plan(store, Retention(days=30)).results == 0


def test_nothing_goes_without_a_limit_or_when_all_is_within_it(store: Store) -> None:
    kept = add(store, 400, b"12345")
    for limits in (Retention(), Retention(days=500), Retention(most_bytes=5), Retention(free_bytes=1)):
        planned = plan(store, limits)
        assert planned == Plan(0, 0, None, None, None)
        assert carry_out(store, planned) == 0
    assert alive(store, kept) == [True]


def test_the_oldest_go_until_the_rest_fits(store: Store) -> None:
    results = [add(store, days, bytes([days]) * 100) for days in (4, 3, 2, 1)]
    planned = plan(store, Retention(most_bytes=250))
    assert (planned.results, planned.freed) == (2, 200)
    assert carry_out(store, planned) == 2
    assert alive(store, *results) == [False, False, True, True]


def test_bytes_that_newer_results_share_are_not_counted_as_freed(store: Store) -> None:
    results = [add(store, 4, b"x" * 100), add(store, 3, b"y" * 10), add(store, 1, b"x" * 100)]
    planned = plan(store, Retention(most_bytes=105))
    assert (planned.results, planned.freed) == (2, 10)
    carry_out(store, planned)
    assert alive(store, *results) == [False, False, True]


def test_everything_goes_when_even_that_is_not_enough(store: Store) -> None:
    results = [add(store, days, b"x" * days) for days in (2, 1)]
    planned = plan(store, Retention(free_bytes=2**60))
    assert (planned.results, planned.freed) == (2, 3)
    carry_out(store, planned)
    assert alive(store, *results) == [False, False]


def test_the_stricter_limit_counts(store: Store) -> None:
    for days in (4, 3, 2, 1):
        add(store, days, bytes([days]) * 100)
    assert plan(store, Retention(days=3.5, most_bytes=150)).results == 3
    assert plan(store, Retention(days=1.5, most_bytes=350)).results == 3


def test_running_results_stay(store: Store) -> None:
    running = add(store, 40, running=True)
    planned = plan(store, Retention(days=30))
    assert planned.results == 0
    carry_out(store, planned)
    assert alive(store, running) == [True]


def test_what_belongs_to_a_result_goes_with_it_and_counters_stay(store: Store) -> None:
    add(store, 40)
    add(store, 20)
    carry_out(store, plan(store, Retention(days=30)))
    with store.read() as connection:
        for model, left in ((StoredStep, 0), (ResultTag, 1), (StoredRun, 1), (Tombstone, 1)):
            assert connection.execute(select(func.count()).select_from(model)).scalar_one() == left
        assert connection.execute(select(func.sum(NodeDay.pass_count))).scalar_one() == 2


def test_many_results_go_in_short_transactions(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "DELETED_AT_ONCE", 2)
    results = [add(store, 40 + number) for number in range(5)]
    kept = add(store, 1)
    assert carry_out(store, plan(store, Retention(days=30))) == 5
    assert alive(store, *results, kept) == [False] * 5 + [True]


def test_very_old_tombstones_are_forgotten(store: Store) -> None:
    old = add(store, 1)
    delete_result(store, old, "test")
    with store.write() as connection:
        connection.execute(update(Tombstone).values(deleted=now() - retention.FORGOTTEN - timedelta(days=1)))
    carry_out(store, plan(store, Retention()))
    with store.read() as connection, pytest.raises(UnknownResultError):
        result_detail(connection, old)


def test_deleting_one_result_twice_says_so(store: Store) -> None:
    result = add(store, 1)
    delete_result(store, result, "private")
    with pytest.raises(ResultDeletedError):
        delete_result(store, result, "private")
    with store.read() as connection:
        assert connection.execute(select(Tombstone.reason)).scalar_one() == "private"


def test_bytes_that_are_as_good_as_free_are_not_freed_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    results = [add(store, days, bytes([days]) * 100) for days in (4, 3, 2, 1)]
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=1000))
    limit = Retention(free_bytes=1150)
    assert carry_out(store, plan(store, limit)) == 2
    assert plan(store, limit).results == 0, "the next clean-up frees them, and a backup may hold it up"
    assert alive(store, *results) == [False, False, True, True]


def test_deleting_can_be_stopped(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "DELETED_AT_ONCE", 2)
    for number in range(5):
        add(store, 40 + number)
    steps = iter([False, True])
    assert carry_out(store, plan(store, Retention(days=30)), stopped=lambda: next(steps)) == 2
    assert carry_out(store, plan(store, Retention(days=30))) == 3
