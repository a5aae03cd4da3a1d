"""Chooses how SQLite shall find the results of a filter; PostgreSQL, which keeps statistics, chooses by itself.

There are two ways to the newest hundred results of many: look up all that one term wants and sort them, which is right
when they are few, or go through the results in the wanted order and check each one, which is right when they are many.
SQLite guesses which, and its guesses cost a second where the other way takes a millisecond. So the terms are counted
first, each only up to the number at which the two ways cost the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, select, true

from qarunner.store import search
from qarunner.store.filter.tree import All, AnyOf, Expression, Field, Lasting, Not, Tagged, When, Words
from qarunner.store.filter_sql import Compiler
from qarunner.store.models import StoredResult
from qarunner.store.upsert import table_of

INDEXED = {"job", "testcase", "category", "model", "build", "result", "node"}
"""Fields with an index; all but ``node`` in the order of the date as well, and it together with ``result``."""
FEW = 200
"""So few results are looked up without counting any further."""
MOST_LOOKED_UP = 50_000
_results = table_of(StoredResult)


@dataclass(frozen=True, slots=True)
class Choice:
    """How results are found."""

    driver: Expression | None
    """The term whose results are looked up; None when the results are gone through in their order."""
    visible: tuple[Expression, ...]
    """Terms that the database may use as it likes."""
    checked: tuple[Expression, ...]
    """Terms that are checked with each result."""

    def condition(self, dialect: str) -> ColumnElement[bool]:
        """Return the whole condition."""
        seen, hidden = Compiler(dialect), Compiler(dialect, hidden=True)
        parts = [*([self.driver] if self.driver else []), *self.visible]
        return and_(true(), *map(seen.condition, parts), *map(hidden.condition, self.checked))


def choose(connection: Connection, where: Expression, *, by_date: bool, limit: int) -> Choice:
    """Return how to find the first `limit` results that a filter wants.

    :param by_date: whether they are wanted in the order of their date, for which most fields have an index.
    """
    terms = where.parts if isinstance(where, All) else (where,)
    if connection.dialect.name != "sqlite" or (by_date and _in_order(terms)):
        return Choice(None, terms, ())
    total = connection.execute(select(func.max(_results.c.number))).scalar() or 0
    # Looking up costs as many steps as there are hits, going through costs limit * total / hits; a third of where they
    # meet, because the counting is a step as well.
    most = min(MOST_LOOKED_UP, max(FEW, math.isqrt(limit * total) // 3))
    fewest, driver = most + 1, None
    for term in filter(indexable, terms):
        found = _count(connection, term, fewest)
        if found < fewest:
            fewest, driver = found, term
        if fewest <= FEW:
            break
    if driver is not None:
        return Choice(driver, (), tuple(term for term in terms if term is not driver))
    visible = tuple(term for term in terms if by_date and (isinstance(term, When) or _in_order((term,))))
    return Choice(None, visible, tuple(term for term in terms if term not in visible))


def indexable(term: Expression) -> bool:
    """Whether an index leads to the results that a term wants."""
    match term:
        case Field(name, pattern):
            return name in INDEXED and (pattern.exact is not None or bool(pattern.pieces[0]))
        case Not(Field(name, pattern)):
            return name in INDEXED and pattern.exact is not None
        case Tagged(name):
            return bool(name.pieces[0])
        case Words(pattern):
            return search.has_index(pattern.pieces)
        case When() | Lasting():
            return True
        case AnyOf(parts):
            return all(map(indexable, parts))
        case All(parts):
            return any(map(indexable, parts))
    return False


def _in_order(terms: tuple[Expression, ...]) -> bool:
    """Whether an index has the results of these terms in the order of their date."""
    exact = {term.name for term in terms if isinstance(term, Field) and term.pattern.exact is not None}
    others = [term for term in terms if not isinstance(term, Field | When)]
    return not others and len(exact & INDEXED) == sum(isinstance(term, Field) for term in terms) and (exact != {"node"})


def _count(connection: Connection, term: Expression, most: int) -> int:
    """Return how many results a term wants, counting to `most` only."""
    if isinstance(term, Words):  # without looking at the results themselves
        found: Any = search.found(term.pattern.pieces)
    else:
        condition = Compiler(connection.dialect.name).condition(term)
        found = select(literal_column("1")).select_from(_results).where(condition)
    return connection.execute(select(func.count()).select_from(found.limit(most).subquery())).scalar_one()
