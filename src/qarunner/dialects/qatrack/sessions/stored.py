"""Reads a session that is about to be changed: what it holds, and by which limits it was judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from qarunner.dialects.qatrack.rules.kinds import TEXTS, Kind
from qarunner.dialects.qatrack.rules.records import Entry, Value
from qarunner.dialects.qatrack.sessions.files import KeptFile
from qarunner.dialects.qatrack.sessions.loading import TEST_COLUMNS, member_of
from qarunner.store.models import qatrack
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.dialects.qatrack.sessions.definition import Definition, Member

_session = table_of(qatrack.ListInstance)
_test: Any = qatrack.TestInstance
VALUES = "list_instance value string_value date_value datetime_value skipped comment status pass_fail result"
_TEXT_KINDS = TEXTS | {Kind.UPLOAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTest:
    """A test instance. Its limits are those that held when it was made."""

    number: int
    member: Member
    entry: Entry
    status: int
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """A list instance with its tests in order, and their files."""

    columns: Mapping[str, Any]
    commented: bool
    """Whether somebody said something of it."""
    tests: tuple[StoredTest, ...]
    files: tuple[KeptFile, ...]


def session_columns(connection: Connection, number: int) -> Mapping[str, Any] | None:
    """Return the columns of a list instance; None when there is none."""
    row = connection.execute(select(_session).where(_session.c.id == number)).mappings().first()
    return None if row is None else dict(row)


def read_session(connection: Connection, columns: Mapping[str, Any], definition: Definition) -> StoredSession:
    """Return a session with its tests. :param definition: of its collection; says how results are reviewed."""
    review = {member.number: member.review for day in definition.days for member in day.members}
    tests = tuple(
        StoredTest(
            number=row.instance,
            member=member_of(row, review.get(row.number)),
            entry=Entry(value=value_of(row), skipped=row.skipped, comment=row.comment),
            status=row.status,
            result=row.result,
        )
        for row in test_rows(connection, [columns["id"]])
    )
    places = {test.number: order for order, test in enumerate(tests)}
    file = qatrack.Attachment
    query = select(file.id, file.label, file.test_instance).where(
        file.list_instance == columns["id"], file.test_instance.is_not(None)
    )
    rows = connection.execute(query.order_by(file.id))
    files = tuple(KeptFile(row.id, row.label, places[row.test_instance]) for row in rows)
    said = select(exists().where(qatrack.Comment.list_instance == columns["id"]))
    commented = bool(connection.execute(said).scalar())
    return StoredSession(columns=columns, commented=commented, tests=tests, files=files)


def test_rows(connection: Connection, sessions: Sequence[int]) -> Iterable[Any]:
    """Return the rows of test instances of sessions in order, for `member_of` and `value_of`."""
    info, test, reference, tolerance = qatrack.UnitTestInfo, qatrack.Test, qatrack.Reference, qatrack.Tolerance
    columns = (_test.id.label("instance"), info.id.label("info"), *(getattr(_test, name) for name in VALUES.split()))
    query: Any = (
        select(*columns, *TEST_COLUMNS)
        .join(info, info.id == _test.unit_test_info)
        .join(test, test.id == info.test)
        .outerjoin(reference, reference.id == _test.reference)
        .outerjoin(tolerance, tolerance.id == _test.tolerance)
        .where(_test.list_instance.in_(sessions))
        .order_by(_test.list_instance, _test.order)
    )
    return connection.execute(query)


def value_of(row: Any) -> Value:
    """Return what a test instance holds."""
    text = row.string_value if row.type in _TEXT_KINDS else ""
    return Value(number=row.value, text=text, date=row.date_value, datetime=row.datetime_value)
