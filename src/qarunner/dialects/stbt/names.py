"""What the API calls results: the job's uid, the time of the start, and the result's number.

``/stb-tester-abcdef123456/0a23/972/2015-05-28_14.46.34-1207``. A name follows from the result's row, so every result
has one, whichever way it came into the store, and no two share one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from qarunner.store.lookup import deleted, number_of, unknown
from qarunner.store.models import StoredResult, Tombstone

if TYPE_CHECKING:
    from sqlalchemy import Connection

NO_JOB = "desk/0"
_JOB = re.compile(r"(?:/[^/]+){3}")
_NUMBER = re.compile(r".*-([0-9]{1,18})", re.DOTALL)
_IDENTIFIER = re.compile(r"/?([0-9a-f-]{36})")


def result_name(job: str, node: str, started: datetime, number: int) -> str:
    """Return the result_id of a result; one that belongs to no job gets a place of its own below its node."""
    if not _JOB.fullmatch(job):
        job = f"/{node.replace('/', '-') or 'unknown'}/{NO_JOB}"
    return f"{job}/{started.astimezone(UTC):%Y-%m-%d_%H.%M.%S}-{number}"


def identifier_of(connection: Connection, name: str) -> str:
    """Return the store's id of the finished result with this result_id, or with this id.

    :raises UnknownResultError: there is none. :raises ResultDeletedError: it was deleted.
    """
    own = _IDENTIFIER.fullmatch(name)
    if own:
        number_of(connection, own[1])
        return own[1]
    found = _NUMBER.fullmatch(name)
    if found is None:
        raise unknown(name)
    number = int(found[1])
    columns = (StoredResult.id, StoredResult.job, StoredResult.node, StoredResult.started, StoredResult.finished)
    row = connection.execute(select(*columns).where(StoredResult.number == number)).one_or_none()
    if row is None and connection.execute(select(Tombstone.id).where(Tombstone.number == number)).first():
        raise deleted(name)
    if row is None or not row.finished or result_name(row.job, row.node, row.started, number) != name:
        raise unknown(name)
    return str(row.id)
