"""What the store knows of one session: as many questions for many tests as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from qarunner.dialects.qatrack.recorded import LIMITS, TEST, VALUES
from qarunner.store.models import StoredResult, User, qatrack
from qarunner.store.portions import in_portions

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as its rows: those of `tests` have `VALUES`, `LIMITS` and `TEST` among their columns.

    `files`: by the number of their test instance; None of those of the whole session. `results`: of the store, by id.
    """

    head: Any
    tests: Sequence[Any]
    comments: Sequence[Any]
    files: Mapping[int | None, Sequence[Any]]
    results: Mapping[str, Any]
    statuses: Sequence[Any]


def find_session(connection: Connection, number: int) -> Session | None:
    """Return a session; None when there is none."""
    head = connection.execute(_head(number)).one_or_none()
    if head is None:
        return None
    tests = connection.execute(_tests(number)).all()
    return Session(
        head=head,
        tests=tests,
        comments=connection.execute(_comments(number)).all(),
        files=_files(connection, number),
        results=_results(connection, {row.result for row in tests if row.result}),
        statuses=statuses(connection),
    )


def statuses(connection: Connection) -> Sequence[Any]:
    """Return the rows of all statuses that a review may give."""
    return connection.execute(select(qatrack.Status).order_by(qatrack.Status.id)).all()


def _head(number: int) -> Any:
    session, creator, editor, reviewer = qatrack.ListInstance, aliased(User), aliased(User), aliased(User)
    return (
        select(
            session.id,
            session.collection,
            session.work_started,
            session.work_completed,
            session.due_date,
            session.in_progress,
            session.include_for_scheduling,
            session.flagged,
            session.user_key,
            session.day,
            session.all_reviewed,
            session.reviewed,
            session.created,
            session.modified,
            qatrack.TestList.name.label("test_list"),
            qatrack.TestList.warning_message,
            qatrack.Collection.cycle,
            qatrack.Unit.number.label("unit"),
            qatrack.Unit.name.label("unit_name"),
            creator.name.label("created_by"),
            editor.name.label("modified_by"),
            reviewer.name.label("reviewed_by"),
        )
        .select_from(session)
        .join(qatrack.TestList, qatrack.TestList.id == session.test_list)
        .join(qatrack.Collection, qatrack.Collection.id == session.collection)
        .join(qatrack.Unit, qatrack.Unit.id == qatrack.Collection.unit)
        .outerjoin(creator, creator.id == session.created_by)
        .outerjoin(editor, editor.id == session.modified_by)
        .outerjoin(reviewer, reviewer.id == session.reviewed_by)
        .where(session.id == number)
    )


def _tests(number: int) -> Any:
    instance = qatrack.TestInstance
    return (
        select(
            *VALUES,
            *TEST,
            *LIMITS,
            instance.result,
            qatrack.Test.description,
            qatrack.Test.procedure,
            qatrack.Status.name.label("status"),
            qatrack.Status.valid,
            qatrack.Status.requires_review,
        )
        .select_from(instance)
        .join(qatrack.UnitTestInfo, qatrack.UnitTestInfo.id == instance.unit_test_info)
        .join(qatrack.Test, qatrack.Test.id == qatrack.UnitTestInfo.test)
        .join(qatrack.Status, qatrack.Status.id == instance.status)
        .outerjoin(qatrack.Reference, qatrack.Reference.id == instance.reference)
        .outerjoin(qatrack.Tolerance, qatrack.Tolerance.id == instance.tolerance)
        .where(instance.list_instance == number)
        .order_by(instance.order, instance.id)
    )


def _comments(number: int) -> Any:
    return (
        select(qatrack.Comment.submit_date, qatrack.Comment.comment, User.name.label("user"))
        .outerjoin(User, User.id == qatrack.Comment.user)
        .where(qatrack.Comment.list_instance == number)
        .order_by(qatrack.Comment.id)
    )


def _files(connection: Connection, number: int) -> dict[int | None, list[Any]]:
    file = qatrack.Attachment
    query = select(file.id, file.test_instance, file.label, file.comment, file.size).where(file.list_instance == number)
    found: dict[int | None, list[Any]] = defaultdict(list)
    for row in connection.execute(query.order_by(file.id)):
        found[row.test_instance].append(row)
    return found


def _results(connection: Connection, identifiers: set[str]) -> dict[str, Any]:
    columns = select(StoredResult.id, StoredResult.testcase, StoredResult.outcome)
    found = {}
    for some in in_portions(sorted(identifiers)):
        found.update({row.id: row for row in connection.execute(columns.where(StoredResult.id.in_(some)))})
    return found
