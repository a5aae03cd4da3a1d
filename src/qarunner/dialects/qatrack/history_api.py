"""The history of a measurement in our own API: as JSON, and as CSV for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from qarunner.access import Action
from qarunner.dialects.endpoint import Answer, Endpoint, Query
from qarunner.dialects.qatrack.history import (
    MOST_POINTS,
    History,
    Measurement,
    Point,
    find_measurement,
    history,
)
from qarunner.dialects.qatrack.rules.dates import read_date, read_datetime, written
from qarunner.dialects.qatrack.rules.displays import value_display
from qarunner.dialects.qatrack.rules.formatting import suffix_of
from qarunner.dialects.routes import RefusedError
from qarunner.dialects.spreadsheets import csv_answer

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class Wanted(Query, frozen=True):
    """Which points."""

    unit: Word
    """Name or number."""
    test: Word
    """Name, macro, or the number in its URL."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_POINTS)] = 1000
    """The newest so many."""
    since: str | None = None
    """A day or a moment, as QATrack+ writes them: work completed from then on."""
    until: str | None = None
    """Work completed before that moment; of a day all of it."""
    not_done: bool = False
    """Whether tests that were skipped or not done are points as well."""
    format: Literal["json", "csv"] = "json"
    neutralise: bool = False
    """In CSV: whether texts that a spreadsheet would take for a formula get an apostrophe before them."""


class HistoryPoint(Answer, frozen=True):
    """One value, with the limits that held then as values; a limit that is null is none."""

    time: str
    """When the work was completed, in the server's time zone."""
    session: int
    """Number of the test list instance."""
    value: float | None
    """Of numbers; of a boolean 1 for yes."""
    display: str
    pass_fail: str
    """``ok``, ``tolerance``, ``action``, ``no_tol`` or ``not_done``."""
    skipped: bool
    reference: float | None
    act_low: float | None
    tol_low: float | None
    tol_high: float | None
    act_high: float | None
    status: str
    """Of its review."""
    valid: bool
    """Whether the review lets it count."""
    comment: str


class MeasurementHistory(Answer, frozen=True):
    """A test on a unit over time."""

    unit: int
    unit_name: str
    test: str
    """Its macro."""
    test_name: str
    type: str
    measured_in: str
    """What follows the number in the test's format, such as ``ms``."""
    more: bool
    """Whether there are older points than these."""
    points: list[HistoryPoint]
    """Oldest first."""


COLUMNS = ("unit", "test", *HistoryPoint.__struct_fields__)


def endpoints(services: Services) -> Iterable[Endpoint]:
    """Return the route."""

    def history(query: Wanted) -> Any:
        measurement, found = read(services, query)
        answer = shape_of(measurement, found, services.zone)
        if query.format == "json":
            return answer
        first = (measurement.unit_name, measurement.test.macro)
        rows = ((*first, *msgspec.structs.astuple(point)) for point in answer.points)
        return csv_answer(COLUMNS, rows, neutralise=query.neutralise)

    yield Endpoint(
        "GET",
        "/history",
        "A measurement of a unit over time, with the limits that held at each time; as CSV with `format=csv`",
        history,
        Action.SEE_RESULTS,
        answer=MeasurementHistory,
        query=Wanted,
        statuses=(404,),
    )


def read(services: Services, query: Wanted) -> tuple[Measurement, History]:
    """Ask the store for what a query wants.

    :raises RefusedError: 404, there is no such measurement; 400, a time cannot be read.
    """
    since = moment_of("since", query.since, services.zone)
    until = moment_of("until", query.until, services.zone, end=True)
    with services.store.read() as connection:
        measurement = find_measurement(connection, query.unit, query.test)
        found = history(connection, measurement, limit=query.limit, since=since, until=until, not_done=query.not_done)
    return measurement, found


def moment_of(name: str, text: str | None, zone: tzinfo, *, end: bool = False) -> datetime | None:
    """Return the moment that a parameter says; of a day its begin, or its `end`."""
    if not text:
        return None
    try:
        day = read_date(text)
        if day is None:
            moment = read_datetime(text, zone)
        else:
            first = day + timedelta(days=1) if end else day
            moment = datetime(first.year, first.month, first.day, tzinfo=zone)
            moment.astimezone(UTC)  # what cannot be told in UTC cannot be asked for
    except OverflowError:
        moment = None
    if moment is None:
        example = "2026-03-01, 2026-03-01 14:30 or 2026-03-01T14:30:00Z"
        raise RefusedError(400, f"{name}={text[:40]!r} is no time: write it like {example}", place=f"query {name}")
    return moment


def shape_of(measurement: Measurement, found: History, zone: tzinfo) -> MeasurementHistory:
    """Return what is answered."""
    test = measurement.test
    return MeasurementHistory(
        unit=measurement.unit,
        unit_name=measurement.unit_name,
        test=test.macro,
        test_name=measurement.test_name,
        type=test.kind,
        measured_in=suffix_of(test.formatting),
        more=found.more,
        points=[_shape(measurement, point, zone) for point in found.points],
    )


def _shape(measurement: Measurement, point: Point, zone: tzinfo) -> HistoryPoint:
    bands = point.bands
    return HistoryPoint(
        time=written(point.time, zone),
        session=point.session,
        value=point.value.number,
        display=value_display(measurement.test, point.value, skipped=point.skipped, zone=zone),
        pass_fail=point.pass_fail,
        skipped=point.skipped,
        reference=None if point.reference is None else point.reference.value,
        act_low=bands.act_low,
        tol_low=bands.tol_low,
        tol_high=bands.tol_high,
        act_high=bands.act_high,
        status=point.status,
        valid=point.valid,
        comment=point.comment,
    )
