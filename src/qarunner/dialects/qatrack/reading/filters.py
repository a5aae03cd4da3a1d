"""Turns the parameters of a query into conditions: ``unit_test_info__unit__name__icontains=x``, with ``!`` to negate.

A name goes from relation to relation, ends at a column and may end with how to compare. What the API does not know is
passed over, as it always was, and told back so that nobody trusts a list that was not filtered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import Boolean, ColumnElement, Date, Float, Integer, and_, exists, func, select, true

from qarunner.dialects.qatrack.problems import RefusedFieldsError
from qarunner.dialects.qatrack.resources.spec import Relation, Resource
from qarunner.dialects.qatrack.rules.dates import read_date, read_datetime
from qarunner.store.types import UtcTime

Condition = ColumnElement[bool]
Column = ColumnElement[Any]
Resources = Mapping[str, Resource]

ESCAPE = "\\"
DEEPEST = 8
"""Relations in a row that a filter may take."""
LONGEST_LIST = 1000
"""Values of ``__in``."""


class Filters(NamedTuple):
    """What a query asks for."""

    conditions: list[Condition]
    unknown: list[str]
    """Names of parameters that were passed over."""


class _Asked(NamedTuple):
    """One parameter, or what is left of it after the first relations of its name."""

    name: str
    words: list[str]
    text: str


def read_filters(
    resource: Resource, resources: Resources, parameters: Iterable[tuple[str, str]], zone: tzinfo
) -> Filters:
    """Read the parameters of a list.

    :raises RefusedFieldsError: a value does not fit its column; says which.
    """
    reading = _Reading(resources, zone)
    asked = [_Asked(name, name.removesuffix("!").split("__"), text) for name, text in parameters]
    conditions = reading.of(resource, [one for one in asked if not one.name.endswith("!")])
    for one in asked:
        if one.name.endswith("!"):
            conditions += [~condition for condition in reading.of(resource, [one])]
    if reading.errors:
        raise RefusedFieldsError(reading.errors)
    return Filters(conditions, reading.unknown)


class _Reading:
    """Makes conditions, and remembers what could not become one."""

    def __init__(self, resources: Resources, zone: tzinfo) -> None:
        self.unknown: list[str] = []
        self.errors: dict[str, list[str]] = {}
        self._resources = resources
        self._zone = zone

    def of(self, resource: Resource, asked: Iterable[_Asked]) -> list[Condition]:
        """Return the conditions for a row of `resource`; they are never NULL.

        What goes by the same relation must hold for one row of its target together.
        """
        conditions: list[Condition] = []
        further: dict[str, list[_Asked]] = {}
        for one in asked:
            head, *rest = one.words
            if rest and rest[0] not in COMPARISONS and len(rest) < DEEPEST and resource.relation(head) is not None:
                further.setdefault(head, []).append(_Asked(one.name, rest, one.text))
            else:
                conditions += self._here(resource, one)
        for head, several in further.items():
            relation = resource.relation(head)
            assert relation is not None
            target = self._resources.get(relation.target)
            inner = self.of(target, several) if target is not None else []
            if target is None:
                self.unknown += [one.name for one in several]
            elif inner:
                conditions.append(_reaches(resource.table, relation, target, and_(*inner)))
        return conditions

    def _here(self, resource: Resource, one: _Asked) -> list[Condition]:
        try:
            condition = self._column(resource, one.words, one.text)
        except ValueError as error:
            self.errors[one.name.removesuffix("!")] = [str(error)]
            return []
        if condition is None:
            self.unknown.append(one.name)
            return []
        return [condition]

    def _column(self, resource: Resource, words: list[str], text: str) -> Condition | None:
        """Return the condition of a name that ends at this row, None for one that is unknown."""
        attribute, relation = resource.column(words[0]), resource.relation(words[0])
        if attribute is None and relation is not None and len(words) == 1:
            target = self._resources.get(relation.target)
            keyed: Any = None if target is None else target.table
            return None if target is None else _reaches(resource.table, relation, target, keyed.id == _number(text))
        if attribute is None:
            return _limit(resource, words, text, self._zone)
        column = getattr(resource.table, attribute)
        compare = COMPARISONS.get("__".join(words[1:]) or "exact")
        condition = None if compare is None else compare(column, text, self._zone)
        return None if condition is None else and_(column.is_not(None), condition)


def _limit(resource: Resource, words: list[str], text: str, zone: tzinfo) -> Condition | None:
    """Return the condition of ``<time>_min`` or ``<time>_max``."""
    base, _, end = words[0].rpartition("_")
    attribute = resource.column(base) if end in ("min", "max") and len(words) == 1 else None
    if attribute is None:
        return None
    column = getattr(resource.table, attribute)
    if not isinstance(column.type, UtcTime | Date):
        return None
    value = _value(column, text, zone)
    return and_(column.is_not(None), column >= value if end == "min" else column <= value)


def _reaches(table: Any, relation: Relation, target: Resource, inner: Condition) -> Condition:
    """Return whether a row meets one of the target's rows that fulfil a condition."""
    there: Any = target.table
    if not relation.column:
        return exists(select(there.id).where(inner))
    column = getattr(table, relation.column)
    if relation.through is None:
        other = getattr(there, relation.other)
        return and_(column.is_not(None), column.in_(select(other).where(other.is_not(None), inner)))
    between, owner, member = relation.through
    members = select(there.id).where(inner)
    found: Condition = column.in_(select(getattr(between, owner)).where(getattr(between, member).in_(members)))
    return found


