"""From when to when the results of a filter were, and that PostgreSQL goes there at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import event
from tests.peers.sample_results import START, sample
from tests.peers.stores import DATABASES, EmptyStores

from qarunner.results import Device, Outcome
from qarunner.store.engine import Store
from qarunner.store.errors import StoreBusyError
from qarunner.store.filter import parse
from qarunner.store.ingest import ingest_batch
from qarunner.store.listing import Sort, list_results
from qarunner.store.planning import choose
from qarunner.store.spans import ALWAYS, MOST_VALUES, NEVER, Span, span_of
from qarunner.store.submission import Submission

BUILDS = 50
EACH = 40


def moment(number: int) -> datetime:
    return START + timedelta(minutes=number)


@pytest.fixture(scope="module", params=DATABASES)
def builds(
    request: pytest.FixtureRequest, empty_stores: EmptyStores, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A store with the results of fifty builds, tested one after the other, on two nodes in turns."""
    address = empty_stores.empty_postgresql() if request.param == "postgresql" else ""
    store = Store.open(tmp_path_factory.mktemp("builds"), address)
    submissions = []
    for number in range(BUILDS * EACH):
        device = Device(model="T", build=f"{number // EACH:02}")
        outcome = Outcome.FAIL if number % 20 == 3 else Outcome.PASS
        made = sample(
            started=moment(number), outcome=outcome, node=f"n{number % 2}", tags={"week": f"{number // EACH}"}
        )
        result = structs.replace(made, device=device)
        submissions.append(Submission(result=result, category="nightly"))
    ingest_batch(store, submissions)
    if not store.is_sqlite:
        with store.write() as connection:
            connection.exec_driver_sql("ANALYZE results")
    yield store
    store.close()


@pytest.mark.parametrize(
    ("filter_text", "first", "last"),
    [
        ("build:07", 7 * EACH, 8 * EACH - 1),
        ("build:07 result:fail", 7 * EACH, 8 * EACH - 1),
        ("build:07 OR build:09", 7 * EACH, 10 * EACH - 1),
        ("build:0*", 0, 10 * EACH - 1),
        ("(build:07 OR build:none) node:n0", 7 * EACH, 8 * EACH - 1),
        ("category:nightly", 0, BUILDS * EACH - 1),
    ],
)
def test_a_span_begins_and_ends_with_the_results_of_the_values(
    builds: Store, filter_text: str, first: int, last: int
) -> None:
    with builds.read() as connection:
        assert span_of(connection, parse(filter_text)) == (moment(first), moment(last))


@pytest.mark.parametrize("filter_text", ["build:none", "build:07 build:09", "build:07 date:<2020", "build:x*"])
def test_what_cannot_be_is_known_at_once(builds: Store, filter_text: str) -> None:
    with builds.read() as connection:
        assert span_of(connection, parse(filter_text)) == NEVER
        assert list_results(connection, parse(filter_text)).rows == []


@pytest.mark.parametrize("filter_text", ["", "user:kim", "-build:07", "tag:x", '"no picture"', "build:07 OR user:kim"])
def test_what_may_be_at_any_time_has_no_span(builds: Store, filter_text: str) -> None:
    with builds.read() as connection:
        assert span_of(connection, parse(filter_text)) == ALWAYS


def test_too_many_values_are_not_looked_up(builds: Store) -> None:
    assert BUILDS > MOST_VALUES
    with builds.read() as connection:
        several = " OR ".join(f"build:{number:02}" for number in range(BUILDS))
        assert span_of(connection, parse(several)) == ALWAYS
        assert span_of(connection, parse('testcase:* build:"" OR build:*')) == ALWAYS


def test_spans_are_drawn_together() -> None:
    one, two, open_end = Span(moment(1), moment(5)), Span(moment(3), moment(9)), Span(moment(2), None)
    assert one.both(two) == (moment(3), moment(5))
    assert one.either(two) == (moment(1), moment(9))
    assert one.both(open_end) == (moment(2), moment(5))
    assert one.either(open_end) == (moment(1), None)
    assert one.both(Span(moment(6), None)).empty
    assert NEVER.either(one) == one
    assert NEVER.both(one).empty
    assert ALWAYS.either(one) == ALWAYS


@pytest.mark.parametrize("sort", [Sort("date", descending=True), Sort("date", descending=False)])
@pytest.mark.parametrize(
    "filter_text", ["build:07", "build:07 node:n1", "build:07 OR build:08", "build:07 -result:fail"]
)
def test_pages_of_old_results_follow_each_other(
    builds: Store, filter_text: str, sort: Sort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qarunner.store.planning.FEW", 5)
    seen: list[int] = []
    after = None
    with builds.read() as connection:
        whole = [row.number for row in list_results(connection, parse(filter_text), sort, limit=2000).rows]
        while True:
            page = list_results(connection, parse(filter_text), sort, limit=7, after=after)
            seen += [row.number for row in page.rows]
            after = page.cursor
            if after is None:
                break
    assert seen == whole
    assert sorted(whole, reverse=sort.descending) == whole


@pytest.mark.parametrize(
    ("filter_text", "index"),
    [("build:07", "build_started"), ("node:n1", "node_started"), ("result:pass node:n0", "node_outcome_started")],
)
def test_postgresql_follows_the_value_and_passes_by_nothing(builds: Store, filter_text: str, index: str) -> None:
    if builds.is_sqlite:
        pytest.skip("it follows what is compared and ordered")
    asked: list[tuple[str, Any]] = []
    with builds.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
        list_results(connection, parse(filter_text), limit=5)
        plan = connection.exec_driver_sql(f"EXPLAIN {asked[-1][0]}", asked[-1][1]).scalars().all()
    assert any(f"Scan Backward using ix_results_{index}" in step for step in plan), plan
    assert not any("Filter" in step and "build" in step for step in plan), plan


def test_postgresql_looks_a_rare_tag_up(builds: Store) -> None:
    if builds.is_sqlite:
        pytest.skip("it does what it is told")
    with builds.read() as connection:
        whole = [row.number for row in list_results(connection, parse("tag.week:3"), limit=2000).rows]
        assert len(whole) == EACH
        assert choose(connection, parse("tag.week:3"), by_date=True, limit=100).looked_up is not None
        first = list_results(connection, parse("tag.week:3"), limit=EACH - 7)
        second = list_results(connection, parse("tag.week:3"), limit=EACH, after=first.cursor)
        assert [row.number for row in (*first.rows, *second.rows)] == whole


def test_a_question_that_takes_too_long_is_ended(builds: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    if builds.is_sqlite:
        pytest.skip("it has no such limit")
    monkeypatch.setattr("qarunner.store.connect.READ_SECONDS", 0.2)
    address = builds.url.render_as_string(hide_password=False)
    with (
        Store.open(builds.data, address) as impatient,
        pytest.raises(StoreBusyError, match="took too long"),
        impatient.read() as connection,
    ):
        connection.exec_driver_sql("SELECT pg_sleep(30)")
