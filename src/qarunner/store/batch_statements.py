"""The statements of an ingest, made once: making one costs more than running it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    JSON,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    union_all,
    update,
)

from qarunner.results import Outcome
from qarunner.store.models import (
    Job,
    NodeDay,
    ResultName,
    ResultTag,
    Series,
    StoredMeasurement,
    StoredResult,
    StoredRun,
    StoredStep,
    TestcaseDay,
    Tombstone,
)
from qarunner.store.upsert import table_of

COUNTS = tuple(f"{outcome}_count" for outcome in Outcome)
DECIDED = (Outcome.PASS, Outcome.FAIL)

_some: Any = bindparam("some", expanding=True)
_results, _tombs, _runs, _jobs = table_of(StoredResult), table_of(Tombstone), table_of(StoredRun), table_of(Job)
_names, _series = table_of(ResultName), table_of(Series)

KNOWN_RESULTS = union_all(
    select(_results.c.id, _results.c.number, _results.c.finished, _results.c.source).where(_results.c.id.in_(_some)),
    select(_tombs.c.id, literal_column("0"), literal_column("true"), literal_column("''")).where(
        _tombs.c.id.in_(_some)
    ),
)
"""id, number, finished, source of each of `some` ids that is known; number 0 when it was deleted."""

KNOWN_RUNS = select(_runs.c.id, _runs.c.record).where(_runs.c.id.in_(_some))
KNOWN_JOBS = select(_jobs.c.uid, _jobs.c.category, _jobs.c.branch, _jobs.c.revision, _jobs.c.username).where(
    _jobs.c.uid.in_(_some)
)
KNOWN_NAMES = select(_names.c.result, _names.c.dialect, _names.c.name).where(_names.c.result.in_(_some))
TAKEN_NAMES = select(_names.c.name).where(_names.c.dialect == bindparam("dialect"), _names.c.name.in_(_some))

NEXT_NUMBERS_POSTGRESQL = text(
    "SELECT nextval(pg_get_serial_sequence('results', 'number')) FROM generate_series(1, :count)"
)
LAST_NUMBER_SQLITE = text("SELECT seq FROM sqlite_sequence WHERE name = 'results'")
ONE_AT_A_TIME_POSTGRESQL = text("SELECT pg_advisory_xact_lock(7061001)")
"""Lets one ingest run at a time, as SQLite does by itself."""

KEPT = {"id", "number", "received"}
"""Columns that stay when a running result is replaced by its end."""
INSERT_RESULT = insert(_results)
UPDATE_RESULT = (
    update(_results)
    .where(_results.c.id == bindparam("this"))
    .values({column: bindparam(column.name) for column in _results.c if column.name not in KEPT})
)
COUNTED = select(
    *(_results.c[name] for name in ("testcase", "node", "model", "build", "started", "outcome", "duration", "job"))
).where(_results.c.number.in_(_some))
"""What the counters need of `some` results, in the order of `counters.Finished`."""
TAKE_BACK = update(_results).where(_results.c.number.in_(_some)).values(finished=False, outcome=None)
DELETE_LISTS = [
    delete(table_of(model)).where(table_of(model).c.result.in_(_some))
    for model in (StoredStep, StoredMeasurement, ResultTag)
]
INSERT_STEP, INSERT_MEASUREMENT, INSERT_TAG, INSERT_NAME = (
    insert(table_of(model)) for model in (StoredStep, StoredMeasurement, ResultTag, ResultName)
)

COUNT_JOB = (
    update(_jobs)
    .where(_jobs.c.uid == bindparam("job"))
    .values({name: _jobs.c[name] + bindparam(f"more_{name}") for name in COUNTS})
)
DAY_KEY = ("same_name", "same_day", "same_model", "same_build")


def _forget_day(model: Any, name: str) -> Any:
    """Return the statement that removes a day on which nothing is counted any more."""
    columns = table_of(model).c
    key = [columns[column] == bindparam(f"same_{word}") for column, word in ((name, "name"), *_DAY)]
    return delete(table_of(model)).where(*key, *(columns[count] == 0 for count in COUNTS))


_DAY = tuple((word, word) for word in ("day", "model", "build"))
FORGET_TESTCASE_DAY, FORGET_NODE_DAY = _forget_day(TestcaseDay, "testcase"), _forget_day(NodeDay, "node")

SERIES_KEY = ("testcase", "node", "model", "build")
_of_series = [_series.c[name] == bindparam(f"same_{name}") for name in SERIES_KEY]
SERIES_ENDS = update(_series).where(*_of_series).values(started=bindparam("last"), outcome=bindparam("ends"))
FORGET_SERIES = delete(_series).where(*_of_series)
_series_key = [_series.c[name] for name in SERIES_KEY]


def _latest_of_series(wanted: Any, part: Callable[[Any, int], Any]) -> Any:
    """Return the query: each wanted series is looked up in the index. A list of tuples would be looked for in all rows.

    :param wanted: a function of the database that gives the members of a list in JSON.
    :param part: how it takes a part of a member.
    """
    keys = [part(wanted.c.value, place) == column for place, column in enumerate(_series_key)]
    return select(*_series_key, _series.c.started, _series.c.outcome).select_from(wanted).join(_series, and_(*keys))


_some_keys = bindparam("some", type_=JSON)
LATEST_OF_SERIES = {
    "sqlite": _latest_of_series(
        func.json_each(_some_keys).table_valued("value"),
        lambda value, place: func.json_extract(value, f"$[{place}]"),
    ),
    "postgresql": _latest_of_series(
        func.json_array_elements(_some_keys).table_valued("value"), lambda value, place: value.op("->>")(place)
    ),
}
"""By database: the key, started and outcome of `some` series."""

_same = [
    *(_results.c[name] == bindparam(f"same_{name}") for name in SERIES_KEY),
    _results.c.outcome.in_(DECIDED),
]
_first, _last = (bindparam(name, type_=_results.c.started.type) for name in ("first", "last"))
# Not as a maximum: that would look at all of the testcase's results, this looks at the nearest ones.
_before = select(_results.c.started).where(*_same, _results.c.started < _first).order_by(_results.c.started.desc())
_after = select(_results.c.started).where(*_same, _results.c.started > _last).order_by(_results.c.started)
SERIES_BETWEEN = (
    select(_results.c.started, _results.c.outcome)
    .where(*_same, _results.c.started >= func.coalesce(_before.limit(1).scalar_subquery(), _first))
    .where(_results.c.started <= func.coalesce(_after.limit(1).scalar_subquery(), _last))
    .order_by(_results.c.started, _results.c.number)
)
"""started, outcome of a series from the one before `first` to the one after `last`, in order."""
