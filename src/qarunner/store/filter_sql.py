"""Turns a filter into a condition of SQL on the results, such that the indexes serve it."""

from __future__ import annotations

import re
import sys
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    UnaryExpression,
    and_,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.sql import operators

from qarunner.store import search
from qarunner.store.clean import clean
from qarunner.store.filter.tree import All, AnyOf, Expression, Field, Lasting, Not, Pattern, Tagged, When, Words
from qarunner.store.models import ResultTag, StoredResult
from qarunner.store.upsert import table_of

_results, _tags = table_of(StoredResult), table_of(ResultTag)
COLUMNS = {"result": "outcome", "user": "username"}
"""Where the column is called otherwise than the field."""
GLOB_SPECIAL = re.compile(r"[*?[]")
LIKE_SPECIAL = re.compile(r"[%_\\]")
FIRST_SURROGATE, FIRST_AFTER_SURROGATES = 0xD800, 0xE000


class Compiler:
    """Turns filters into conditions for one kind of database.

    :param dialect: ``sqlite`` or ``postgresql``.
    :param hidden: hide the columns from SQLite's planner, so that it checks each row it comes by, and looks for none.
    """

    def __init__(self, dialect: str, *, hidden: bool = False) -> None:
        self._sqlite = dialect == "sqlite"
        self._hidden = hidden

    def condition(self, expression: Expression) -> ColumnElement[bool]:
        """Return the condition which is true for the results that the filter wants."""
        match expression:
            case All(parts):
                return and_(true(), *map(self.condition, parts))
            case AnyOf(parts):
                return or_(false(), *map(self.condition, parts))
            case Not(Field(name, Pattern((text,)))):  # two ranges of the index
                column = self.column(COLUMNS.get(name, name))
                value = literal(clean(text), column.type)
                others = [column < value, column > value]
                return or_(*others, column.is_(None)) if name == "result" else or_(*others)  # None: it still runs
            case Not(part):
                return not_(func.coalesce(self.condition(part), false(), type_=Boolean()))
            case Field(name, pattern):
                return self._fits(self.column(COLUMNS.get(name, name)), pattern)
            case Words(pattern):
                return search.condition(
                    _results.c.failure_text, pattern.pieces, index=self._sqlite and not self._hidden
                )
            case Tagged():
                return self._tagged(expression)
            case When(start, stop):
                return _between(self.column("started"), start, stop)
            case Lasting(least, below):
                return _between(self.column("duration"), least, below)
        raise TypeError(f"not a filter: {expression!r}")

    def column(self, name: str) -> Any:
        """Return a column of the results, hidden if all are to be."""
        return hidden(_results.c[name]) if self._hidden else _results.c[name]

    def tags(self, term: Tagged) -> Select[Any]:
        """Return the query for the results that have a tag, each once for every tag that fits."""
        tags = select(_tags.c.result).where(self._fits(_tags.c.name, term.name))
        return tags if term.value is None else tags.where(self._fits(_tags.c.value, term.value))

    def _tagged(self, term: Tagged) -> ColumnElement[bool]:
        # PostgreSQL finds both ways from this one; a list would be made whole, and looked through for every result.
        if self._hidden or not self._sqlite:
            return self.tags(term).where(_tags.c.result == _results.c.number).exists()
        return _condition(_results.c.number.in_(self.tags(term)))

    def _fits(self, column: Any, pattern: Pattern) -> ColumnElement[bool]:
        return fits(column, pattern.pieces, sqlite=self._sqlite)


def hidden(column: Any) -> Any:
    """Return the column such that SQLite uses no index for it: a plus before a name does that, and nothing else."""
    return UnaryExpression(column, operator=operators.custom_op("+"), type_=column.type)


def fits(column: Any, pieces: tuple[str, ...], *, sqlite: bool) -> ColumnElement[bool]:
    """Return the condition that a text is these pieces with any characters between them."""
    pieces = tuple(clean(piece) for piece in pieces)
    if len(pieces) == 1:
        return _condition(column == literal(pieces[0], column.type))
    if not any(pieces):
        return true()
    conditions = []
    if pieces[0]:  # a range, so that the index finds the beginning
        conditions.append(column >= pieces[0])
        if end := successor(pieces[0]):
            conditions.append(column < end)
    if any(pieces[1:]):
        glob = "*".join(GLOB_SPECIAL.sub(r"[\g<0>]", piece) for piece in pieces)
        like = "%".join(LIKE_SPECIAL.sub(r"\\\g<0>", piece) for piece in pieces)
        conditions.append(column.bool_op("GLOB")(glob) if sqlite else column.like(like, escape="\\"))
    return and_(*conditions)


def successor(prefix: str) -> str:
    """Return the first text after all that begin with `prefix`, empty when there is none."""
    while prefix:
        last = ord(prefix[-1])
        if last < sys.maxunicode:
            # Between the two planes lie the surrogates, which are no characters.
            return prefix[:-1] + chr(FIRST_AFTER_SURROGATES if last + 1 == FIRST_SURROGATE else last + 1)
        prefix = prefix[:-1]
    return ""


def _between(column: Any, low: Any, high: Any) -> ColumnElement[bool]:
    conditions = [] if low is None else [column >= low]
    return and_(true(), *conditions, *([] if high is None else [column < high]))


def _condition(condition: Any) -> ColumnElement[bool]:
    checked: ColumnElement[bool] = condition
    return checked
