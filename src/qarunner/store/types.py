"""Column types that mean the same in SQLite and PostgreSQL."""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# Compared byte by byte in both databases, so that sorting and prefix searches agree and use the same indexes.
Words = Text().with_variant(Text(collation="C"), "postgresql")

# SQLite numbers rows itself only in a column that is called INTEGER.
RowNumber = BigInteger().with_variant(Integer(), "sqlite")
LARGEST_NUMBER = 2**63 - 1
"""That a row can have in either database."""


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime: microseconds since 1970 in SQLite, ``timestamptz`` in PostgreSQL.

    :raises ValueError: on a datetime without a time zone, which would mean another moment on another machine.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Say which type of this database holds it."""
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn a datetime into what the database takes."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a time zone cannot be stored: {value}")
        return value if dialect.name == "postgresql" else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Turn what the database gave into a UTC datetime."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            stored: datetime = value
            return stored.astimezone(UTC)
        return EPOCH + timedelta(microseconds=value)


class WordOf(TypeDecorator[enum.StrEnum]):
    """A member of an enumeration, stored as its word."""

    impl = Words
    cache_ok = True

    def __init__(self, kind: type[enum.StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: enum.StrEnum | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the same for both
        """Turn a member, or its word, into the word."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> enum.StrEnum | None:  # noqa: ARG002 - the same for both
        """Turn the word into the member."""
        return None if value is None else self.kind(value)
