"""From when to when the results of a filter can have been: where a list that is in the order of time may begin.

What a farm tests comes in the order of time: a build is tested for a week and then no more. A list of that build that
begins with the newest of all results passes by all that came since, unless it knows where to begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeGuard

from sqlalchemy import Connection, Integer, column, text

from qarunner.store.clean import clean
from qarunner.store.filter.tree import All, AnyOf, Expression, Field, When
from qarunner.store.filter_sql import COLUMNS, successor
from qarunner.store.types import UtcTime

IN_ORDER = ("job", "testcase", "category", "build", "node", "model", "result")
"""Fields with an index that has the results of each value in the order of time, those with the fewest results first."""
MOST_VALUES = 40
"""So many values of a field are looked up, and parts of an alternative."""


COUNT_AND_ENDS: tuple[Any, ...] = (column("count", Integer()), column("oldest", UtcTime()), column("newest", UtcTime()))
ENDS = ((">=", "-infinity"), ("<=", "infinity"))


class Span(NamedTuple):
    """From `oldest` to `newest`, both included; None is no limit."""

    oldest: datetime | None = None
    newest: datetime | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing can be in it."""
        return self.oldest is not None and self.newest is not None and self.oldest > self.newest

    def both(self, other: Span) -> Span:
        """Return what is in both."""
        return Span(
            max(filter(None, (self.oldest, other.oldest)), default=None),
            min(filter(None, (self.newest, other.newest)), default=None),
        )

    def either(self, other: Span) -> Span:
        """Return what reaches over both."""
        if self.empty or other.empty:
            return other if self.empty else self
        open_start, open_end = None in (self.oldest, other.oldest), None in (self.newest, other.newest)
        return Span(
            None if open_start else min(filter(None, (self.oldest, other.oldest))),
            None if open_end else max(filter(None, (self.newest, other.newest))),
        )


ALWAYS = Span()
NEVER = Span(datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))


def span_of(connection: Connection, where: Expression) -> Span:
    """Return a span that has all results which the filter wants; costs a few steps in an index for each value in it."""
    match where:
        case When(start, stop):
            return Span(start, stop)
        case Field() if is_value(where):
            return _of_values(connection, [where])
        case Field(name, pattern) if name in IN_ORDER and pattern.pieces[0]:
            return _of_beginning(connection, name, pattern.pieces[0])
        case All(parts):
            values = [part for part in parts[:MOST_VALUES] if is_value(part)]
            span = _of_values(connection, values) if values else ALWAYS
            for part in parts[:MOST_VALUES]:
                if span.empty:
                    return NEVER
                span = span if is_value(part) else span.both(span_of(connection, part))
            return NEVER if span.empty else span
        case AnyOf(parts) if len(parts) <= MOST_VALUES:
            span = NEVER
            for part in parts:
                span = span.either(span_of(connection, part))
                if span == ALWAYS:
                    break
            return span
    return ALWAYS


def is_value(term: Expression) -> TypeGuard[Field]:
    """Whether a term wants one value of a field whose index has its results in the order of time."""
    return isinstance(term, Field) and term.name in IN_ORDER and term.pattern.exact is not None


def _of_values(connection: Connection, terms: Sequence[Field]) -> Span:
    """Return from when to when there were results with all these values, as each of them tells; asks once."""
    ends, values = [], {}
    for number, term in enumerate(terms):
        name, values[f"value{number}"] = COLUMNS.get(term.name, term.name), clean(term.pattern.exact or "")
        ends += [_end(connection, name, f":value{number}", direction) for direction in ("ASC", "DESC")]
    statement = text(f"SELECT {', '.join(ends)}").columns(*(column(f"end{n}", UtcTime()) for n in range(len(ends))))
    row = connection.execute(statement, values).one()
    return NEVER if None in row else Span(max(row[::2]), min(row[1::2]))


def _of_beginning(connection: Connection, field: str, beginning: str) -> Span:
    """Return the same for all values that begin so, unless they are too many."""
    name, low = COLUMNS.get(field, field), clean(beginning)
    high = successor(low)
    if not high:
        return ALWAYS
    first, last = (_end(connection, name, "seen.value", direction) for direction in ("ASC", "DESC"))
    # From one value to the next, which is a step in the index however many results the one has.
    query = f"""
        WITH RECURSIVE found (value, place) AS (
            SELECT min({name}), 1 FROM results WHERE {name} >= :low AND {name} < :high
            UNION ALL
            SELECT (SELECT min({name}) FROM results WHERE {name} > found.value AND {name} < :high), place + 1
            FROM found WHERE found.value IS NOT NULL AND place <= :most
        ), seen AS (SELECT value FROM found WHERE value IS NOT NULL)
        SELECT count(*), min({first}), max({last}) FROM seen
    """  # noqa: S608 - the column is one of ours
    statement = text(query).columns(*COUNT_AND_ENDS)
    count, oldest, newest = connection.execute(statement, {"low": low, "high": high, "most": MOST_VALUES}).one()
    if count > MOST_VALUES:
        return ALWAYS
    return Span(oldest, newest) if count else NEVER


def _end(connection: Connection, name: str, value: str, direction: str) -> str:
    """Return the query for the first start, or the last, of the results with a value."""
    if connection.dialect.name == "sqlite":
        return f"(SELECT started FROM results WHERE {name} = {value} ORDER BY started {direction} LIMIT 1)"  # noqa: S608 - ours
    # Written such that no other index will do: PostgreSQL does not expect what is together in time.
    ends = (f"({name}, started) {sign} ({value}, '{end}'::timestamptz)" for sign, end in ENDS)
    order = f"{name} {direction}, started {direction}"
    return f"(SELECT started FROM results WHERE {' AND '.join(ends)} ORDER BY {order} LIMIT 1)"  # noqa: S608 - ours
