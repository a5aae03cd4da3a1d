"""Lists and shows results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from qarunner.access import Action
from qarunner.dialects.endpoint import Answer, Endpoint, Query
from qarunner.results import Result, Run
from qarunner.store.detail import result_detail
from qarunner.store.filter import parse
from qarunner.store.known_values import known_values
from qarunner.store.listing import MOST_ROWS, list_results, parse_sort
from qarunner.store.rows import ResultRow

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services


class Listing(Query, frozen=True):
    """Which results, in which order."""

    filter: str = ""
    """In the filter language."""
    sort: str = "date:desc"
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS)] = 100
    after: str = ""
    """`next` of the page before."""
    running: bool = False
    """Include those that have not finished."""


class ResultPage(Answer, frozen=True):
    """Some results of a list."""

    results: list[ResultRow]
    next: str | None
    """What the next page starts after; null on the last one."""


class WholeResult(Answer, frozen=True):
    """A result with everything."""

    summary: ResultRow
    result: Result
    """The record, as it was delivered."""
    run: Run | None
    """What its run's results have in common, if that was delivered."""
    names: dict[str, str]
    """What each dialect calls it."""


class Values(Query, frozen=True):
    """Which values."""

    field: Literal["testcase", "category", "job", "node", "model", "build", "result"]
    prefix: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class KnownValues(Answer, frozen=True):
    """Values of a field that results have, sorted."""

    values: list[str]


def endpoints(services: Services) -> Iterable[Endpoint]:
    """Return the routes."""
    store = services.store

    def get_results(query: Listing) -> ResultPage:
        where, sort = parse(query.filter), parse_sort(query.sort)
        with store.read() as connection:
            page = list_results(
                connection, where, sort, limit=query.limit, after=query.after or None, running=query.running
            )
        return ResultPage(results=page.rows, next=page.cursor)

    def get_result(result: str) -> WholeResult:
        with store.read() as connection:
            found = result_detail(connection, result)
        return WholeResult(summary=found.row, result=found.result, run=found.run, names=dict(found.names))

    def get_values(query: Values) -> KnownValues:
        with store.read() as connection:
            return KnownValues(values=known_values(connection, query.field, query.prefix, query.limit))

    yield Endpoint(
        "GET",
        "/results",
        "Results that a filter finds, page by page",
        get_results,
        Action.SEE_RESULTS,
        answer=ResultPage,
        query=Listing,
    )
    yield Endpoint(
        "GET",
        "/results/{result}",
        "A result with everything",
        get_result,
        Action.SEE_RESULTS,
        answer=WholeResult,
        statuses=(404, 410),
    )
    yield Endpoint(
        "GET",
        "/values",
        "Values of a field, for whoever writes a filter",
        get_values,
        Action.SEE_RESULTS,
        answer=KnownValues,
        query=Values,
    )
