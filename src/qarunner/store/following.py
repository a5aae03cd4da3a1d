"""Makes PostgreSQL go through the results of one value in the order of time, by the index that has them so.

A plain comparison leaves it the choice to go through all results by their time and wait for that value to turn up. Rows
of the index's own columns, compared and ordered as a whole, do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, literal, tuple_

from qarunner.store.clean import clean
from qarunner.store.filter_sql import COLUMNS
from qarunner.store.models import StoredResult
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from qarunner.store.filter.tree import Field
    from qarunner.store.spans import Span

_results = table_of(StoredResult)
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def columns_of(terms: Sequence[Field]) -> list[Any]:
    """Return the columns of the index."""
    return [*(_results.c[COLUMNS.get(term.name, term.name)] for term in terms), _results.c.started]


def between(terms: Sequence[Field], span: Span) -> list[ColumnElement[bool]]:
    """Return the conditions for the results that fit all the terms and started within the span."""
    columns = columns_of(terms)
    values = [clean(term.pattern.exact or "") for term in terms]

    def row(moment: datetime) -> Any:
        return tuple_(*(literal(value, column.type) for value, column in zip([*values, moment], columns, strict=True)))

    return [tuple_(*columns) >= row(span.oldest or FIRST), tuple_(*columns) <= row(span.newest or LAST)]
