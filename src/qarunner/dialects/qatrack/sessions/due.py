"""Moves a collection's due date and last instance after a session, within the write that stores it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, exists, select, update

from qarunner.dialects.qatrack.rules.due_dates import Run, due_date_after
from qarunner.store.models import qatrack
from qarunner.store.models.qatrack.revision import revision
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.dialects.qatrack.rules.due_dates import Frequency
    from qarunner.dialects.qatrack.sessions.definition import Definition

_collection, _session, _test, _status = (
    table_of(model) for model in (qatrack.Collection, qatrack.ListInstance, qatrack.TestInstance, qatrack.Status)
)


class State(NamedTuple):
    """How a collection stands."""

    due_date: datetime | None
    last_instance: int | None
    last_completed: datetime | None
    """When the work of the last instance was completed."""
    revision: int | None
    """Of all definitions."""


_STATE: Any = (
    select(_collection.c.due_date, _collection.c.last_instance, _session.c.work_completed, revision())
    .select_from(_collection.outerjoin(_session, _session.c.id == _collection.c.last_instance))
    .where(_collection.c.id == bindparam("collection"))
    # One session after the other, where the database lets several write at a time.
    .with_for_update(of=_collection)
)
_of_collection = _session.c.collection == bindparam("collection")
_newest = (_session.c.work_completed.desc(), _session.c.id.desc())
_LAST: Any = select(_session.c.id).where(_of_collection, ~_session.c.in_progress).order_by(*_newest).limit(1)
_SCHEDULED: Any = (
    select(_session.c.work_completed, _session.c.due_date)
    .where(_of_collection, ~_session.c.in_progress, _session.c.include_for_scheduling)
    .order_by(*_newest)
    .limit(1)
)
_invalid = exists().where(_test.c.list_instance == _session.c.id, _test.c.status == _status.c.id, ~_status.c.valid)
_COUNTING: Any = _SCHEDULED.where(~_invalid)


def state_of(connection: Connection, collection: int) -> State | None:
    """Return how a collection stands, and keep it so until the write ends; None when there is none any more."""
    row = connection.execute(_STATE, {"collection": collection}).first()
    return None if row is None else State(*row)


def move_after_new(
    connection: Connection, definition: Definition, state: State, session: Mapping[str, Any], run: Run, zone: tzinfo
) -> None:
    """Move both after a session that is new. Asks the database only where the session is not simply the latest.

    :param session: columns of its list instance. :param run: the same as scheduling sees it.
    """
    changes: dict[str, Any] = {}
    latest = state.last_completed is None or session["work_completed"] >= state.last_completed
    if latest and not run.in_progress:
        changes["last_instance"] = session["id"]
    if definition.frequency is not None and not run.in_progress and run.include_for_scheduling:
        now = session["modified"]
        if latest and run.counts:
            due = due_date_after([run], state.due_date, definition.frequency, now=now, zone=zone)
        else:
            due = _due(connection, definition.collection, definition.frequency, state.due_date, now, zone)
        changes["due_date"] = due
    _write(connection, definition.collection, changes, state)


def move_after_change(
    connection: Connection, definition: Definition, state: State, session: Mapping[str, Any], zone: tzinfo
) -> None:
    """Move both after a session that was changed, by all that is stored.

    :param session: columns of its list instance; where no session counts any more, its own due date is valid again.
    """
    number = definition.collection
    changes: dict[str, Any] = {"last_instance": connection.execute(_LAST, {"collection": number}).scalar()}
    if definition.frequency is not None:
        before, now = session["due_date"], session["modified"]
        changes["due_date"] = _due(connection, number, definition.frequency, before, now, zone)
    _write(connection, number, changes, state)


def _due(
    connection: Connection, collection: int, frequency: Frequency, before: datetime | None, now: datetime, zone: tzinfo
) -> datetime | None:
    """Return when the collection is due after all its sessions. :param before: what holds when none is scheduled."""
    asked = {"collection": collection}
    row = connection.execute(_COUNTING, asked).first()
    if row is not None:
        run = Run(completed=row.work_completed)
        return due_date_after([run], row.due_date, frequency, now=now, zone=zone)
    return now if connection.execute(_SCHEDULED, asked).first() is not None else before


def _write(connection: Connection, collection: int, changes: Mapping[str, Any], state: State) -> None:
    changed = {name: value for name, value in changes.items() if value != getattr(state, name)}
    if changed:
        connection.execute(update(_collection).where(_collection.c.id == collection).values(changed))
