"""Reviews sessions: gives their tests a status, which may take them out of what counts, and with that the due date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from qarunner.access import audit
from qarunner.dialects.qatrack.rules.review import Status, all_reviewed
from qarunner.dialects.qatrack.sessions.due import move_after_change, state_of
from qarunner.dialects.qatrack.sessions.loading import load
from qarunner.dialects.routes import RefusedError
from qarunner.store.clock import now
from qarunner.store.models import qatrack

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from sqlalchemy import Connection

    from qarunner.access import Identity
    from qarunner.dialects.spec import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What somebody says of sessions.

    `status`: its number. `test_instance`: number of the only one that is meant; None for all of a session. `comment`:
    is added to those of the session; empty for none. `address`: of the client, for the log.
    """

    status: int
    test_instance: int | None = None
    comment: str = ""
    by: Identity
    address: str


def review_sessions(services: Services, sessions: Iterable[int], review: Review) -> None:
    """Give the tests of sessions a status, of all or of none, and note who did it.

    :raises RefusedError: there is no such session, status or test, or a session is in progress.
    """
    moment = now()
    with services.store.write() as connection:
        name, valid = _status(connection, review.status)
        for session in sessions:
            collection = _collection(connection, session)
            changes = _set_status(connection, session, review, moment)
            _settle(connection, session, moment, review.by)
            _note(connection, session, review, name, len(changes), moment)
            if any(before != valid for before in changes):
                _reschedule(connection, session, collection, moment, services.zone)


def _note(connection: Connection, session: int, review: Review, status: str, tests: int, moment: datetime) -> None:
    if review.comment:
        row = {"list_instance": session, "user": review.by.user_id, "submit_date": moment, "comment": review.comment}
        connection.execute(insert(qatrack.Comment).values(row))
    one = {"test": review.test_instance} if review.test_instance else {}
    details = {"status": status, "tests": tests, **one}
    audit.note(connection, review.by.user, "qatrack.review", f"qatrack session {session}", details, review.address)


def _collection(connection: Connection, session: int) -> int:
    """Return the collection of a session that can be reviewed."""
    query = select(qatrack.ListInstance.collection, qatrack.ListInstance.in_progress)
    found = connection.execute(query.where(qatrack.ListInstance.id == session)).one_or_none()
    if found is None:
        raise RefusedError(404, f"there is no session {session}")
    if found.in_progress:
        raise RefusedError(400, f"session {session} is still in progress: review it when it is completed")
    number: int = found.collection
    return number


def _status(connection: Connection, number: int) -> tuple[str, bool]:
    query = select(qatrack.Status.name, qatrack.Status.valid).where(qatrack.Status.id == number)
    found = connection.execute(query).one_or_none()
    if found is None:
        raise RefusedError(400, f"there is no status {number}")
    return found.name, found.valid


def _set_status(connection: Connection, session: int, review: Review, moment: datetime) -> list[bool]:
    """Change the rows; return of each whether it counted before."""
    instance, test_instance = qatrack.TestInstance, review.test_instance
    meant = [instance.list_instance == session, *([instance.id == test_instance] if test_instance is not None else [])]
    query = (
        select(qatrack.Status.valid).select_from(instance).join(qatrack.Status, qatrack.Status.id == instance.status)
    )
    before = list(connection.execute(query.where(*meant)).scalars())
    if not before and test_instance is not None:
        raise RefusedError(400, f"session {session} has no test instance {test_instance}")
    values = {"status": review.status, "review_date": moment, "reviewed_by": review.by.user_id}
    connection.execute(update(instance).where(*meant).values(values))
    return before


def _settle(connection: Connection, session: int, moment: datetime, by: Identity) -> None:
    """Say of the session whether anything of it still waits for review."""
    instance = qatrack.TestInstance
    rows = connection.execute(
        select(qatrack.Status.id, qatrack.Status.requires_review)
        .distinct()
        .join(instance, instance.status == qatrack.Status.id)
        .where(instance.list_instance == session)
    )
    done = all_reviewed(Status(key=row.id, requires_review=row.requires_review) for row in rows)
    values = {
        "all_reviewed": done,
        "reviewed": moment if done else None,
        "reviewed_by": by.user_id if done else None,
    }
    connection.execute(update(qatrack.ListInstance).where(qatrack.ListInstance.id == session).values(values))


def _reschedule(connection: Connection, session: int, collection: int, moment: datetime, zone: tzinfo) -> None:
    """Set the due date anew, from the sessions that count now."""
    definition, state = load(connection, collection), state_of(connection, collection)
    due = select(qatrack.ListInstance.due_date).where(qatrack.ListInstance.id == session)
    if definition is not None and state is not None:
        columns = {"due_date": connection.execute(due).scalar_one(), "modified": moment}
        move_after_change(connection, definition, state, columns, zone)
