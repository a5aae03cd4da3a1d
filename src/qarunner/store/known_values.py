"""Which values a field has, for whoever writes a filter: read off an index, not off the results."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from qarunner.store.clean import clean
from qarunner.store.errors import StoreError
from qarunner.store.filter_sql import COLUMNS, successor
from qarunner.store.models import StoredResult
from qarunner.store.upsert import table_of

INDEXED = ("testcase", "category", "job", "node", "model", "build", "result")
_results = table_of(StoredResult)


def known_values(connection: Connection, field: str, prefix: str = "", limit: int = 100) -> list[str]:
    """Return the first values of a field that begin with `prefix`, sorted; the empty one is left out.

    :param field: one of `INDEXED`.
    """
    if field not in INDEXED:
        raise StoreError(f"the values of {field!r} are not kept", f"There are {', '.join(INDEXED)}.")
    column = _results.c[COLUMNS.get(field, field)]
    prefix = clean(prefix)
    end = successor(prefix)
    within = [column < end] if end else []
    # From each value the index leads to the next, however many results lie between.
    first = select(func.min(column).label("value")).where(column > "", column >= prefix, *within)
    values = first.cte("found", recursive=True)
    following = select(func.min(column)).where(column > values.c.value, *within).scalar_subquery()
    values = values.union_all(select(following).where(values.c.value.is_not(None)))
    found = select(values.c.value).where(values.c.value.is_not(None)).limit(limit)
    return [str(value) for value in connection.execute(found).scalars()]
