"""Reads completed sessions whose results are still to be made."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, select, update

from qarunner.dialects.qatrack.joining import SESSION_TAG, SOURCE
from qarunner.dialects.qatrack.joining.records import DoneSession, DoneTest, name_of_list, results_of_session
from qarunner.dialects.qatrack.rules.displays import value_display
from qarunner.dialects.qatrack.rules.records import PassFail
from qarunner.dialects.qatrack.sessions.loading import member_of
from qarunner.dialects.qatrack.sessions.stored import test_rows, value_of
from qarunner.store.models import ResultTag, StoredResult, User, qatrack
from qarunner.store.portions import in_portions
from qarunner.store.submission import Submission
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

MOST = 50
"""Sessions that are taken at a time."""
_session = table_of(qatrack.ListInstance)
_DONE = (
    update(_session)
    .where(_session.c.id == bindparam("this"), _session.c.modified == bindparam("seen"))
    .values(results_due=False)
)


class Waiting(NamedTuple):
    """A session that waits."""

    number: int
    modified: datetime
    changed: bool
    """Whether it was changed after it was first stored."""
    submissions: list[Submission]


def waiting_sessions(connection: Connection, zone: tzinfo) -> list[Waiting]:
    """Return some sessions that wait, the oldest first. :param zone: of the times in notes."""
    listed, collection, unit = qatrack.TestList, qatrack.Collection, qatrack.Unit
    session: Any = qatrack.ListInstance
    query: Any = (
        select(
            session.id, session.created, session.modified, session.work_started, session.work_completed,
            listed.name.label("list_name"), listed.slug, unit.node, unit.name.label("unit"), User.name.label("user"),
        )
        .join(listed, listed.id == session.test_list)
        .join(collection, collection.id == session.collection)
        .join(unit, unit.id == collection.unit)
        .outerjoin(User, User.id == session.created_by)
        .where(session.results_due)
        .order_by(session.id)
        .limit(MOST)
    )  # fmt: skip
    rows = connection.execute(query).all()
    numbers = [row.id for row in rows]
    tests, comments = _tests(connection, numbers, zone), _comments(connection, numbers)
    found = []
    for row in rows:
        done = DoneSession(
            number=row.id,
            list_name=name_of_list(row.list_name, row.slug),
            node=row.node or row.unit,
            started=row.work_started,
            completed=row.work_completed,
            comments=tuple(comments[row.id]),
            tests=tuple(tests[row.id]),
        )
        submissions = [
            Submission(result=result, source=SOURCE, user=row.user or "") for result in results_of_session(done)
        ]
        found.append(Waiting(row.id, row.modified, row.modified != row.created, submissions))
    return found


def _tests(connection: Connection, sessions: Sequence[int], zone: tzinfo) -> dict[int, list[DoneTest]]:
    found: dict[int, list[DoneTest]] = defaultdict(list)
    for row in test_rows(connection, sessions):
        test, value = member_of(row, None).test, value_of(row)
        done = DoneTest(
            test=test,
            result=row.result,
            value=value,
            text=value_display(test, value, skipped=row.skipped, zone=zone),
            pass_fail=PassFail(row.pass_fail),
            comment=row.comment,
        )
        found[row.list_instance].append(done)
    return found


def _comments(connection: Connection, sessions: Sequence[int]) -> dict[int, list[str]]:
    comment, found = qatrack.Comment, defaultdict(list)
    query = select(comment.list_instance, comment.comment).where(comment.list_instance.in_(sessions))
    for row in connection.execute(query.order_by(comment.id)):
        found[row.list_instance].append(row.comment)
    return found


def made_before(connection: Connection, waiting: Iterable[Waiting]) -> set[str]:
    """Return the ids of results that were made of these very sessions before: they may be changed now."""
    sessions = {one.result.id: one.result.tags[SESSION_TAG] for many in waiting for one in many.submissions}
    found: set[str] = set()
    for some in in_portions(sorted(sessions)):
        query = (
            select(StoredResult.id, ResultTag.value)
            .join(ResultTag, ResultTag.result == StoredResult.number)
            .where(StoredResult.id.in_(some), StoredResult.source == SOURCE, ResultTag.name == SESSION_TAG)
        )
        found.update(row.id for row in connection.execute(query) if row.value == sessions[row.id])
    return found


def note_done(connection: Connection, waiting: Sequence[Waiting]) -> None:
    """Note that sessions wait no longer, unless they were changed since they were read."""
    if waiting:
        connection.execute(_DONE, [{"this": one.number, "seen": one.modified} for one in waiting])
