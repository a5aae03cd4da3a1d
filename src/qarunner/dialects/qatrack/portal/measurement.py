"""The page of a measurement: its values on a unit over time, within the limits that held."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
from flask import Response, request, url_for
from sqlalchemy import select

from qarunner.access import Action
from qarunner.dialects.portal_pages import page
from qarunner.dialects.qatrack import PAGES, PAGES_PATH
from qarunner.dialects.qatrack.history import History, Measurement, unit_is
from qarunner.dialects.qatrack.history_api import Wanted, read, shape_of
from qarunner.dialects.qatrack.portal.chart import draw
from qarunner.dialects.qatrack.portal.looks import LABELS, WORST_FIRST, limits_in_words
from qarunner.dialects.qatrack.portal.plotted import drawing_of
from qarunner.dialects.qatrack.rules.displays import reference_display
from qarunner.dialects.routes import RefusedError, allow
from qarunner.store.models import qatrack

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy import Connection

    from qarunner.dialects.spec import Services

MOST = 1000
"""Points of a chart."""
ROWS = 100
"""Lines of the table below it."""
FIELDS = ("unit", "test", "since", "until")


def install(routes: Blueprint, services: Services) -> None:
    """Make the route."""

    @routes.get(f"{PAGES_PATH}/history")
    @allow(Action.SEE_RESULTS)
    def history() -> Response:
        """Show a measurement, or ask which one."""
        asked = {name: request.args.get(name, "").strip() for name in FIELDS}
        with services.store.read() as connection:
            units, tests = _choices(connection, asked["unit"])
        given: dict[str, Any] = {"asked": asked, "units": units, "tests": tests}
        if not asked["unit"] or not asked["test"]:
            return page("qatrack/history.html", points=None, **given)
        not_done = request.args.get("not_done", "") in ("1", "true", "on")
        measurement, found = read(services, _wanted(asked, not_done=not_done))
        return page("qatrack/history.html", **given, **_shown(services, measurement, found, asked, not_done=not_done))


def _wanted(asked: dict[str, str], *, not_done: bool) -> Wanted:
    given = {name: text for name, text in asked.items() if text}
    try:
        return msgspec.convert({**given, "limit": MOST, "not_done": not_done}, Wanted)
    except msgspec.ValidationError as error:
        raise RefusedError(400, f"the query does not fit: {error}") from error


def _shown(
    services: Services, measurement: Measurement, found: History, asked: dict[str, str], *, not_done: bool
) -> dict[str, Any]:
    def session_url(number: int) -> str:
        return url_for(f"{PAGES}.session", number=number)

    answer = shape_of(measurement, found, services.zone)
    drawing = drawing_of(measurement, found.points, services.zone, session_url)
    counts = Counter(point.pass_fail for point in found.points)
    rows = list(zip(answer.points, found.points, strict=True))[::-1][:ROWS]
    query = {name: text for name, text in asked.items() if text} | ({"not_done": "true"} if not_done else {})
    address = f"{request.root_path}/qarunner/api/v1/qatrack/history"
    return {
        "measurement": measurement,
        "measured_in": answer.measured_in,
        "points": found.points,
        "more": found.more,
        "most": MOST,
        "not_done": not_done,
        "chart": None if drawing is None else draw(drawing),
        "legend": [(one, LABELS[one], counts[one]) for one in WORST_FIRST if counts[one]],
        "hollow": sum(not point.valid for point in found.points),
        "rows": [(shape, point, limits_in_words(point.bands, point.tolerance)) for shape, point in rows],
        "labels": LABELS,
        "limits": limits_in_words(found.points[-1].bands) if found.points else [],
        "shown_reference": lambda point: reference_display(point.reference) if point.reference else "",
        "twin": _with_query(address, query),
        "csv": _with_query(address, query | {"format": "csv", "neutralise": "true"}),
    }


def _with_query(address: str, query: dict[str, str]) -> str:
    return f"{address}?{urlencode(query)}"


def _choices(connection: Connection, unit: str) -> tuple[list[str], list[Any]]:
    """Return the names of all units, and the tests of one."""
    units = list(connection.execute(select(qatrack.Unit.name).order_by(qatrack.Unit.number)).scalars())
    if not unit:
        return units, []
    here = (
        select(qatrack.UnitTestInfo.test)
        .join(qatrack.Unit, qatrack.Unit.id == qatrack.UnitTestInfo.unit)
        .where(unit_is(unit))
    )
    tests = select(qatrack.Test.name, qatrack.Test.display_name, qatrack.Test.slug).where(qatrack.Test.id.in_(here))
    return units, list(connection.execute(tests.order_by(qatrack.Test.name)).all())
