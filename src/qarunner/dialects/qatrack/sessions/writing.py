"""Stores a new session: one transaction, five statements for one without files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, update

from qarunner.dialects.qatrack.rules.due_dates import Run
from qarunner.dialects.qatrack.rules.user_keys import TAKEN
from qarunner.dialects.qatrack.sessions.due import move_after_new, state_of
from qarunner.dialects.qatrack.sessions.files import KeptFile, StagedFile, put_files, record_files
from qarunner.dialects.qatrack.sessions.judging import refused
from qarunner.dialects.qatrack.sessions.rows import Row, new_test_row
from qarunner.store.clean import clean
from qarunner.store.models import qatrack
from qarunner.store.upsert import insert_new, table_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.dialects.qatrack.sessions.definition import Definition
    from qarunner.dialects.qatrack.sessions.definitions import Desk
    from qarunner.dialects.qatrack.sessions.judging import Judgement

_session, _test = table_of(qatrack.ListInstance), table_of(qatrack.TestInstance)
_INSERT_TESTS = insert(_test).returning(_test.c.id, _test.c.order)
_INSERT_COMMENT = insert(table_of(qatrack.Comment))
_SET_FILE = update(_test).where(_test.c.id == bindparam("this")).values(string_value=bindparam("file"))


ATTEMPTS = 5
"""To store a session whose definition changes meanwhile."""


class DefinitionChangedError(Exception):
    """The definition that a session was judged by is not the present one: it must be judged anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A session that is right and about to be stored."""

    session: Row
    """Columns of the list instance, without those that are known only when it is written."""
    judgement: Judgement
    results: Sequence[str]
    """Ids of the store's results that its tests stand for, in order; empty ones for none."""
    comment: str
    """What came with this request; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was stored."""

    draft: Draft
    session: Row
    """Columns of the list instance."""
    numbers: Sequence[int]
    """Of the test instances, in order."""
    files: Sequence[KeptFile]
    """All of its files, earlier ones as well."""


def write_new(desk: Desk, definition: Definition, draft: Draft, files: Sequence[StagedFile]) -> Written:
    """Store a new session that was judged by a definition.

    :raises DefinitionChangedError: see there. :raises RefusedFieldsError: another session has the key.
    """
    with desk.store.write() as connection:
        state = state_of(connection, definition.collection)
        if state is None or state.revision != definition.revision:
            raise DefinitionChangedError
        row = draft.session | {"due_date": state.due_date}
        row["id"] = _insert_session(connection, row)
        numbers = _insert_tests(connection, row, draft)
        add_comment(connection, row, draft.comment)
        kept = record_files(connection, files, row, dict(enumerate(numbers)))
        link_files(connection, kept, numbers)
        run = Run(
            completed=row["work_completed"],
            in_progress=row["in_progress"],
            include_for_scheduling=row["include_for_scheduling"],
            statuses=tuple(test.status for test in draft.judgement.tests),
        )
        move_after_new(connection, definition, state, row, run, desk.zone)
        put_files(desk.store, files)
    return Written(draft=draft, session=row, numbers=numbers, files=kept)


def _insert_session(connection: Connection, row: Mapping[str, Any]) -> int:
    statement = insert_new(connection, qatrack.ListInstance).returning(_session.c.id)
    number = connection.execute(statement, row).scalar()
    if number is None:
        raise refused(TAKEN)
    return int(number)


def _insert_tests(connection: Connection, row: Mapping[str, Any], draft: Draft) -> list[int]:
    rows = [
        new_test_row(test, order, row, result)
        for order, (test, result) in enumerate(zip(draft.judgement.tests, draft.results, strict=True))
    ]
    found = {one.order: one.id for one in connection.execute(_INSERT_TESTS, rows)} if rows else {}
    return [found[order] for order in range(len(rows))]


def add_comment(connection: Connection, session: Mapping[str, Any], comment: str) -> None:
    """Add what somebody said of a session, if anything."""
    if comment:
        row = {
            "list_instance": session["id"],
            "user": session["modified_by"],
            "submit_date": session["modified"],
            "comment": clean(comment),
        }
        connection.execute(_INSERT_COMMENT, row)


def link_files(connection: Connection, kept: Sequence[KeptFile], numbers: Sequence[int]) -> None:
    """Make the number of its file the text of each upload test."""
    rows = [{"this": numbers[file.order], "file": str(file.number)} for file in kept if file.order is not None]
    if rows:
        connection.execute(_SET_FILE, rows)
