"""Which value a test takes, by its type: from JSON to what is stored."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import tzinfo

from qarunner.dialects.qatrack.rules.dates import read_date, read_datetime
from qarunner.dialects.qatrack.rules.kinds import NUMBERS, TEXTS, Kind
from qarunner.dialects.qatrack.rules.records import EMPTY, ListedTest, Value


@dataclass(frozen=True, slots=True)
class WrongType:
    """The value is not one for this type of test."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The value is accepted, as the original does, but nothing of it is kept: a date that cannot be read."""


WRONG, LOST = WrongType(), Lost()


def read_value(
    test: ListedTest, given: object, *, skipped: bool, in_progress: bool, zone: tzinfo
) -> Value | WrongType | Lost:
    """Return the value to store for what was submitted; not for constants, composites and uploads.

    Null (or nothing) is a value only where it may be missing: skipped, in progress, a text or boolean without limits,
    or a date. True and false are numbers, 1 and 0.
    """
    if given is None or (given == "" and test.kind not in TEXTS):
        missing = skipped or in_progress or not _needed(test)
        return (Value(text=None) if given is None and test.kind in TEXTS else EMPTY) if missing else WRONG
    if test.kind in TEXTS:
        return _text(test, given)
    if test.kind in NUMBERS or test.kind is Kind.BOOLEAN:
        number = as_number(given)
        return WRONG if number is None else Value(number=number)
    return _moment(test.kind, given, zone)


def _needed(test: ListedTest) -> bool:
    if test.kind in TEXTS:
        return test.tolerance is not None
    if test.kind is Kind.BOOLEAN:
        return test.reference is not None
    return test.kind in NUMBERS


def as_number(given: object) -> float | None:
    """Return a JSON number or boolean as it is stored; None for what is no finite number."""
    if not isinstance(given, int | float):
        return None
    try:
        number = float(given)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _text(test: ListedTest, given: object) -> Value | WrongType:
    if isinstance(given, str):
        return Value(text=given)
    if test.tolerance is not None:  # the original stores a number as text, but cannot compare it with choices
        return WRONG
    try:
        return Value(text=str(given))
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list that is very deep
        return WRONG


def _moment(kind: Kind, given: object, zone: tzinfo) -> Value | Lost:
    if kind is Kind.DATE:
        day = read_date(given)
        return LOST if day is None else Value(date=day)
    try:
        moment = read_datetime(given, zone)
    except OverflowError:
        moment = None
    return LOST if moment is None else Value(datetime=moment)
