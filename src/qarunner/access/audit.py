"""The log of who did what: rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import insert, select

from qarunner.store.clock import now
from qarunner.store.models import AuditEntry
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from sqlalchemy import Connection


class AuditView(msgspec.Struct, frozen=True):
    """One line of the log."""

    id: int
    time: datetime
    user: str
    action: str
    subject: str
    details: dict[str, Any]
    address: str


def note(
    connection: Connection,
    user: str,
    action: str,
    subject: str = "",
    details: Mapping[str, Any] | None = None,
    address: str = "",
) -> None:
    """Add a line, in the same transaction as what it tells of. Never hand it a secret.

    :param action: such as ``job.stop``.
    :param subject: uid, id or name of what it was done to.
    """
    row = {
        "time": now(),
        "user": user,
        "action": action,
        "subject": subject,
        "details": dict(details or {}),
        "address": address,
    }
    connection.execute(insert(AuditEntry).values(row))


def entries(connection: Connection, most: int = 100, before: int | None = None) -> list[AuditView]:
    """Return lines of the log, newest first.

    :param before: the id of the last line of the page before.
    """
    columns = table_of(AuditEntry).c
    query = select(*columns).order_by(columns.id.desc()).limit(most)
    if before is not None:
        query = query.where(columns.id < before)
    return [AuditView(*row) for row in connection.execute(query)]
