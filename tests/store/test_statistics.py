"""The views of the counters, small enough to check by eye."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.peers.sample_results import START, sample

from qarunner.results import Device, Outcome
from qarunner.store.engine import Store
from qarunner.store.errors import StoreError
from qarunner.store.ingest import ingest_batch
from qarunner.store.known_values import known_values
from qarunner.store.statistics import (
    Counts,
    DayCounts,
    flaky_testcases,
    history_of_node,
    history_of_testcase,
    node_counts,
    pass_rates,
)
from qarunner.store.submission import Submission

PASS, FAIL, ERROR, SKIP = Outcome.PASS, Outcome.FAIL, Outcome.ERROR, Outcome.SKIP
FIRST = date(2026, 3, 1)
SECOND = date(2026, 3, 2)

# testcase, node, build, day, outcome; each lasts two seconds
HISTORY = [
    ("steady", "kitchen", "1.0", 0, PASS),
    ("steady", "kitchen", "1.0", 1, PASS),
    ("flaky", "kitchen", "1.0", 0, PASS),
    ("flaky", "kitchen", "1.0", 0, FAIL),
    ("flaky", "kitchen", "1.0", 0, ERROR),  # says nothing of the device
    ("flaky", "kitchen", "1.0", 1, PASS),
    ("flaky", "kitchen", "1.1", 1, FAIL),  # another build: no transition
    ("fixed once", "kitchen", "1.0", 0, FAIL),
    ("fixed once", "kitchen", "1.0", 1, PASS),
    ("fails on one node", "kitchen", "1.0", 0, PASS),
    ("fails on one node", "attic", "1.0", 0, FAIL),
    ("fails on one node", "kitchen", "1.0", 1, PASS),
    ("fails on one node", "attic", "1.0", 1, FAIL),
    ("skipped", "attic", "1.0", 0, SKIP),
]


@pytest.fixture(autouse=True)
def history(store: Store) -> None:
    submissions = [
        Submission(
            result=sample(
                testcase=testcase,
                node=node,
                outcome=outcome,
                started=START + timedelta(days=day, minutes=minute),
                duration=2.0,
                device=Device(model="T-1", build=build),
            ),
            category="nightly" if day else "default",
        )
        for minute, (testcase, node, build, day, outcome) in enumerate(HISTORY)
    ]
    ingest_batch(store, submissions)


def test_flaky_testcases_are_those_that_change_while_nothing_else_does(store: Store) -> None:
    with store.read() as connection:
        found = flaky_testcases(connection, FIRST)
        assert [(f.testcase, f.transitions) for f in found] == [("flaky", 2), ("fixed once", 1)]
        assert found[0].counts == Counts(2, 2, 1, 0, 10.0)
        assert [f.testcase for f in flaky_testcases(connection, FIRST, limit=1)] == ["flaky"]
        assert [(f.testcase, f.transitions) for f in flaky_testcases(connection, SECOND)] == [
            ("fixed once", 1),
            ("flaky", 1),
        ]
        assert [f.testcase for f in flaky_testcases(connection, FIRST, FIRST)] == ["flaky"]
        assert flaky_testcases(connection, FIRST, build="1.1") == []
        assert flaky_testcases(connection, SECOND + timedelta(days=1)) == []


def test_nodes_are_shown_worst_first(store: Store) -> None:
    with store.read() as connection:
        found = node_counts(connection, FIRST)
    assert [(n.node, n.counts) for n in found] == [
        ("attic", Counts(0, 2, 0, 1, 6.0)),
        ("kitchen", Counts(7, 3, 1, 0, 22.0)),
    ]


def test_the_history_of_a_testcase_is_by_day_and_build(store: Store) -> None:
    with store.read() as connection:
        assert history_of_testcase(connection, "flaky", FIRST) == [
            DayCounts(FIRST, "T-1", "1.0", Counts(1, 1, 1, 0, 6.0)),
            DayCounts(SECOND, "T-1", "1.0", Counts(1, 0, 0, 0, 2.0)),
            DayCounts(SECOND, "T-1", "1.1", Counts(0, 1, 0, 0, 2.0)),
        ]
        assert history_of_testcase(connection, "unknown", FIRST) == []


def test_the_history_of_a_node_is_by_day_and_build(store: Store) -> None:
    with store.read() as connection:
        assert history_of_node(connection, "attic", FIRST, FIRST) == [
            DayCounts(FIRST, "T-1", "1.0", Counts(0, 1, 0, 1, 4.0))
        ]


def test_pass_rates_leave_errors_and_skips_out(store: Store) -> None:
    with store.read() as connection:
        rates = {(day.day, day.build): day.counts.pass_rate for day in pass_rates(connection, FIRST)}
        assert pass_rates(connection, FIRST, model="other") == []
    assert rates == {
        (FIRST, "1.0"): pytest.approx(3 / 6),
        (SECOND, "1.0"): pytest.approx(4 / 5),
        (SECOND, "1.1"): 0.0,
    }
    assert Counts(0, 0, 5, 5, 1.0).pass_rate is None
    assert Counts(1, 2, 3, 4, 1.0).total == 10


@pytest.mark.parametrize(
    ("field", "prefix", "expected"),
    [
        ("testcase", "", ["fails on one node", "fixed once", "flaky", "skipped", "steady"]),
        ("testcase", "f", ["fails on one node", "fixed once", "flaky"]),
        ("node", "", ["attic", "kitchen"]),
        ("build", "1.", ["1.0", "1.1"]),
        ("result", "", ["error", "fail", "pass", "skip"]),
        ("category", "n", ["nightly"]),
        ("job", "", []),
        ("node", "z", []),
        ("node", "k\0", []),
    ],
)
def test_values_of_a_field_are_offered(store: Store, field: str, prefix: str, expected: list[str]) -> None:
    with store.read() as connection:
        assert known_values(connection, field, prefix) == expected
        assert known_values(connection, field, prefix, limit=1) == expected[:1]


def test_only_fields_with_an_index_offer_their_values(store: Store) -> None:
    with store.read() as connection, pytest.raises(StoreError, match="details"):
        known_values(connection, "details")
