"""How a filter compares a column with a text of the query, by the last word of its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, DecimalException
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, Float, Integer, bindparam, func, true

from qarunner.dialects.qatrack.rules.dates import read_date, read_datetime
from qarunner.store.types import LARGEST_NUMBER, UtcTime

Column = ColumnElement[Any]
ESCAPE = "\\"
LONGEST_LIST = 1000
"""Values of ``__in``."""
TRUTHS = {"true": True, "1": True, "false": False, "0": False}
NOT_A_NUMBER = "Enter a number."


def _exact(column: Column, text: str, zone: tzinfo) -> Any:
    return column == _sent(column, text, zone)


def _one_of(column: Column, text: str, zone: tzinfo) -> Any:
    parts = parts_of(text)
    if len(parts) > LONGEST_LIST:
        raise ValueError(f"Enter at most {LONGEST_LIST} values.")
    return column.in_([_sent(column, part, zone) for part in parts])


def parts_of(text: str) -> list[str]:
    """Return the values of ``__in``, without the empty ones."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _contains(column: Column, text: str, _zone: tzinfo) -> Any:
    # SQLite's LIKE knows no case; replacing does, in both databases.
    return (func.replace(column, text, "") != column if text else true()) if _is_text(column) else None


def _contains_whatever_case(column: Column, text: str, _zone: tzinfo) -> Any:
    return column.icontains(text, autoescape=True, escape=ESCAPE) if _is_text(column) else None


def _at_least(column: Column, text: str, zone: tzinfo) -> Any:
    return column >= _sent(column, text, zone) if _has_order(column) else None


def _at_most(column: Column, text: str, zone: tzinfo) -> Any:
    return column <= _sent(column, text, zone) if _has_order(column) else None


Comparison = Callable[[Column, str, tzinfo], Any]
COMPARISONS: Mapping[str, Comparison] = {
    "exact": _exact,
    "in": _one_of,
    "contains": _contains,
    "icontains": _contains_whatever_case,
    "gte": _at_least,
    "lte": _at_most,
}
"""Each returns a condition, or None where the column cannot be compared so.

They raise `ValueError` with a sentence for a person, where the text is no value of the column.
"""


def _is_text(column: Column) -> bool:
    return not isinstance(column.type, Boolean | Integer | Float | Date | UtcTime) and not _is_number(column)


def _is_number(column: Column) -> bool:
    return column.type.python_type in (int, float)


def _has_order(column: Column) -> bool:
    return not _is_text(column) and not isinstance(column.type, Boolean)


def _sent(column: Column, text: str, zone: tzinfo) -> Any:
    value = value_of(column, text, zone)
    # PostgreSQL refuses to compare an integer column with more than that holds, unless it knows the value as larger.
    whole = isinstance(value, int) and not isinstance(value, bool)
    return bindparam(None, value, type_=BigInteger, unique=True) if whole else value


def value_of(column: Column, text: str, zone: tzinfo) -> Any:
    """Return a text as the column has it.

    :raises ValueError: a sentence for a person.
    """
    kind: Any = column.type
    if isinstance(kind, UtcTime):
        return _time(text, zone)
    if isinstance(kind, Date):
        return _time(text, zone).date()
    if isinstance(kind, Boolean):
        return _truth(text)
    if not _is_number(column):
        return text
    return whole_number(text) if kind.python_type is int else _number(text)


def _time(text: str, zone: tzinfo) -> datetime:
    """Return a moment: a day is its beginning, and ISO 8601 without an offset is in the server's time zone."""
    try:
        day = read_date(text)
        moment = read_datetime(text, zone) if day is None else datetime(day.year, day.month, day.day, tzinfo=zone)
        moment = moment or datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        moment.astimezone(UTC)  # as which it is stored
    except (ValueError, OverflowError):
        raise ValueError("Enter a valid date/time.") from None
    return moment


def _truth(text: str) -> bool:
    if text.lower() not in TRUTHS:
        raise ValueError("Enter true or false.")
    return TRUTHS[text.lower()]


def whole_number(text: str) -> int:
    """Return a whole number, also one that is written ``1.0``.

    :raises ValueError: it is none, or larger than any that is stored.
    """
    try:
        value = Decimal(text)
    except DecimalException:
        raise ValueError(NOT_A_NUMBER) from None
    if not value.is_finite() or not -LARGEST_NUMBER <= value <= LARGEST_NUMBER or value != value.to_integral_value():
        raise ValueError(NOT_A_NUMBER)
    return int(value)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(NOT_A_NUMBER) from None
    if not abs(value) < float("inf"):
        raise ValueError(NOT_A_NUMBER)
    return value
