"""The kept counters say what counting would say, in whatever order results arrive."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import groupby, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from sqlalchemy import delete, or_, select
from tests.peers.sample_results import START, sample

from qarunner.results import Device, Outcome, Result
from qarunner.store.engine import Store
from qarunner.store.ingest import ingest_batch
from qarunner.store.models import NodeDay, Series, StoredResult, TestcaseDay
from qarunner.store.submission import RUNNER, Submission

Key = tuple[str, date, str, str]


def counted_by_hand(results: list[Result]) -> tuple[Counter[tuple[str, Key]], Counter[tuple[str, Key]]]:
    """Count everything anew: by testcase and by node."""
    testcases: Counter[tuple[str, Key]] = Counter()
    nodes: Counter[tuple[str, Key]] = Counter()
    for result in results:
        day, device = result.started.date(), result.device
        testcases[str(result.outcome), (result.testcase, day, device.model, device.build)] += 1
        nodes[str(result.outcome), (result.node, day, device.model, device.build)] += 1

    def series(result: Result) -> tuple[str, ...]:
        return (result.testcase, result.node, result.device.model, result.device.build)

    decided = [result for result in results if result.outcome in {Outcome.PASS, Outcome.FAIL}]
    for key, group in groupby(sorted(decided, key=lambda r: (series(r), r.started)), key=series):
        for earlier, later in pairwise(group):
            if earlier.outcome != later.outcome:
                testcases["transitions", (key[0], later.started.date(), key[2], key[3])] += 1
    return testcases, nodes


def kept(store: Store) -> tuple[Counter[tuple[str, Key]], Counter[tuple[str, Key]]]:
    """What the store has counted."""
    names = {f"{outcome}_count": str(outcome) for outcome in Outcome}
    with store.read() as connection:
        testcases: Counter[tuple[str, Key]] = Counter()
        for row in connection.execute(select(TestcaseDay)):
            for column, name in (names | {"transitions": "transitions"}).items():
                testcases[name, (row.testcase, row.day, row.model, row.build)] = getattr(row, column)
        nodes: Counter[tuple[str, Key]] = Counter()
        for node in connection.execute(select(NodeDay)):
            for column, name in names.items():
                nodes[name, (node.node, node.day, node.model, node.build)] = getattr(node, column)
    return +testcases, +nodes


def forget(store: Store) -> None:
    with store.write() as connection:
        for model in (StoredResult, TestcaseDay, NodeDay, Series):
            connection.execute(delete(model))


arrivals = st.lists(
    st.tuples(
        st.sampled_from(["one", "two"]),  # testcase
        st.sampled_from(["kitchen", "living-room"]),
        st.sampled_from(["1.0", "1.1"]),
        st.sampled_from(Outcome),
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(arrivals=arrivals, data=st.data())
def test_counters_equal_a_count_by_hand_in_any_order_of_arrival(
    store: Store, arrivals: list[tuple[str, str, str, Outcome]], data: st.DataObject
) -> None:
    forget(store)
    results = [
        sample(
            testcase=testcase,
            node=node,
            outcome=outcome,
            started=START + timedelta(hours=5 * number),
            device=Device(model="T", build=build),
        )
        for number, (testcase, node, build, outcome) in enumerate(arrivals)
    ]
    left = data.draw(st.permutations(results))
    while left:
        size = data.draw(st.integers(1, 8))
        ingest_batch(store, [Submission(result=result) for result in left[:size]])
        left = left[size:]
    assert kept(store) == counted_by_hand(results)


def test_a_transition_belongs_to_the_day_of_the_later_result(store: Store) -> None:
    before, after = START - timedelta(hours=13), START
    results = [sample(started=before), sample(started=after, outcome=Outcome.FAIL)]
    for result in reversed(results):
        ingest_batch(store, [Submission(result=result)])
    testcases, _nodes = kept(store)
    [(_name, key)] = [entry for entry in testcases if entry[0] == "transitions"]
    assert key[1] == after.date()


def test_seconds_are_summed_and_days_are_utc(store: Store) -> None:
    results = [sample(started=START.replace(hour=23, minute=59), duration=10), sample(duration=2.5)]
    ingest_batch(store, [Submission(result=result) for result in results])
    with store.read() as connection:
        rows = connection.execute(select(NodeDay.day, NodeDay.seconds)).all()
    assert [tuple(row) for row in rows] == [(date(2026, 3, 1), 12.5)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(arrivals=arrivals, data=st.data())
def test_what_stood_in_for_a_result_is_not_counted_once_the_result_is_there(
    store: Store, arrivals: list[tuple[str, str, str, Outcome]], data: st.DataObject
) -> None:
    forget(store)
    submissions: list[Submission] = []
    for number, (testcase, node, build, outcome) in enumerate(arrivals):
        result = sample(
            testcase=testcase,
            node=node,
            outcome=outcome,
            started=START + timedelta(hours=5 * number),
            device=Device(model="T", build=build),
        )
        other, hours = data.draw(st.sampled_from(Outcome)), data.draw(st.integers(-9, 9))
        started = result.started + timedelta(hours=hours, minutes=number + 1)  # no two at the same time
        name = data.draw(st.sampled_from(["one", "two", "list::one"]))
        stand_in = structs.replace(result, outcome=other, started=started, testcase=name)
        submissions += [Submission(result=stand_in, source="qatrack"), Submission(result=result)]
    left = data.draw(st.permutations(submissions))
    present: dict[str, Result] = {}
    while left:
        some = left[: data.draw(st.integers(1, 4))]
        left = left[len(some) :]
        ingest_batch(store, some)
        for one in sorted(some, key=lambda one: one.source == RUNNER):
            if one.source == RUNNER or one.result.id not in present:
                present[one.result.id] = one.result
        assert all_kept(store) == counted_by_hand(list(present.values()))
    with store.read() as connection:
        assert not connection.execute(select(TestcaseDay).where(TestcaseDay.testcase == "list::one")).first()


def all_kept(store: Store) -> tuple[Counter[tuple[str, Key]], Counter[tuple[str, Key]]]:
    """What the store has counted, also where that is less than nothing."""
    testcases, nodes = kept(store)
    columns = [getattr(TestcaseDay, f"{outcome}_count") for outcome in Outcome]
    with store.read() as connection:
        below = [column < 0 for column in (*columns, TestcaseDay.transitions)]
        assert connection.execute(select(TestcaseDay).where(or_(*below))).all() == []
    return testcases, nodes


def test_what_stood_in_is_no_neighbour_of_the_result_that_took_its_place(store: Store) -> None:
    first, last = sample(0), sample(20)
    own = sample(5, Outcome.FAIL)
    stand_in = structs.replace(own, started=START + timedelta(minutes=10))
    submissions = [Submission(result=first), Submission(result=stand_in, source="qatrack"), Submission(result=last)]
    for one in (*submissions, Submission(result=own)):
        ingest_batch(store, [one])
    assert all_kept(store) == counted_by_hand([first, own, last])
