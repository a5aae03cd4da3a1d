"""Deletes old results, by age or until they fit on the disk. Look first: `plan` says what `carry_out` would delete.

Of a deleted result a tombstone remains, so that its address answers 410; the counters keep what it was. The bytes of
its artifacts go with the next `qarunner.store.artifacts.collect_garbage`, unless another result has them too.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, Connection, Subquery, delete, exists, func, literal, select, tuple_

from qarunner.store.artifacts import unused_contents
from qarunner.store.clock import now
from qarunner.store.copies import Progress, no_progress
from qarunner.store.lookup import number_of
from qarunner.store.models import Content, StoredArtifact, StoredResult, StoredRun, Tombstone
from qarunner.store.upsert import insert_new, table_of

if TYPE_CHECKING:
    from qarunner.store.engine import Store

DELETED_AT_ONCE = 200
"""Results per transaction, so that others may write in between."""
LAST_NUMBER = 2**62
Stopped = Callable[[], bool]
"""Asked between short steps: whether to leave the rest for another time."""
FORGOTTEN = timedelta(days=400)
"""Tombstones are kept so long; after that a deleted result is as unknown as one that never was."""


def never() -> bool:
    """Go on to the end."""
    return False


@dataclass(frozen=True, slots=True)
class Retention:
    """How long and how much is kept; None is no limit."""

    days: float | None = None
    """Results that started longer ago are deleted."""
    most_bytes: int | None = None
    """Of all artifacts together: the oldest results are deleted until the rest fits."""
    free_bytes: int | None = None
    """Of the artifacts' disk: the oldest results are deleted until so much is free."""


class Plan(NamedTuple):
    """What would be deleted: all finished results up to one."""

    results: int
    """How many."""
    freed: int
    """Bytes on disk, once the garbage is collected."""
    oldest: datetime | None
    newest: datetime | None
    last: tuple[datetime, int] | None
    """Start and number of the last one to go; None when nothing goes."""


def plan(store: Store, retention: Retention) -> Plan:
    """Return what `carry_out` would delete now. Changes nothing."""
    free = shutil.disk_usage(store.contents.folder).free
    with store.read() as connection:
        places = [_by_age(connection, retention.days), _by_size(connection, retention, free)]
        last = max((place for place in places if place), default=None)
        if last is None:
            return Plan(0, 0, None, None, None)
        query = select(func.count(), func.min(StoredResult.started), func.max(StoredResult.started))
        count, oldest, newest = connection.execute(query.where(*_up_to(last))).one()
        last_use = _last_use()
        query = select(func.coalesce(func.sum(last_use.c.size), 0)).where(last_use.c.started <= last[0])
        freed = int(connection.execute(query).scalar_one())
        return Plan(count, freed, oldest, newest, last if count else None)


def carry_out(
    store: Store, planned: Plan, reason: str = "retention", progress: Progress = no_progress, stopped: Stopped = never
) -> int:
    """Delete what was planned; return how many results that were. Can be stopped at any time and planned again.

    :param reason: remains with the tombstones.
    """
    deleted = 0
    while planned.last is not None and not stopped():
        with store.write() as connection:
            query = select(StoredResult.number, StoredResult.id).where(*_up_to(planned.last))
            oldest = query.order_by(StoredResult.started, StoredResult.number).limit(DELETED_AT_ONCE)
            some = [(row.number, row.id) for row in connection.execute(oldest)]
            _delete(connection, some, reason)
        deleted += len(some)
        progress("deleting results", deleted, max(deleted, planned.results))
        if len(some) < DELETED_AT_ONCE:
            break
    with store.write() as connection:
        left = exists().where(StoredResult.run == StoredRun.id)
        last = planned.newest or now() - FORGOTTEN
        connection.execute(delete(StoredRun).where(StoredRun.started <= last, ~left))
        connection.execute(delete(Tombstone).where(Tombstone.deleted < now() - FORGOTTEN))
    return deleted


def delete_result(store: Store, identifier: str, reason: str) -> None:
    """Delete one result because somebody wants it.

    :param reason: remains with the tombstone.
    :raises UnknownResultError: when there is no such result.
    :raises ResultDeletedError: when it was deleted before.
    """
    with store.write() as connection:
        _delete(connection, [(number_of(connection, identifier), identifier)], reason)


def _delete(connection: Connection, some: Sequence[tuple[int, str]], reason: str) -> None:
    if not some:
        return
    moment = now()
    fields = {"deleted": moment, "reason": reason}
    tombstones = [{"id": identifier, "number": number, **fields} for number, identifier in some]
    connection.execute(insert_new(connection, Tombstone), tombstones)
    # Steps, measurements, tags and the artifacts' rows go with it.
    table = table_of(StoredResult)
    connection.execute(delete(table).where(table.c.number.in_([number for number, _identifier in some])))


def _by_age(connection: Connection, days: float | None) -> tuple[datetime, int] | None:
    """Return the last result that is too old."""
    if days is None:
        return None
    query = select(StoredResult.started, StoredResult.number).where(StoredResult.started < now() - timedelta(days=days))
    newest_first = query.order_by(StoredResult.started.desc(), StoredResult.number.desc())
    row = connection.execute(newest_first.limit(1)).first()
    return (row[0], row[1]) if row else None


def _by_size(connection: Connection, retention: Retention, free: int) -> tuple[datetime, int] | None:
    """Return the last result that must go for the rest to fit."""
    last_use = _last_use()
    excess = -1
    if retention.most_bytes is not None:
        used = connection.execute(select(func.coalesce(func.sum(last_use.c.size), 0))).scalar_one()
        excess = int(used) - retention.most_bytes
    if retention.free_bytes is not None and free < retention.free_bytes:
        excess = max(excess, retention.free_bytes - free - _unused_bytes(connection))
    if excess <= 0:
        return None
    freed = func.sum(last_use.c.size).over(order_by=last_use.c.started).label("freed")
    running = select(last_use.c.started, freed).subquery()
    enough = select(func.min(running.c.started)).where(running.c.freed >= excess)
    started = connection.execute(enough).scalar()
    if started is None:  # even all of them are not enough
        started = connection.execute(select(func.max(last_use.c.started))).scalar()
    return None if started is None else (started, LAST_NUMBER)


def _unused_bytes(connection: Connection) -> int:
    """Return how much will be free anyway: bytes of results that are deleted, which no one has collected yet."""
    query = select(func.coalesce(func.sum(Content.size), 0)).where(*unused_contents())
    return int(connection.execute(query).scalar_one())


def _last_use() -> Subquery:
    """Return the query for each content's size, and the start of the newest result that has it: with it, it goes."""
    newest: ColumnElement[datetime] = func.max(StoredResult.started, type_=StoredResult.started.type)
    return (
        select(Content.sha256, Content.size, newest.label("started"))
        .join(StoredArtifact, StoredArtifact.sha256 == Content.sha256)
        .join(StoredResult, StoredResult.number == StoredArtifact.result)
        .group_by(Content.sha256, Content.size)
        .subquery()
    )


def _up_to(last: tuple[datetime, int]) -> list[ColumnElement[bool]]:
    place = tuple_(StoredResult.started, StoredResult.number)
    # With the columns' own types: SQLite compares a time only as the number that it is kept as.
    end = tuple_(literal(last[0], StoredResult.started.type), literal(last[1], StoredResult.number.type))
    return [place <= end, StoredResult.finished.is_(True)]
