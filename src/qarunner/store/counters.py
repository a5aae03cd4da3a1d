"""Keeps the counters of `qarunner.store.models.counters` as results finish, in the same transaction as the results.

A transition is a pass after a fail or a fail after a pass of one testcase on one node, device model and build, in the
order of the results' start. Results that arrive late are counted where they belong.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from qarunner.results import Outcome
from qarunner.store import batch_statements as statements
from qarunner.store.batch_statements import COUNTS, DECIDED, SERIES_KEY
from qarunner.store.models import NodeDay, Series, TestcaseDay
from qarunner.store.portions import in_portions
from qarunner.store.upsert import insert_or_add, insert_or_set

if TYPE_CHECKING:
    from sqlalchemy import Connection

PLACE_OF = {outcome: place for place, outcome in enumerate(Outcome)}
SECONDS = len(COUNTS)
TRANSITIONS = SECONDS + 1


class Finished(NamedTuple):
    """What the counters need of one result that has just finished."""

    testcase: str
    node: str
    model: str
    build: str
    started: datetime
    outcome: Outcome
    duration: float
    """Seconds."""
    job: str


class _Point(NamedTuple):
    started: datetime
    outcome: Outcome


SeriesKey = tuple[str, str, str, str]
"""testcase, node, model, build"""


Transitions = Mapping[tuple[str, str, str, date], int]
"""By testcase, model, build and day."""
SERIES_COLUMNS = (*SERIES_KEY, *_Point._fields)


def count(connection: Connection, finished: Sequence[Finished]) -> None:
    """Count results that were not finished before. Call it before their rows are written."""
    if not finished:
        return
    _add_all(connection, finished, _transitions(connection, finished), 1)


def uncount(connection: Connection, finished: Sequence[Finished]) -> None:
    """Take results out again: other records take their places. Call it before their rows are changed."""
    if not finished:
        return
    _add_all(connection, finished, _lost_transitions(connection, finished), -1)
    nodes = {(one.node, one.started.date(), one.model, one.build) for one in finished}
    testcases = {(one.testcase, one.started.date(), one.model, one.build) for one in finished}
    for statement, keys in ((statements.FORGET_NODE_DAY, nodes), (statements.FORGET_TESTCASE_DAY, testcases)):
        connection.execute(statement, [dict(zip(statements.DAY_KEY, key, strict=True)) for key in sorted(keys)])


def _add_all(connection: Connection, finished: Sequence[Finished], transitions: Transitions, sign: int) -> None:
    nodes: dict[Any, list[float]] = defaultdict(lambda: [0] * (TRANSITIONS + 1))
    testcases: dict[Any, list[float]] = defaultdict(lambda: [0] * (TRANSITIONS + 1))
    for result in finished:
        day = result.started.date()
        for row in (
            nodes[result.node, day, result.model, result.build],
            testcases[result.testcase, day, result.model, result.build],
        ):
            row[PLACE_OF[result.outcome]] += sign
            row[SECONDS] += sign * result.duration
    for (testcase, model, build, day), changes in transitions.items():
        testcases[testcase, day, model, build][TRANSITIONS] += changes
    _add(connection, NodeDay, ("node", "day", "model", "build", *COUNTS, "seconds"), nodes)
    _add(connection, TestcaseDay, ("testcase", "day", "model", "build", *COUNTS, "seconds", "transitions"), testcases)
    _count_jobs(connection, finished, sign)


def _add(connection: Connection, model: Any, names: Sequence[str], sums: dict[Any, list[float]]) -> None:
    # In the order of the keys, so that two writers of PostgreSQL never wait for each other in a circle.
    rows = [dict(zip(names, (*key, *sums[key]), strict=False)) for key in sorted(sums)]
    connection.execute(insert_or_add(connection, model, *names[4:]), rows)


def _count_jobs(connection: Connection, finished: Iterable[Finished], sign: int) -> None:
    """Count in the rows of the jobs; a job that the store does not know counts nothing."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * len(COUNTS))
    for result in finished:
        if result.job:
            sums[result.job][PLACE_OF[result.outcome]] += sign
    if sums:
        names = ["job", *(f"more_{name}" for name in COUNTS)]
        rows = [dict(zip(names, (job, *counts), strict=True)) for job, counts in sorted(sums.items())]
        connection.execute(statements.COUNT_JOB, rows)