def _exact(column: Column, text: str, zone: tzinfo) -> Any:
    return column == _value(column, text, zone)


def _one_of(column: Column, text: str, zone: tzinfo) -> Any:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > LONGEST_LIST:
        raise ValueError(f"Enter at most {LONGEST_LIST} values.")
    return column.in_([_value(column, part, zone) for part in parts])


def _contains(column: Column, text: str, _zone: tzinfo) -> Any:
    # SQLite's LIKE knows no case; replacing does, in both databases.
    return (func.replace(column, text, "") != column if text else true()) if _is_text(column) else None


def _contains_whatever_case(column: Column, text: str, _zone: tzinfo) -> Any:
    return column.icontains(text, autoescape=True, escape=ESCAPE) if _is_text(column) else None


def _at_least(column: Column, text: str, zone: tzinfo) -> Any:
    return None if _is_text(column) else column >= _value(column, text, zone)


def _at_most(column: Column, text: str, zone: tzinfo) -> Any:
    return None if _is_text(column) else column <= _value(column, text, zone)


Comparison = Callable[[Column, str, tzinfo], Any]
COMPARISONS: Mapping[str, Comparison] = {
    "exact": _exact,
    "in": _one_of,
    "contains": _contains,
    "icontains": _contains_whatever_case,
    "gte": _at_least,
    "lte": _at_most,
}


def _is_text(column: Column) -> bool:
    return not isinstance(column.type, Boolean | Integer | Float | Date | UtcTime) and not _is_number(column)


def _is_number(column: Column) -> bool:
    return column.type.python_type in (int, float)


def _value(column: Column, text: str, zone: tzinfo) -> Any:
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
    return _number(text, float if kind.python_type is float else int) if _is_number(column) else text


def _time(text: str, zone: tzinfo) -> datetime:
    day = read_date(text)
    moment = read_datetime(text, zone) if day is None else datetime(day.year, day.month, day.day, tzinfo=zone)
    if moment is None:
        raise ValueError("Enter a valid date/time.")
    return moment


def _truth(text: str) -> bool:
    if text.lower() not in TRUTHS:
        raise ValueError("Enter true or false.")
    return TRUTHS[text.lower()]


TRUTHS = {"true": True, "1": True, "false": False, "0": False}
LARGEST = 2**63 - 1


def _number(text: str, kind: type[int | float] = int) -> float | int:
    try:
        value = kind(text)
    except ValueError:
        raise ValueError("Enter a number.") from None
    if not -LARGEST <= value <= LARGEST:
        raise ValueError("Enter a number.")
    return value
