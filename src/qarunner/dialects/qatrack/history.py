"""A measurement's history on a unit: each value with the limits that held when it was taken.

`find_measurement` says which one is meant, `history` gives its points; each asks the database once, however many rows
there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, or_, select

from qarunner.dialects.qatrack.recorded import LIMITS, TEST, VALUES, limits_of, listed_test, title_of, value_of
from qarunner.dialects.qatrack.rules.bands import Bands, bands_of
from qarunner.dialects.qatrack.rules.records import ListedTest, PassFail, Reference, Tolerance, Value
from qarunner.dialects.routes import RefusedError
from qarunner.errors import nearest
from qarunner.store.models import qatrack

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_POINTS = 10_000
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A test on a unit. `info`: the number of its unit test info. `unit`: the unit's number, as people know it."""

    info: int
    unit: int
    unit_name: str
    test: ListedTest
    test_name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value.

    `number`: of the test instance. `session`: of its list instance. `status`: of its review; `valid`: whether that
    lets it count.
    """

    number: int
    session: int
    time: datetime
    value: Value
    pass_fail: PassFail
    skipped: bool
    comment: str
    reference: Reference | None
    tolerance: Tolerance | None
    bands: Bands
    status: str
    valid: bool


@dataclass(frozen=True, slots=True)
class History:
    """The newest points that were asked for, oldest first. `more`: whether there are older ones."""

    points: tuple[Point, ...]
    more: bool


def find_measurement(connection: Connection, unit: str, test: str) -> Measurement:
    """Return a test on a unit.

    :param unit: its name, or its number. :param test: its name, its macro, or the number in its URL. Names win.
    :raises RefusedError: 404, there is none; 400, several are meant. Says which there are.
    """
    query = (
        select(qatrack.UnitTestInfo.id, qatrack.Unit.number.label("unit"), qatrack.Unit.name.label("unit_name"), *TEST)
        .select_from(qatrack.UnitTestInfo)
        .join(qatrack.Unit, qatrack.Unit.id == qatrack.UnitTestInfo.unit)
        .join(qatrack.Test, qatrack.Test.id == qatrack.UnitTestInfo.test)
        .where(unit_is(unit), _test_is(test))
        .order_by(qatrack.Unit.number, qatrack.Test.name)
    )
    rows = _best(connection.execute(query).all(), unit, test)
    if not rows:
        raise RefusedError(404, _what_is_missing(connection, unit, test))
    if len(rows) > 1:
        which = ", ".join(f"{row.name!r} of unit {row.unit}" for row in rows[:5])
        raise RefusedError(400, f"several tests are meant: {which}. Give the unit's number and the test's whole name")
    [row] = rows
    return Measurement(
        info=row.id,
        unit=row.unit,
        unit_name=row.unit_name,
        test=listed_test(row),
        test_name=row.name,
        title=title_of(row),
    )


def history(
    connection: Connection,
    measurement: Measurement,
    *,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
    not_done: bool = False,
) -> History:
    """Return what was measured, sessions in progress left out.

    :param limit: how many points at most; the newest of them are taken. :param since: the first moment of work
        completed. :param until: the first that is too late.
    :param not_done: whether tests that were skipped or not done are points, too; they have no value that counts.
    """
    rows = connection.execute(
        history_query(measurement.info, limit=limit + 1, since=since, until=until, not_done=not_done)
    ).all()
    points = tuple(_point(measurement.test, row) for row in reversed(rows[:limit]))
    return History(points, more=len(rows) > limit)


def history_query(
    info: int, *, limit: int, since: datetime | None, until: datetime | None, not_done: bool
) -> Select[Any]:
    """Return the question for the newest points, newest first. The index of test infos and times answers it."""
    instance = qatrack.TestInstance
    query = (
        select(*VALUES, *LIMITS, qatrack.Status.name.label("status"), qatrack.Status.valid)
        .select_from(instance)
        .join(qatrack.ListInstance, qatrack.ListInstance.id == instance.list_instance)
        .join(qatrack.Status, qatrack.Status.id == instance.status)
        .outerjoin(qatrack.Reference, qatrack.Reference.id == instance.reference)
        .outerjoin(qatrack.Tolerance, qatrack.Tolerance.id == instance.tolerance)
        .where(instance.unit_test_info == info, qatrack.ListInstance.in_progress.is_(False))
    )
    if since is not None:
        query = query.where(instance.work_completed >= since)
    if until is not None:
        query = query.where(instance.work_completed < until)
    if not not_done:
        query = query.where(instance.pass_fail != PassFail.NOT_DONE)
    return query.order_by(instance.work_completed.desc(), instance.id.desc()).limit(limit)


def _point(test: ListedTest, row: Any) -> Point:
    reference, tolerance = limits_of(row)
    return Point(
        number=row.id,
        session=row.list_instance,
        time=row.work_completed,
        value=value_of(row),
        pass_fail=PassFail(row.pass_fail),
        skipped=row.skipped,
        comment=row.comment,
        reference=reference,
        tolerance=tolerance,
        bands=bands_of(test.kind, reference, tolerance),
        status=row.status,
        valid=row.valid,
    )


def _best(rows: Sequence[Any], unit: str, test: str) -> Sequence[Any]:
    """Return the rows that are called so, if there are any."""
    rows = [row for row in rows if row.unit_name == unit] or rows
    return [row for row in rows if row.name == test] or rows


def unit_is(text: str) -> ColumnElement[bool]:
    """Return the condition for a unit by its name or its number."""
    number = _number(text)
    return (
        qatrack.Unit.name == text if number is None else or_(qatrack.Unit.name == text, qatrack.Unit.number == number)
    )


def _test_is(text: str) -> ColumnElement[bool]:
    named = or_(qatrack.Test.name == text, qatrack.Test.slug == text)
    number = _number(text)
    return named if number is None else or_(named, qatrack.Test.id == number)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def _what_is_missing(connection: Connection, unit: str, test: str) -> str:
    found = connection.execute(select(qatrack.Unit.number, qatrack.Unit.id).where(unit_is(unit))).first()
    if found is None:
        known = connection.execute(select(qatrack.Unit.name)).scalars()
        return _with_hint(f"there is no unit {unit[:80]!r}", nearest(unit, known))
    here = select(qatrack.UnitTestInfo.test).where(qatrack.UnitTestInfo.unit == found.id)
    names = connection.execute(select(qatrack.Test.name).where(qatrack.Test.id.in_(here))).scalars()
    return _with_hint(f"unit {found.number} has no test {test[:80]!r}", nearest(test, names))


def _with_hint(problem: str, hint: str) -> str:
    return f"{problem}; {hint}" if hint else problem