def _by_series(finished: Sequence[Finished]) -> dict[SeriesKey, list[_Point]]:
    """Return the passes and fails of each series, in order."""
    found: dict[SeriesKey, list[_Point]] = defaultdict(list)
    for result in finished:
        if result.outcome in DECIDED:
            found[result[:4]].append(_Point(result.started, result.outcome))
    for points in found.values():
        points.sort()
    return found


def _latest(connection: Connection, keys: Iterable[SeriesKey]) -> dict[SeriesKey, _Point]:
    """Return where each series stands."""
    latest: dict[SeriesKey, _Point] = {}
    for some in in_portions(sorted(keys)):
        for row in connection.execute(statements.LATEST_OF_SERIES[connection.dialect.name], {"some": some}):
            latest[row[0], row[1], row[2], row[3]] = _Point(row[4], row[5])
    return latest


def _lost_transitions(connection: Connection, finished: Sequence[Finished]) -> Transitions:
    """Return how many transitions there are less without the results, as negative numbers; move each series back."""
    changes: dict[tuple[str, str, str, date], int] = defaultdict(int)
    gone = _by_series(finished)
    latest = _latest(connection, gone)
    for key, points in sorted(gone.items()):
        there = _between(connection, key, points)
        left = list((Counter(there) - Counter(points)).elements())
        testcase, _node, model, build = key
        for day, number in _difference(left, points).items():
            changes[testcase, model, build, day] -= number
        if key in latest and latest[key].started <= points[-1].started:
            _end_series(connection, key, max(left, default=None))
    return changes


def _end_series(connection: Connection, key: SeriesKey, last: _Point | None) -> None:
    """Say where a series stands now: nowhere, where none of it is left."""
    same = {f"same_{name}": word for name, word in zip(SERIES_KEY, key, strict=True)}
    if last is None:
        connection.execute(statements.FORGET_SERIES, same)
    else:
        connection.execute(statements.SERIES_ENDS, {**same, "last": last.started, "ends": last.outcome})


def _transitions(connection: Connection, finished: Sequence[Finished]) -> Transitions:
    """Return how many transitions the results add; remember where each series is."""
    arrived = _by_series(finished)
    latest = _latest(connection, arrived)
    changes: dict[tuple[str, str, str, date], int] = defaultdict(int)
    moved = []
    for key, points in sorted(arrived.items()):
        last = latest.get(key)
        before: list[_Point] = []
        if last is not None:
            before = _between(connection, key, points) if points[0].started < last.started else [last]
        testcase, _node, model, build = key
        for day, number in _difference(before, points).items():
            changes[testcase, model, build, day] += number
        if last is None or points[-1].started >= last.started:
            moved.append(dict(zip(SERIES_COLUMNS, key + points[-1], strict=True)))
    if moved:
        connection.execute(insert_or_set(connection, Series, *_Point._fields), moved)
    return changes


def _between(connection: Connection, key: SeriesKey, points: Sequence[_Point]) -> list[_Point]:
    """Return what is known of a series around `points`, with one neighbour on either side."""
    names = ("same_testcase", "same_node", "same_model", "same_build", "first", "last")
    values = dict(zip(names, (*key, points[0].started, points[-1].started), strict=True))
    return [_Point(*row) for row in connection.execute(statements.SERIES_BETWEEN, values)]


def _difference(before: list[_Point], arrived: list[_Point]) -> dict[date, int]:
    """Return how many more transitions there are on each day when `arrived` joins `before`."""
    changes = _by_day(sorted(before + arrived, key=lambda point: point.started))
    for day, number in _by_day(before).items():
        changes[day] -= number
    return {day: number for day, number in changes.items() if number}


def _by_day(points: list[_Point]) -> dict[date, int]:
    days: dict[date, int] = defaultdict(int)
    for earlier, later in pairwise(points):
        if earlier.outcome != later.outcome:
            days[later.started.date()] += 1
    return days
