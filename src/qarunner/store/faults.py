"""Turns a database's own error into one that says what to do, where there is something to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from qarunner.store.errors import StorageFullError, StoreBusyError, StoreError

if TYPE_CHECKING:
    from sqlalchemy import URL

POSTGRESQL_DISK_FULL = "53100"
POSTGRESQL_ENDED = "57014"
POSTGRESQL_RETRY = {"40001", "40P01", "23505"}
"""Serialization failure, deadlock, unique violation: another transaction was quicker."""


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Raise what `explain` makes of a database's error, and that there was no connection left as busy."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreBusyError("all connections to the database are in use", "Try again.") from error
    except DBAPIError as error:
        better = explain(error, url)
        if better is error:
            raise
        raise better from error


def explain(error: DBAPIError, url: URL) -> Exception:
    """Return the error to raise instead of `error`: itself, when it is a fault of our code."""
    cause: Any = error.orig
    place = url.render_as_string(hide_password=True)
    code = sqlite_code(cause)
    if code == sqlite3.SQLITE_FULL or getattr(cause, "sqlstate", None) == POSTGRESQL_DISK_FULL:
        return StorageFullError(f"the disk of the database {place} is full", "Make room, or shorten the retention.")
    if getattr(cause, "sqlstate", None) == POSTGRESQL_ENDED:
        return StoreBusyError(f"the database {place} took too long to answer", "Ask for less: for fewer days, perhaps.")
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreBusyError(f"the database {place} was busy for too long", "Try again; see who else writes to it.")
    if code == sqlite3.SQLITE_READONLY:
        advice = "See that the file is writable; a change is made within Store.write, never within Store.read."
        return StoreError(f"the database {place} cannot be written: {cause}", advice)
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOTADB}:
        return StoreError(f"the database {place} cannot be used: {cause}", "See that the file is whole and writable.")
    if isinstance(error, OperationalError) and error.connection_invalidated is False and not _has_state(cause):
        return StoreError(f"the database {place} does not answer: {cause}", "See that it runs and may be reached.")
    return error


def sqlite_code(cause: object) -> int | None:
    """Return SQLite's primary result code of an error, None for another kind of error."""
    code = getattr(cause, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def may_succeed_again(error: DBAPIError) -> bool:
    """Whether the same transaction, run again, meets another state: somebody else inserted the same rows."""
    cause: Any = error.orig
    return getattr(cause, "sqlstate", None) in POSTGRESQL_RETRY


def _has_state(cause: object) -> bool:
    return isinstance(cause, sqlite3.Error) or getattr(cause, "sqlstate", None) is not None
