"""Lists of results, as JSON, CSV and jUnit XML: filtered, sorted, at most 2,000."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from qarunner.access import Action
from qarunner.dialects.addresses import portal_url
from qarunner.dialects.routes import RefusedError, allow
from qarunner.dialects.spreadsheets import csv_answer
from qarunner.dialects.stbt.junit import junit_xml
from qarunner.dialects.stbt.shapes import API, json_answer, row_shape
from qarunner.store.detail import records_of
from qarunner.store.filter import parse
from qarunner.store.filter.times import zone_named
from qarunner.store.listing import MOST_ROWS, list_results, parse_sort

if TYPE_CHECKING:
    from datetime import tzinfo

    from flask import Blueprint
    from sqlalchemy import Connection

    from qarunner.dialects.spec import Services
    from qarunner.store.rows import ResultRow

FIELDS = (
    "result_id",
    "job_uid",
    "result_url",
    "triage_url",
    "start_time",
    "end_time",
    "test_pack_sha",
    "test_case",
    "result",
    "failure_reason",
)


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""

    @routes.get(f"{API}/results")
    @allow(Action.SEE_RESULTS)
    def results() -> Response:
        """List them as JSON."""
        with services.store.read() as connection:
            rows = _rows(connection)
        return json_answer([row_shape(services, row) for row in rows])

    @routes.get(f"{API}/results.csv")
    @allow(Action.SEE_RESULTS)
    def results_csv() -> Response:
        """List them as CSV."""
        neutralise = flag("neutralise")
        with services.store.read() as connection:
            rows = _rows(connection)
        shapes = [row_shape(services, row) for row in rows]
        return csv_answer(FIELDS, ([shape[field] for field in FIELDS] for shape in shapes), neutralise=neutralise)

    @routes.get(f"{API}/results.xml")
    @allow(Action.SEE_RESULTS)
    def results_xml() -> Response:
        """List them as jUnit XML."""
        include_tz = flag("include_tz")
        with services.store.read() as connection:
            rows = _rows(connection)
            records = records_of(connection, [row.number for row in rows])
        shapes = {row.number: row_shape(services, row) for row in rows}
        listed = [(shapes[number], record) for number, record in records.items()]
        text = junit_xml(listed, portal_url(services), include_tz=include_tz)
        return Response(text, content_type="application/xml; charset=utf-8")


def flag(name: str) -> bool:
    """Return a parameter that is true or false; false when it is not given."""
    text = request.args.get(name, "false").lower()
    if text not in ("true", "false", "1", "0"):
        raise RefusedError(400, f"{name}={text[:40]!r} is neither true nor false")
    return text in ("true", "1")


def zone_argument() -> tzinfo:
    """Return the time zone that was asked for; UTC by default."""
    name = request.args.get("tz", "UTC")
    try:
        return zone_named(name)
    except ValueError as error:
        raise RefusedError(400, f"tz: {error}; write it like Europe/Berlin") from error


def _rows(connection: Connection) -> list[ResultRow]:
    zone_argument()
    where = parse(request.args.get("filter", ""), request.args.get("tz", "UTC"))
    sort = parse_sort(request.args.get("sort", "date:desc"))
    return list_results(connection, where, sort, limit=MOST_ROWS).rows
