"""The list of results, as a filter finds and a column sorts them, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, request, url_for

from qarunner.access import Action
from qarunner.dialects.routes import allow
from qarunner.server.api.results import Listing
from qarunner.server.portal.page import page
from qarunner.store.filter import FilterError
from qarunner.store.listing import parse_sort

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Services
    from qarunner.server.portal.answers import Answers

ROWS = 100
NEWEST = "date:desc"
BAD = 400
FIRST_WAYS = {"date": "desc", "duration": "desc"}
"""Which way a column is sorted first; others from a to z."""


@dataclass(frozen=True)
class Column:
    """How a column of the list stands: `sorted` is empty when the list has another order, `address` sorts by it."""

    address: str
    sorted: str


def install(routes: Blueprint, _services: Services, answers: Answers) -> None:
    """Make the route."""

    @routes.get("/app/results")
    @allow(Action.SEE_RESULTS)
    def results() -> Response:
        """Show those that a filter finds; what is wrong with a filter is pointed at."""
        text, order = request.args.get("filter", "").strip(), request.args.get("sort") or NEWEST
        columns = _columns(text, order)
        try:
            found = answers.results(Listing(filter=text, sort=order, limit=ROWS, after=_after(), running=True))
        except FilterError as wrong:
            return page("results.html", status=BAD, filter=text, sort=order, columns=columns, wrong=wrong, results=[])
        following = url_for("portal.results", filter=text, sort=order, after=found.next) if found.next else ""
        return page(
            "results.html",
            twin=_twin(text, order),
            filter=text,
            sort=order,
            columns=columns,
            results=found.results,
            following=following,
            is_first=not _after(),
        )


def _twin(text: str, order: str) -> str:
    after = _after() or None
    return url_for("server.api.get_results", filter=text, sort=order, after=after, limit=ROWS, running="true")


def _after() -> str:
    return request.args.get("after", "")


def _columns(text: str, order: str) -> dict[str, Column]:
    present = parse_sort(order)
    columns = {}
    for field in ("date", "duration", "testcase", "result", "category", "job"):
        ways = ("asc", "desc") if FIRST_WAYS.get(field) != "desc" else ("desc", "asc")
        now = ("desc" if present.descending else "asc") if present.field == field else ""
        wanted = ways[1] if now == ways[0] else ways[0]
        address = url_for("portal.results", filter=text, sort=f"{field}:{wanted}")
        columns[field] = Column(address, {"asc": "ascending", "desc": "descending", "": ""}[now])
    return columns
