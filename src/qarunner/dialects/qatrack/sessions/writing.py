"""Stores a new session: one transaction, five statements for one without files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

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
    from qarunner.dialects.qatrack.sessions.judging import Judgement
    from qarunner.store.engine import Store

_session, _test = table_of(qatrack.ListInstance), table_of(qatrack.TestInstance)
_INSERT_TESTS = insert(_test).returning(_test.c.id, _test.c.order)
_INSERT_COMMENT = insert(table_of(qatrack.Comment))
_SET_FILE = update(_test).where(_test.c.id == bindparam("this")).values(string_value=bindparam("file"))


class DefinitionChangedError(Exception):
    """The definition that a session was judged by is not the present one: it must be judged anew."""


class Written(NamedTuple):
    """What was stored."""

    session: Row
    """Columns of the list instance."""
    numbers: list[int]
    """Of the test instances, in order."""
    files: list[KeptFile]


def write_new(
    store: Store,
    definition: Definition,
    session: Row,
    judgement: Judgement,
    results: Sequence[str],
    comment: str,
    files: Sequence[StagedFile],
    zone: tzinfo,
) -> Written:
    """Store a session that was judged by a definition.

    :param session: columns of the list instance, without those that are known only now. :param results: ids of the
        store's results that its tests stand for, in order; empty ones for none.
    :raises DefinitionChangedError: see there. :raises RefusedFieldsError: another session has the key.
    """
    with store.write() as connection:
        state = state_of(connection, definition.collection)
        if state is None or state.revision != definition.revision:
            raise DefinitionChangedError
        row = session | {"due_date": state.due_date}
        row["id"] = _insert_session(connection, row)
        numbers = _insert_tests(connection, row, judgement, results)
        add_comment(connection, row, comment)
        kept = record_files(connection, files, row, dict(enumerate(numbers)))
        link_files(connection, kept, numbers)
        run = Run(
            completed=row["work_completed"],
            in_progress=row["in_progress"],
            include_for_scheduling=row["include_for_scheduling"],
            statuses=tuple(test.status for test in judgement.tests),
        )
        move_after_new(connection, definition, state, row, run, zone)
        put_files(store, files)
    return Written(row, numbers, kept)


def _insert_session(connection: Connection, row: Mapping[str, Any]) -> int:
    statement = insert_new(connection, qatrack.ListInstance).returning(_session.c.id)
    number = connection.execute(statement, row).scalar()
    if number is None:
        raise refused(TAKEN)
    return int(number)


def _insert_tests(
    connection: Connection, row: Mapping[str, Any], judgement: Judgement, results: Sequence[str]
) -> list[int]:
    rows = [
        new_test_row(test, order, row, result)
        for order, (test, result) in enumerate(zip(judgement.tests, results, strict=True))
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
