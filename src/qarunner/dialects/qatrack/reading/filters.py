"""Turns the parameters of a query into conditions: ``unit_test_info__unit__name__icontains=x``, with ``!`` to negate.

A name goes from relation to relation, ends at a column and may end with how to compare. What the API does not know, and
what has no value, is passed over, as it always was, and told back so that nobody trusts a list that was not filtered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, and_, exists, select

from qarunner.dialects.qatrack.problems import RefusedFieldsError
from qarunner.dialects.qatrack.reading.comparisons import COMPARISONS, value_of, whole_number
from qarunner.dialects.qatrack.resources.spec import Relation, Resource
from qarunner.store.types import UtcTime

Condition = ColumnElement[bool]
Resources = Mapping[str, Resource]

DEEPEST = 8
"""Relations in a row that a filter may take."""
MOST_FILTERS = 50
"""Of one query: each may lead through whole tables."""


class Filters(NamedTuple):
    """What a query asks for."""

    conditions: list[Condition]
    unknown: list[str]
    """Names of parameters that were passed over."""
    empty: list[str]
    """Names of those that have no value, as the fields of a form have that nobody filled in."""


class _Asked(NamedTuple):
    """One parameter, or what is left of it after the first relations of its name."""

    name: str
    words: list[str]
    text: str


def read_filters(
    resource: Resource, resources: Resources, parameters: Iterable[tuple[str, str]], zone: tzinfo
) -> Filters:
    """Read the parameters of a list.

    :raises RefusedFieldsError: a value does not fit its column; says which. Or there are too many.
    """
    reading = _Reading(resources, zone)
    given = [(name, text.strip()) for name, text in parameters]
    asked = [_Asked(name, name.removesuffix("!").split("__"), text) for name, text in given if text]
    conditions = reading.of(resource, [one for one in asked if not one.name.endswith("!")])
    for one in asked:
        if one.name.endswith("!"):
            conditions += [~condition for condition in reading.of(resource, [one])]
    if reading.errors:
        raise RefusedFieldsError(reading.errors)
    if len(asked) - len(reading.unknown) > MOST_FILTERS:
        raise RefusedFieldsError({"detail": f"There are more than {MOST_FILTERS} filters."})
    return Filters(conditions, reading.unknown, [name for name, text in given if not text])


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
            target = self._resources[relation.target]
            if inner := self.of(target, several):
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
            target = self._resources[relation.target]
            keyed: Any = target.table
            return _reaches(resource.table, relation, target, keyed.id == whole_number(text))
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
    value = value_of(column, text, zone)
    return and_(column.is_not(None), column >= value if end == "min" else column <= value)


def _reaches(table: Any, relation: Relation, target: Resource, inner: Condition) -> Condition:
    """Return whether a row meets one of the target's rows that fulfil a condition."""
    there: Any = target.table
    column = relation.column_of(table)
    if column is None:
        return exists(select(there.id).where(inner))
    if relation.through is None:
        other = getattr(there, relation.other)
        return and_(column.is_not(None), column.in_(select(other).where(other.is_not(None), inner)))
    between, owner, member = relation.through
    members = select(there.id).where(inner)
    found: Condition = column.in_(select(getattr(between, owner)).where(getattr(between, member).in_(members)))
    return found
