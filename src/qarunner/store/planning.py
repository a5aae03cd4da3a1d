"""Chooses how the database shall find the results of a filter.

There are three ways to the newest hundred results of many: look up all that one term wants and sort them, which is
right when they are few; go through the results of one value in the order of time, for which fields have indexes, and
check each; or go through all results in the wanted order. A guess that is wrong costs a second where another way takes
a millisecond. So the terms are counted first, each only up to the number at which the ways cost the same. PostgreSQL,
which keeps statistics, chooses by itself among words, tags and durations; but it does not know that what belongs
together happens at the same time, so it is told which value to follow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, select, true

from qarunner.store import search
from qarunner.store.filter.tree import All, AnyOf, Expression, Field, Lasting, Not, Tagged, When, Words
from qarunner.store.filter_sql import Compiler
from qarunner.store.following import between, columns_of
from qarunner.store.models import StoredResult
from qarunner.store.spans import ALWAYS, IN_ORDER, is_value
from qarunner.store.upsert import table_of

PAIR = {"node", "result"}
"""Fields that have an index together."""
FEW = 200
"""So few results are looked up without counting any further."""
MOST_LOOKED_UP = 50_000
MOST_FOLLOWED = 5
"""So many pages of a value's results are counted at most."""
_results = table_of(StoredResult)


@dataclass(frozen=True, slots=True)
class Choice:
    """How results are found: at most one of `looked_up` and `followed` is there."""

    looked_up: Expression | None = None
    """The term whose results are looked up and sorted then."""
    followed: tuple[Field, ...] = ()
    """The terms whose results are gone through in the order of time, in the order of their index's columns."""
    visible: tuple[Expression, ...] = ()
    """Terms that the database may use as it likes."""
    checked: tuple[Expression, ...] = ()
    """Terms that are checked with each result."""
    spanned: bool = False
    """Whether it is worth while to ask from when to when such results were (`qarunner.store.spans.span_of`)."""

    def condition(self, dialect: str) -> ColumnElement[bool]:
        """Return the whole condition."""
        sqlite = dialect == "sqlite"
        seen, hidden = Compiler(dialect), Compiler(dialect, hidden=sqlite)
        followed = self.followed if sqlite else ()  # PostgreSQL does it otherwise: `qarunner.store.following`
        parts = [*([self.looked_up] if self.looked_up else []), *followed, *self.visible]
        return and_(true(), *map(seen.condition, parts), *map(hidden.condition, self.checked))


def choose(connection: Connection, where: Expression, *, by_date: bool, limit: int) -> Choice:
    """Return how to find the first `limit` results that a filter wants.

    :param by_date: whether they are wanted in the order of their date, for which most fields have an index.
    """
    terms = where.parts if isinstance(where, All) else (where,)
    values = sorted(filter(is_value, terms), key=lambda term: IN_ORDER.index(term.name)) if by_date else []
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite and not (values and all(map(_of_fields, terms))):
        tag = _rarest(connection, [term for term in terms if isinstance(term, Tagged)], limit) if by_date else None
        return Choice(looked_up=tag, visible=_without(terms, tag), spanned=by_date and tag is None)
    dates = tuple(term for term in terms if isinstance(term, When)) if by_date else ()
    if by_date and len(dates) == len(terms):
        return Choice(visible=dates)
    if values and not (plain := _following(values[0], values, terms)).checked:
        return plain
    rare = _rarest(connection, terms, limit) if sqlite else _rarest_value(connection, values, limit)
    if rare in values:
        return _following(rare, values, terms, few=True)
    if rare is not None:
        return Choice(looked_up=rare, checked=_without(terms, rare))
    if values:
        return _following(values[0], values, terms)
    return Choice(visible=dates, checked=_without(terms, *dates), spanned=by_date)


def _following(first: Field, values: Sequence[Field], terms: Sequence[Expression], *, few: bool = False) -> Choice:
    """Return the choice to go through the results of a value, or of two that have an index together."""
    pair = sorted((value for value in values if value.name in PAIR), key=lambda value: value.name)
    paired = first in pair and [value.name for value in pair] == sorted(PAIR)
    followed = tuple(pair) if paired else (first,)
    rest = _without(terms, *followed)
    dates = tuple(term for term in rest if isinstance(term, When))
    return Choice(
        followed=followed, visible=dates, checked=_without(rest, *dates), spanned=len(rest) > len(dates) and not few
    )


def _rarest(connection: Connection, terms: Sequence[Expression], limit: int) -> Expression | None:
    """Return the term with the fewest results, None when none of them has few."""
    total = connection.execute(select(func.max(_results.c.number))).scalar() or 0
    # Looking up costs as many steps as there are hits, going through costs limit * total / hits; a third of where they
    # meet, because the counting is a step as well.
    most = min(MOST_LOOKED_UP, max(FEW, math.isqrt(limit * total) // 3))
    fewest, rarest = most + 1, None
    for term in filter(indexable, terms):
        found = _count(connection, term, fewest)
        if found < fewest:
            fewest, rarest = found, term
        if fewest <= FEW:
            break
    return rarest


def _rarest_value(connection: Connection, values: Sequence[Field], limit: int) -> Field | None:
    """Return the same of values in PostgreSQL; asks once."""
    most = MOST_FOLLOWED * limit
    counts = []
    for value in values:
        found: Any = select(literal_column("1")).select_from(_results).where(*between((value,), ALWAYS))
        some = found.order_by(*columns_of((value,))).limit(most).subquery()
        counts.append(select(func.count()).select_from(some).scalar_subquery())
    count, number = min((count, number) for number, count in enumerate(connection.execute(select(*counts)).one()))
    return values[number] if count < most else None


def _without(terms: Sequence[Expression], *some: Expression | None) -> tuple[Expression, ...]:
    return tuple(term for term in terms if not any(term is one for one in some))


def _of_fields(term: Expression) -> bool:
    """Whether a term can be checked with what stands in a result's own row, and is not rarer than any value."""
    match term:
        case Field() | When():
            return True
        case Not(part):
            return _of_fields(part)
        case AnyOf(parts) | All(parts):
            return all(map(_of_fields, parts))
    return False


def indexable(term: Expression) -> bool:
    """Whether an index leads to the results that a term wants."""
    match term:
        case Field(name, pattern):
            return name in IN_ORDER and (pattern.exact is not None or bool(pattern.pieces[0]))
        case Not(Field(name, pattern)):
            return name in IN_ORDER and pattern.exact is not None
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


def _count(connection: Connection, term: Expression, most: int) -> int:
    """Return how many results a term wants, counting to `most` only; rather too many than looking at all of them."""
    match term:
        case AnyOf(parts):
            count = 0
            for part in parts:
                count += _count(connection, part, most - count) if count < most else 0
            return count
        case All(parts):
            return min(_count(connection, part, most) for part in parts if indexable(part))
        case Words(pattern):  # without looking at the results themselves
            found: Any = search.found(pattern.pieces)
        case Tagged():
            found = Compiler(connection.dialect.name).tags(term)
        case _:
            condition = Compiler(connection.dialect.name).condition(term)
            found = select(literal_column("1")).select_from(_results).where(condition)
    return connection.execute(select(func.count()).select_from(found.limit(most).subquery())).scalar_one()
