"""Days of a test list cycle. A plain list is a cycle of one day that nobody has to name."""

from __future__ import annotations

import re

from qarunner.dialects.qatrack.rules.records import Problem
from qarunner.dialects.qatrack.rules.texts import DAY_OUT_OF_RANGE, DAY_REQUIRED, NOT_AN_INTEGER, NOT_NULL
from qarunner.dialects.qatrack.rules.work_times import ABSENT

FIELD = "day"
_INTEGER = re.compile(r"[+-]?\d{1,18}(?:\.0*)?", re.ASCII)


def read_day(value: object, *, days: int, cycle: bool) -> int | Problem:
    """Return which day of the cycle was worked on, from 0.

    :param value: the body's, or `ABSENT`. :param days: how many days the cycle has. :param cycle: whether it is one.
    """
    if value is ABSENT:
        return Problem(DAY_REQUIRED) if cycle else 0
    if value is None:
        return Problem(NOT_NULL, FIELD)
    day = _integer(value)
    if day is None:
        return Problem(NOT_AN_INTEGER, FIELD)
    last = days - 1
    return day if 0 <= day <= last else Problem(DAY_OUT_OF_RANGE.format(day=day, last=last))


def _integer(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        text = str(value).strip()
    except ValueError:  # an integer of thousands of digits
        return None
    return int(text.partition(".")[0]) if _INTEGER.fullmatch(text) else None


def next_day(days: int, last: int | None) -> int | None:
    """Return the day to be worked on next: after the last one, from the start again; None in an empty cycle.

    :param last: the day of the latest session, None when there was none.
    """
    if days < 1:
        return None
    return 0 if last is None or not 0 <= last < days - 1 else last + 1
