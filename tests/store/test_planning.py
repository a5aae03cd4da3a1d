"""How the database is told to find results: by what is rare, by one value, or in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.peers.sample_results import START, sample

from qarunner.results import Outcome
from qarunner.store import planning
from qarunner.store.engine import Store
from qarunner.store.filter import parse
from qarunner.store.filter.tree import All
from qarunner.store.ingest import ingest_batch
from qarunner.store.listing import Sort, list_results
from qarunner.store.planning import choose, indexable
from qarunner.store.submission import Submission


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Three hundred results, of which ten failed."""
    opened = Store.open(tmp_path_factory.mktemp("planning"))
    submissions = []
    for number in range(300):
        failed = number % 30 == 7
        result = sample(
            started=START + timedelta(minutes=number),
            outcome=Outcome.FAIL if failed else Outcome.PASS,
            reason="EPG is empty" if failed else "",
            testcase=f"tests/{'rare' if failed else 'often'}.py::test_{number % 3}",
            duration=number / 10,
            tags={"rare": "1"} if failed else {"often": "1"},
        )
        submissions.append(Submission(result=result, user="kim", category="often"))
    ingest_batch(opened, submissions)
    opened.optimize()
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def few_are_twenty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "FEW", 20)


RARE = ["-result:pass", "testcase:tests/rare*", "empty", "tag:rare", "duration:<0.5", "node:nowhere", "date:2026-03-02"]
RARE += ["(result:fail OR result:error)", "(result:fail OR duration:<0.5)"]
OFTEN = ["-result:fail", "testcase:tests/*", "tag:often", "duration:>1", "node:living-room", "reason:ep*", "user:kim"]
OFTEN += ["(result:pass OR user:nobody)", "testcase:*rare*", "-tag:rare"]


@pytest.mark.parametrize("often", OFTEN)
@pytest.mark.parametrize("rare", RARE)
def test_the_rare_term_is_looked_up_and_the_other_checked(store: Store, rare: str, often: str) -> None:
    where = parse(f"{often} {rare}")
    assert isinstance(where, All)
    with store.read() as connection:
        chosen = choose(connection, where, by_date=False, limit=100)
    assert chosen.looked_up == where.parts[-1]
    assert chosen.checked == where.parts[:-1]


@pytest.mark.parametrize("often", OFTEN)
def test_results_are_gone_through_in_order_when_nothing_is_rare(store: Store, often: str) -> None:
    with store.read() as connection:
        chosen = choose(connection, parse(often), by_date=False, limit=1)
    if often != "reason:ep*":  # only the ten have a reason
        assert (chosen.looked_up, chosen.followed, chosen.visible) == (None, (), ())


@pytest.mark.parametrize(
    ("filter_text", "followed"),
    [
        ("", []),
        ("date:>-7d", []),
        ("category:often", ["category"]),
        ("job:/x", ["job"]),
        ("testcase:x date:>-7d", ["testcase"]),
        ("node:a", ["node"]),
        ("result:fail node:a date:>-7d", ["node", "result"]),
    ],
)
def test_what_an_index_has_in_order_is_followed_without_counting(
    store: Store, filter_text: str, followed: list[str]
) -> None:
    with store.read() as connection:
        chosen = choose(connection, parse(filter_text), by_date=True, limit=100)
    assert [term.name for term in chosen.followed] == followed
    assert (chosen.looked_up, chosen.checked, chosen.spanned) == (None, (), False)


@pytest.mark.parametrize(
    ("filter_text", "followed"),
    [
        ("category:often result:fail", ["result"]),
        ("testcase:tests/often.py::test_1 category:often build:often", ["build"]),
        ("category:often user:kim", ["category"]),
        ("result:pass category:often node:living-room", ["category"]),
        ("result:pass node:living-room user:kim", ["node", "result"]),
        ("category:often duration:>1 date:>2020", ["category"]),
        ("build:a build:b", ["build"]),
        ("testcase:tests/* user:kim", []),
    ],
)
def test_the_rarest_value_is_followed_else_one_of_which_there_are_few_as_a_rule(
    store: Store, filter_text: str, followed: list[str]
) -> None:
    with store.read() as connection:
        chosen = choose(connection, parse(filter_text), by_date=True, limit=100)
    assert [term.name for term in chosen.followed] == followed
    assert chosen.looked_up is None
    assert chosen.checked != ()


def test_what_is_rarer_than_any_value_is_looked_up(store: Store) -> None:
    where = parse("category:often tag:rare")
    assert isinstance(where, All)
    with store.read() as connection:
        assert choose(connection, where, by_date=True, limit=100).looked_up == where.parts[1]


@pytest.mark.parametrize(
    "filter_text", ["user:kim", "revision:c0ffee*", "testcase:*x", "tag:*x", "reason:ab", "-tag:x"]
)
def test_terms_without_an_index_are_never_counted(filter_text: str) -> None:
    assert not indexable(parse(filter_text))
    assert not indexable(parse(f"{filter_text} OR result:fail"))


@pytest.mark.parametrize(
    ("filter_text", "sort", "index"),
    [
        ("", Sort(), "ix_results_started"),
        ("category:often", Sort(), "ix_results_category_started"),
        ("testcase:a", Sort(), "ix_results_testcase_started"),
        ("node:a result:fail", Sort(), "ix_results_node_outcome_started"),
        ("node:a", Sort(), "ix_results_node_started"),
        ("node:living-room category:often", Sort(), "ix_results_category_started"),
        ("testcase:tests/often* user:kim", Sort(), "ix_results_started"),
        ("", Sort("duration"), "ix_results_duration_started"),
        ("", Sort("testcase", descending=False), "ix_results_testcase_started"),
        ("empty", Sort(), "results_text"),
        ("tag:rare", Sort(), "ix_result_tags_name_value_result"),
        ("duration:<0.5", Sort(), "ix_results_duration_started"),
    ],
)
def test_sqlite_uses_the_index_that_was_made_for_it(store: Store, filter_text: str, sort: Sort, index: str) -> None:
    with store.read() as connection:
        driver = connection.connection.dbapi_connection
        assert driver
        asked: list[str] = []
        driver.set_trace_callback(asked.append)
        list_results(connection, parse(filter_text), sort)
        driver.set_trace_callback(None)
        [*_questions, page] = [statement for statement in asked if statement.startswith("SELECT results.number")]
        plans = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {page}")]
    assert any(index in step for step in plans), plans
    if not filter_text:
        assert not any("TEMP B-TREE" in step for step in plans), plans
