"""When the work on a list was started and completed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from qarunner.dialects.qatrack.rules.dates import read_datetime
from qarunner.dialects.qatrack.rules.records import Problem
from qarunner.dialects.qatrack.rules.texts import (
    COMPLETED_BEFORE_STARTED,
    DATETIME_OUT_OF_RANGE,
    NOT_A_DATETIME,
    NOT_NULL,
    REQUIRED,
)

ABSENT = object()
"""Stands for a key that is not in the body."""
NO_TIME_AT_ALL = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class WorkTimes:
    """Both in the server's zone; completed is later than started."""

    started: datetime
    completed: datetime


def read_work_times(
    started: object, completed: object, *, now: datetime, zone: tzinfo, previous: WorkTimes | None = None
) -> WorkTimes | tuple[Problem, ...]:
    """Return the two times of a body, or what is wrong with them.

    Work that is not said to be completed is completed now. Times that are equal become a minute apart.

    :param previous: the stored ones, which stay where a session is changed and the body does not have them.
    """
    begin = _read("work_started", started, previous.started if previous else None, zone)
    end = _read("work_completed", completed, previous.completed if previous else now.astimezone(zone), zone)
    if isinstance(begin, Problem) or isinstance(end, Problem):
        return tuple(part for part in (begin, end) if isinstance(part, Problem))
    try:
        return _in_order(begin, end)
    except OverflowError:
        return (Problem(DATETIME_OUT_OF_RANGE, "work_completed"),)


def _in_order(begin: datetime, end: datetime) -> WorkTimes | tuple[Problem, ...]:
    # In UTC, because two times of one zone are compared by their clocks, also in the hour that a zone has twice.
    first, last = begin.astimezone(UTC), end.astimezone(UTC)
    if last < first:
        return (Problem(COMPLETED_BEFORE_STARTED),)
    return WorkTimes(begin, (last + NO_TIME_AT_ALL).astimezone(end.tzinfo) if last == first else end)


def _read(field: str, text: object, default: datetime | None, zone: tzinfo) -> datetime | Problem:
    if text is ABSENT:
        return default or Problem(REQUIRED, field)
    if text is None:
        return Problem(NOT_NULL, field)
    try:
        return read_datetime(text, zone) or Problem(NOT_A_DATETIME, field)
    except OverflowError:
        return Problem(DATETIME_OUT_OF_RANGE, field)
