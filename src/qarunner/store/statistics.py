"""What the kept counters say: flaky testcases, failures by node, pass rates over time. Nothing here reads a result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select

from qarunner.store.batch_statements import COUNTS
from qarunner.store.filter_sql import hidden
from qarunner.store.models import NodeDay, TestcaseDay
from qarunner.store.upsert import table_of


class Counts(NamedTuple):
    """How many results ended how."""

    passed: int
    failed: int
    errors: int
    skipped: int
    seconds: float
    """Sum of their durations."""

    @property
    def pass_rate(self) -> float | None:
        """How many of those that say something of the device passed, 0 to 1. Errors are the rig's and do not count."""
        decided = self.passed + self.failed
        return self.passed / decided if decided else None

    @property
    def total(self) -> int:
        """All of them."""
        return self.passed + self.failed + self.errors + self.skipped


class FlakyTestcase(NamedTuple):
    """A testcase that passed and failed in turns while nothing changed: same node, same device model and build."""

    testcase: str
    transitions: int
    """How often it went from pass to fail or back."""
    counts: Counts
    """Of all its results in that time."""


class NodeCounts(NamedTuple):
    """What became of the results of one node."""

    node: str
    counts: Counts


class DayCounts(NamedTuple):
    """What became of the results of one day (UTC), of one device model and build."""

    day: date
    model: str
    build: str
    counts: Counts


_nodes, _testcases = table_of(NodeDay), table_of(TestcaseDay)


def flaky_testcases(
    connection: Connection, since: date, until: date | None = None, *, limit: int = 100, build: str | None = None
) -> list[FlakyTestcase]:
    """Return the testcases with the most transitions from `since` to `until` (both included), most first.

    :param build: of the device; None for all.
    """
    table = _testcases
    conditions = [*_days(table, since, until), *([] if build is None else [table.c.build == build])]
    changes = func.sum(table.c.transitions)
    # SQLite is kept from following the order of the names, which would lead it through all days there ever were.
    group = hidden(table.c.testcase) if connection.dialect.name == "sqlite" else table.c.testcase
    query = select(table.c.testcase, changes).where(*conditions, table.c.transitions > 0).group_by(group)
    ordered = query.order_by(changes.desc(), table.c.testcase).limit(limit)
    worst = {row[0]: int(row[1]) for row in connection.execute(ordered)}
    grouped = _sums(table, table.c.testcase).where(*conditions, table.c.testcase.in_(worst)).group_by(table.c.testcase)
    counts = {row[0]: _counts(row[1:]) for row in connection.execute(grouped)}
    return [FlakyTestcase(testcase, number, counts[testcase]) for testcase, number in worst.items()]


def node_counts(connection: Connection, since: date, until: date | None = None) -> list[NodeCounts]:
    """Return what became of each node's results, the node with the largest share of fails and errors first."""
    query = _sums(_nodes, _nodes.c.node).where(*_days(_nodes, since, until)).group_by(_nodes.c.node)
    found = [NodeCounts(row[0], _counts(row[1:])) for row in connection.execute(query)]
    return sorted(found, key=lambda n: (-(n.counts.failed + n.counts.errors) / (n.counts.total or 1), n.node))


def history_of_node(connection: Connection, node: str, since: date, until: date | None = None) -> list[DayCounts]:
    """Return what became of a node's results by day, device model and build, in that order."""
    return _by_day(connection, _nodes, [_nodes.c.node == node, *_days(_nodes, since, until)])


def history_of_testcase(
    connection: Connection, testcase: str, since: date, until: date | None = None
) -> list[DayCounts]:
    """Return what became of a testcase's results by day, device model and build, in that order."""
    return _by_day(connection, _testcases, [_testcases.c.testcase == testcase, *_days(_testcases, since, until)])


def pass_rates(
    connection: Connection, since: date, until: date | None = None, *, model: str | None = None
) -> list[DayCounts]:
    """Return what became of all results by day, device model and build, in that order.

    :param model: of the device; None for all.
    """
    conditions = [*_days(_nodes, since, until), *([] if model is None else [_nodes.c.model == model])]
    return _by_day(connection, _nodes, conditions)


def _by_day(connection: Connection, table: Any, conditions: Sequence[ColumnElement[bool]]) -> list[DayCounts]:
    keys = (table.c.day, table.c.model, table.c.build)
    query = _sums(table, *keys).where(*conditions).group_by(*keys).order_by(*keys)
    return [DayCounts(row[0], row[1], row[2], _counts(row[3:])) for row in connection.execute(query)]


def _sums(table: Any, *keys: Any) -> Select[Any]:
    return select(*keys, *(func.sum(table.c[name]) for name in (*COUNTS, "seconds")))


def _counts(sums: Sequence[Any]) -> Counts:
    return Counts(int(sums[0]), int(sums[1]), int(sums[2]), int(sums[3]), float(sums[4]))


def _days(table: Any, since: date, until: date | None) -> list[ColumnElement[bool]]:
    return [table.c.day >= since, *([] if until is None else [table.c.day <= until])]
