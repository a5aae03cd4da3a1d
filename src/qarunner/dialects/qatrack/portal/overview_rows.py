"""What the store knows of lists on units: few questions, however many there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

from qarunner.dialects.qatrack.portal.due import Due, due_word
from qarunner.dialects.qatrack.rules.records import PassFail
from qarunner.store.models import qatrack

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A list, or a cycle of lists, that is done on a unit. `last`: its last session; None when it was never done."""

    unit: int
    unit_name: str
    place: str
    collection: int
    name: str
    frequency: str
    due: datetime | None
    word: Due
    last: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A session, and how many of its tests have which verdict."""

    number: int
    completed: datetime
    in_progress: bool
    reviewed: bool
    flagged: bool
    counts: Mapping[PassFail, int]
    ruled_out: int = 0
    """Tests that do not count, as a review says."""

    @property
    def fine(self) -> bool:
        """Whether nobody need look at it: everything was done, and all is ok as far as there are limits."""
        return bool(self.counts) and not self.flagged and self.counts.keys() <= {PassFail.OK, PassFail.NO_TOL}

    @property
    def review(self) -> str:
        """How its review stands, in a word or two."""
        if self.in_progress:
            return "in progress"
        tests = sum(self.counts.values())
        if self.ruled_out:
            return "ruled out" if self.ruled_out == tests else f"{self.ruled_out} of {tests} ruled out"
        return "reviewed" if self.reviewed else "waiting"


def tasks(connection: Connection, *, now: datetime, zone: tzinfo) -> list[Task]:
    """Return all that is done on units in use, by unit and name."""
    query = (
        select(
            qatrack.Unit.number.label("unit"),
            qatrack.Unit.name.label("unit_name"),
            qatrack.Unit.location,
            qatrack.Site.name.label("site"),
            qatrack.Collection.id,
            qatrack.Collection.name,
            qatrack.Collection.due_date,
            qatrack.Collection.last_instance,
            qatrack.Frequency.name.label("frequency"),
            qatrack.Frequency.window_end,
        )
        .select_from(qatrack.Collection)
        .join(qatrack.Unit, qatrack.Unit.id == qatrack.Collection.unit)
        .outerjoin(qatrack.Site, qatrack.Site.id == qatrack.Unit.site)
        .outerjoin(qatrack.Frequency, qatrack.Frequency.id == qatrack.Collection.frequency)
        .where(qatrack.Collection.active, qatrack.Unit.active)
        .order_by(qatrack.Unit.number, qatrack.Collection.name, qatrack.Collection.id)
    )
    return [_task(row, now, zone) for row in connection.execute(query)]


def idle_units(connection: Connection, most: int) -> list[str]:
    """Return the names of units in use on which no list is done, by their numbers."""
    used = select(qatrack.Collection.unit).where(qatrack.Collection.active)
    query = select(qatrack.Unit.name).where(qatrack.Unit.active, qatrack.Unit.id.not_in(used))
    return list(connection.execute(query.order_by(qatrack.Unit.number).limit(most)).scalars())


def _task(row: Any, now: datetime, zone: tzinfo) -> Task:
    done = row.last_instance is not None
    return Task(
        unit=row.unit,
        unit_name=row.unit_name,
        place=", ".join(part for part in (row.site, row.location) if part),
        collection=row.id,
        name=row.name,
        frequency=row.frequency or "",
        due=row.due_date,
        word=due_word(row.due_date, row.window_end or 0, done=done, now=now, zone=zone),
        last=row.last_instance,
    )


def sessions(connection: Connection, numbers: Sequence[int]) -> dict[int, Done]:
    """Return sessions by their numbers, with the verdicts of their tests."""
    session, instance = qatrack.ListInstance, qatrack.TestInstance
    counted = (
        select(
            instance.list_instance,
            instance.pass_fail,
            func.count().label("tests"),
            func.sum(case((qatrack.Status.valid, 0), else_=1)).label("ruled_out"),
        )
        .join(qatrack.Status, qatrack.Status.id == instance.status)
        .where(instance.list_instance.in_(numbers))
        .group_by(instance.list_instance, instance.pass_fail)
        .subquery()
    )
    query = (
        select(
            session.id,
            session.work_completed,
            session.in_progress,
            session.all_reviewed,
            session.flagged,
            counted.c.pass_fail,
            counted.c.tests,
            counted.c.ruled_out,
        )
        .outerjoin(counted, counted.c.list_instance == session.id)
        .where(session.id.in_(numbers))
    )
    rows = connection.execute(query).all() if numbers else []
    counts: dict[int, dict[PassFail, int]] = defaultdict(dict)
    ruled_out: Counter[int] = Counter()
    for row in rows:
        if row.pass_fail is not None:
            counts[row.id][PassFail(row.pass_fail)] = row.tests
            ruled_out[row.id] += row.ruled_out
    return {
        row.id: Done(
            number=row.id,
            completed=row.work_completed,
            in_progress=row.in_progress,
            reviewed=row.all_reviewed,
            flagged=row.flagged,
            counts=counts[row.id],
            ruled_out=ruled_out[row.id],
        )
        for row in rows
    }
