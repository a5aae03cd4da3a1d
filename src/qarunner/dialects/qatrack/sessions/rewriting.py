"""Stores a session that was changed, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError

from qarunner.access import audit
from qarunner.dialects.qatrack.rules.user_keys import FIELD as USER_KEY
from qarunner.dialects.qatrack.rules.user_keys import TAKEN
from qarunner.dialects.qatrack.sessions.due import move_after_change, state_of
from qarunner.dialects.qatrack.sessions.files import StagedFile, put_files, record_files
from qarunner.dialects.qatrack.sessions.judging import refused
from qarunner.dialects.qatrack.sessions.rows import Row, test_columns
from qarunner.dialects.qatrack.sessions.writing import (
    DefinitionChangedError,
    Draft,
    Written,
    add_comment,
    link_files,
)
from qarunner.store.models import qatrack
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.dialects.qatrack.sessions.definition import Definition
    from qarunner.dialects.qatrack.sessions.definitions import Desk
    from qarunner.dialects.qatrack.sessions.stored import StoredSession

_session, _test = table_of(qatrack.ListInstance), table_of(qatrack.TestInstance)
SCHEDULING = ("work_completed", "in_progress", "include_for_scheduling")
"""Columns by which a session moves the due date."""


class SessionChangedError(Exception):
    """Somebody else changed the session meanwhile: it must be read and judged anew."""


def write_change(
    desk: Desk,
    definition: Definition,
    stored: StoredSession,
    draft: Draft,
    files: Sequence[StagedFile],
    user: str,
) -> Written:
    """Store a session as it is now.

    :param stored: what it was. :raises DefinitionChangedError, SessionChangedError: see there.
    :raises RefusedFieldsError: another session has the key.
    """
    session, numbers = draft.session, [test.number for test in stored.tests]
    with desk.store.write() as connection:
        state = state_of(connection, definition.collection)
        if state is None or state.revision != definition.revision:
            raise DefinitionChangedError
        _update_session(connection, stored, draft)
        rows = [
            {**test_columns(test, session), "result": result, "this": number}
            for test, result, number in zip(draft.judgement.tests, draft.results, numbers, strict=True)
        ]
        if rows:
            values: Row = {name: bindparam(name) for name in rows[0] if name != "this"}
            connection.execute(update(_test).where(_test.c.id == bindparam("this")).values(values), rows)
        add_comment(connection, session, draft.comment)
        kept = record_files(connection, files, session, dict(enumerate(numbers)))
        link_files(connection, kept, numbers)
        if _is_rescheduled(stored, draft):
            move_after_change(connection, definition, state, session, desk.zone)
        audit.note(connection, user, "qatrack.session.change", str(session["id"]))
        put_files(desk.store, files)
    return Written(draft=draft, session=session, numbers=numbers, files=[*stored.files, *kept])


def _update_session(connection: Connection, stored: StoredSession, draft: Draft) -> None:
    before = stored.columns
    changes = {name: value for name, value in draft.session.items() if value != before[name]}
    unchanged = (_session.c.id == before["id"], _session.c.modified == before["modified"])
    try:
        done = connection.execute(update(_session).where(*unchanged).values(changes))
    except IntegrityError as error:
        if USER_KEY not in str(error.orig):
            raise
        raise refused(TAKEN) from error
    if not done.rowcount:
        raise SessionChangedError


def _is_rescheduled(stored: StoredSession, draft: Draft) -> bool:
    """Whether the change may move the due date, or say which session was the last."""
    if any(draft.session[name] != stored.columns[name] for name in SCHEDULING):
        return True
    known = {test.status for test in stored.tests}
    return {test.status.key for test in draft.judgement.tests} != known
