"""Lists results: filtered, sorted, a page at a time. The next page starts after the last row of this one.

Pages are found by keys, never by counting rows off: the thousandth page costs what the first does, and rows that arrive
meanwhile neither repeat nor hide others.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, literal, text, tuple_, type_coerce

from qarunner.decoding import decoder_of
from qarunner.errors import nearest
from qarunner.store.errors import BadCursorError, StoreError
from qarunner.store.filter.tree import EVERYTHING
from qarunner.store.filter_sql import hidden
from qarunner.store.following import between, columns_of
from qarunner.store.models import StoredResult
from qarunner.store.planning import Choice, choose
from qarunner.store.rows import ResultRow, make_rows, row_query
from qarunner.store.spans import ALWAYS, Span, span_of
from qarunner.store.types import EPOCH, LARGEST_NUMBER, MICROSECOND
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qarunner.store.filter import Expression

MOST_ROWS = 2000
"""On one page."""
SortField = Literal["category", "date", "duration", "job", "testcase", "result"]
SORT_FIELDS: tuple[SortField, ...] = get_args(SortField)
_table = table_of(StoredResult)
_COLUMNS = {"date": "started", "result": "outcome"}


class BadSortError(StoreError):
    """A list cannot be sorted that way (answered as 400)."""


class Sort(NamedTuple):
    """The order of a list; rows that are equal in the field are in the order of their start."""

    field: SortField = "date"
    descending: bool = True


class Page(NamedTuple):
    """Some rows of a list."""

    rows: list[ResultRow]
    cursor: str | None
    """What the next page starts after; None on the last one."""


class _Place(msgspec.Struct, array_like=True):
    """Where a page ends; made text, it is the cursor."""

    field: SortField
    descending: bool
    value: str | float | None
    started: int
    """Microseconds since 1970."""
    number: int


def parse_sort(text: str) -> Sort:
    """Return the order that ``date:desc`` and the like mean.

    :raises BadSortError: says what is wrong.
    """
    field, colon, direction = text.partition(":")
    if field not in SORT_FIELDS:
        advice = nearest(field, SORT_FIELDS) or f"There are {', '.join(SORT_FIELDS)}."
        raise BadSortError(f"results cannot be sorted by {field[:40]!r}", advice[0].upper() + advice[1:])
    if direction not in {"asc", "desc"} or not colon:
        raise BadSortError(f"{text[:60]!r} does not say which way to sort", f"Write {field}:asc or {field}:desc.")
    return Sort(field, direction == "desc")


def list_results(
    connection: Connection,
    where: Expression = EVERYTHING,
    sort: Sort = Sort(),  # noqa: B008 - a constant
    *,
    limit: int = 100,
    after: str | None = None,
    dialect: str = "",
    running: bool = False,
) -> Page:
    """Return a page of results.

    :param where: which results; `qarunner.store.filter.parse` makes one of text.
    :param limit: rows on the page, 1 to `MOST_ROWS`.
    :param after: the cursor of the page before.
    :param dialect: fill in `ResultRow.name` with what this dialect calls them.
    :param running: include those that have not finished.
    :raises BadCursorError: when `after` is not a cursor of a list sorted in this way.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise StoreError(f"a page has 1 to {MOST_ROWS} rows, not {limit}")
    database = connection.dialect.name
    chosen = choose(connection, where, by_date=sort.field == "date", limit=limit)
    query = _query(database, chosen, sort, dialect, running=running)
    span = span_of(connection, where) if chosen.spanned else ALWAYS
    if after is not None:
        place = _read_cursor(after, sort)
        query = query.where(_beyond(database, place, sort, chosen))
        span = span.both(_left(place, sort))
    if span.empty:
        return Page([], None)
    if chosen.followed and database != "sqlite":
        query = query.where(*between(chosen.followed, span))
    elif chosen.spanned:
        query = query.where(*_within(span))
    rows = make_rows(connection.execute(query.limit(limit + 1)))
    return Page(rows[:limit], _cursor(rows[limit - 1], sort) if len(rows) > limit else None)


@lru_cache(maxsize=256)
def _query(database: str, chosen: Choice, sort: Sort, dialect: str, *, running: bool) -> Select[Any]:
    """Return the query for all pages of a list: people look at the same lists again and again."""
    query = row_query(dialect).where(chosen.condition(database))
    if not running or sort.field == "result":
        query = query.where(_table.c.finished.is_(True))
    keys = _keys(database, sort, look_up=chosen.looked_up is not None)
    if chosen.followed and database != "sqlite":
        keys = [*columns_of(chosen.followed)[:-1], *keys]
    return query.order_by(*(key.desc() if sort.descending else key.asc() for key in keys))


def _beyond(database: str, place: _Place, sort: Sort, chosen: Choice) -> ColumnElement[bool]:
    """Return the condition for what comes after a place."""
    columns, values = _keys(database, sort, look_up=chosen.looked_up is not None), _values(place)
    # With the columns' own types: SQLite compares a time only as the number that it is kept as.
    last = tuple_(*(literal(value, key.type) for key, value in zip(columns, values, strict=True)))
    keys = tuple_(*columns)
    beyond: ColumnElement[bool] = keys < last if sort.descending else keys > last
    return beyond


def _left(place: _Place, sort: Sort) -> Span:
    """Return the span in which everything after a place is."""
    if sort.field != "date":
        return ALWAYS
    moment = EPOCH + place.started * MICROSECOND
    return Span(newest=moment) if sort.descending else Span(oldest=moment)


def _within(span: Span) -> Iterator[ColumnElement[bool]]:
    started = _table.c.started
    if span.oldest is not None:
        yield started >= span.oldest
    if span.newest is not None:
        yield started <= span.newest


def _keys(database: str, sort: Sort, *, look_up: bool) -> list[Any]:
    """Return the columns of the order; hidden where rows are looked up first and sorted then."""
    names = ["started"] if sort.field == "date" else [_COLUMNS.get(sort.field, sort.field), "started"]
    columns: list[Any] = [_table.c[name] for name in names]
    if look_up and database == "sqlite":
        columns = [hidden(column) for column in columns]
    elif look_up:  # only by date: a sum, for which PostgreSQL has no index
        columns = [type_coerce(column + text("interval '0'"), column.type) for column in columns]
    return [*columns, _table.c.number]


def _cursor(row: ResultRow, sort: Sort) -> str:
    value = None if sort.field == "date" else getattr(row, _COLUMNS.get(sort.field, sort.field))
    place = _Place(*sort, value, (row.started - EPOCH) // MICROSECOND, row.number)
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _read_cursor(text: str, sort: Sort) -> _Place:
    try:
        place = decoder_of(_Place).decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        EPOCH + place.started * MICROSECOND
    except (binascii.Error, ValueError, OverflowError) as error:
        raise BadCursorError("the cursor is not one that a page gave", "Start with the first page.") from error
    if (place.field, place.descending) != sort:
        raise BadCursorError("the cursor is of a list in another order", "Keep the order, or start again.")
    kinds: dict[SortField, Any] = {"date": type(None), "duration": (int, float)}
    if (
        not isinstance(place.value, kinds.get(place.field, str))
        or not 0 <= place.number <= LARGEST_NUMBER
        or "\0" in str(place.value)
    ):
        raise BadCursorError("the cursor is not one that a page gave", "Start with the first page.")
    return place


def _values(place: _Place) -> list[Any]:
    values = [EPOCH + place.started * MICROSECOND, place.number]
    return values if place.field == "date" else [place.value, *values]
