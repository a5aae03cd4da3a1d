"""Finds the number of a result: by its id, or its id by what a dialect calls it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from qarunner.store.errors import ResultDeletedError, UnknownResultError
from qarunner.store.models import ResultName, StoredResult, Tombstone


def number_of(connection: Connection, identifier: str) -> int:
    """Return the number of the result with this id.

    :raises UnknownResultError: when there is no such result.
    :raises ResultDeletedError: when it was deleted.
    """
    number = None
    if "\0" not in identifier:  # PostgreSQL takes no NUL, not even to look for one
        number = connection.execute(select(StoredResult.number).where(StoredResult.id == identifier)).scalar()
        if number is None and connection.execute(select(Tombstone.number).where(Tombstone.id == identifier)).first():
            raise deleted(identifier)
    if number is None:
        raise unknown(identifier)
    return number


def id_by_name(connection: Connection, dialect: str, name: str) -> str:
    """Return the id of the result that a dialect calls `name`.

    :raises UnknownResultError: when it calls none so.
    :raises ResultDeletedError: when that result was deleted.
    """
    number = None
    if "\0" not in name:
        query = select(ResultName.result).where(ResultName.dialect == dialect, ResultName.name == name)
        number = connection.execute(query).scalar()
    if number is None:
        raise unknown(name)
    identifier = connection.execute(select(StoredResult.id).where(StoredResult.number == number)).scalar()
    if identifier is None:
        raise deleted(name)
    return identifier


def unknown(name: str) -> UnknownResultError:
    """Return the error for a result that never was."""
    return UnknownResultError(f"there is no result {name[:200]!r}")


def deleted(name: str) -> ResultDeletedError:
    """Return the error for a result that is no more."""
    return ResultDeletedError(f"result {name[:200]!r} has been deleted")
