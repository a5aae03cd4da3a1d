"""Results as lists show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Row, Select, func, select

from qarunner.results import Outcome
from qarunner.store.models import ResultName, StoredResult
from qarunner.store.upsert import table_of


class ResultRow(msgspec.Struct, frozen=True, gc=False):
    """One result in a list. Texts that are not known are empty."""

    number: int
    id: str
    run_id: str
    job: str
    """The job's uid."""
    testcase: str
    node: str
    finished: bool
    outcome: Outcome | None
    """None while it runs."""
    failure_reason: str
    """The first failure's message, or why it was skipped."""
    started: datetime
    duration: float
    """Seconds."""
    category: str
    revision: str
    branch: str
    user: str
    model: str
    build: str
    source: str
    attempt: int
    received: datetime
    name: str = ""
    """What the dialect that asked calls it."""

    @property
    def ended(self) -> datetime:
        """When it ended; its start while it runs."""
        return self.started + timedelta(seconds=self.duration)


_table = table_of(StoredResult)
_columns = [_table.c["username" if field == "user" else field] for field in ResultRow.__struct_fields__[:-1]]


def row_query(dialect: str = "") -> Select[Any]:
    """Return the query for all rows; with `dialect` it fetches what that dialect calls them as well."""
    if not dialect:
        return select(*_columns)
    query = select(*_columns, func.coalesce(ResultName.name, ""))
    return query.outerjoin(ResultName, (ResultName.result == _table.c.number) & (ResultName.dialect == dialect))


def make_rows(rows: Iterable[Row[Any]]) -> list[ResultRow]:
    """Return what the database gave to `row_query` as rows."""
    make: Callable[..., ResultRow] = ResultRow
    return [make(*row) for row in rows]
