"""What the kept counters say: history, flaky testcases, failures by node, pass rates. Nothing here reads results."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec

from qarunner.access import Action
from qarunner.dialects.endpoint import Answer, Endpoint, Query
from qarunner.store import statistics
from qarunner.store.clock import now
from qarunner.store.filter.tree import Field, Pattern
from qarunner.store.listing import list_results
from qarunner.store.rows import ResultRow

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

USUAL_DAYS = 30


class Days(Query, frozen=True):
    """Which days (UTC), both included."""

    since: date | None = None
    """30 days before today when it is not given."""
    until: date | None = None

    @property
    def first(self) -> date:
        """The first day."""
        return self.since or now().date() - timedelta(days=USUAL_DAYS)


class TestcaseDays(Days, frozen=True, kw_only=True):
    """Which testcase."""

    __test__ = False

    testcase: str
    limit: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 100
    """Results."""


class FlakyDays(Days, frozen=True):
    """Which testcases."""

    build: str | None = None
    """Of the device."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class ModelDays(Days, frozen=True):
    """Which devices."""

    model: str | None = None


class Counts(Answer, frozen=True):
    """How many results ended how."""

    passed: int
    failed: int
    errors: int
    skipped: int
    seconds: float
    """Sum of their durations."""
    pass_rate: float | None
    """Passes among passes and fails, 0 to 1; null when there are none. Errors are the rig's and do not count."""


class Day(Answer, frozen=True):
    """The results of one day, of one device model and build."""

    day: date
    model: str
    build: str
    counts: Counts


class DayList(Answer, frozen=True):
    """By day, device model and build, in that order."""

    days: list[Day]


class TestcaseHistory(Answer, frozen=True):
    """What became of a testcase."""

    __test__ = False

    testcase: str
    days: list[Day]
    results: list[ResultRow]
    """The newest ones, newest first."""


class Flaky(Answer, frozen=True):
    """A testcase that passed and failed in turns while nothing changed: same node, same device model and build."""

    testcase: str
    transitions: int
    """How often it went from pass to fail or back."""
    counts: Counts


class FlakyList(Answer, frozen=True):
    """Flaky testcases, the worst first."""

    testcases: list[Flaky]


class NodeFailures(Answer, frozen=True):
    """What became of the results of one node."""

    node: str
    counts: Counts


class NodeFailureList(Answer, frozen=True):
    """Nodes, the one with the largest share of fails and errors first."""

    nodes: list[NodeFailures]


def endpoints(services: Services) -> Iterable[Endpoint]:
    """Return the routes."""
    store = services.store

    def get_history(query: TestcaseDays) -> TestcaseHistory:
        with store.read() as connection:
            days = statistics.history_of_testcase(connection, query.testcase, query.first, query.until)
            rows = (
                list_results(connection, Field("testcase", Pattern((query.testcase,))), limit=query.limit).rows
                if query.limit
                else []
            )
        return TestcaseHistory(testcase=query.testcase, days=_days(days), results=rows)

    def get_flaky(query: FlakyDays) -> FlakyList:
        with store.read() as connection:
            found = statistics.flaky_testcases(
                connection, query.first, query.until, limit=query.limit, build=query.build
            )
        flaky = [Flaky(testcase=f.testcase, transitions=f.transitions, counts=_counts(f.counts)) for f in found]
        return FlakyList(testcases=flaky)

    def get_node_failures(query: Days) -> NodeFailureList:
        with store.read() as connection:
            found = statistics.node_counts(connection, query.first, query.until)
        return NodeFailureList(nodes=[NodeFailures(node=n.node, counts=_counts(n.counts)) for n in found])

    def get_node_history(node: str, query: Days) -> DayList:
        with store.read() as connection:
            return DayList(days=_days(statistics.history_of_node(connection, node, query.first, query.until)))

    def get_pass_rates(query: ModelDays) -> DayList:
        with store.read() as connection:
            return DayList(days=_days(statistics.pass_rates(connection, query.first, query.until, model=query.model)))

    for path, summary, view, answer, kind in (
        ("/history", "What became of a testcase", get_history, TestcaseHistory, TestcaseDays),
        ("/flaky", "Testcases that pass and fail in turns", get_flaky, FlakyList, FlakyDays),
        ("/failures", "Failures by node", get_node_failures, NodeFailureList, Days),
        ("/failures/{node}", "What became of a node's results by day", get_node_history, DayList, Days),
        ("/pass-rates", "Pass rate over time by device model and build", get_pass_rates, DayList, ModelDays),
    ):
        yield Endpoint("GET", path, summary, view, Action.SEE_RESULTS, answer=answer, query=kind)


def _counts(counts: statistics.Counts) -> Counts:
    passed, failed, errors, skipped, seconds = counts
    return Counts(
        passed=passed, failed=failed, errors=errors, skipped=skipped, seconds=seconds, pass_rate=counts.pass_rate
    )


def _days(days: Iterable[statistics.DayCounts]) -> list[Day]:
    return [Day(day=d.day, model=d.model, build=d.build, counts=_counts(d.counts)) for d in days]
