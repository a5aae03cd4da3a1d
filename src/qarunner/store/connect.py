"""Makes the two engines of a database: one that only reads and one that writes."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from qarunner.errors import ConfigurationError

BUSY_SECONDS = 10.0
"""How long SQLite waits for another process's write."""
READ_SECONDS = 120.0
"""How long one question to PostgreSQL may take."""
READERS = 64
"""Reading connections at most; they are held for milliseconds."""


def parse_url(text: str) -> URL:
    """Return the database that `text` names.

    :raises ConfigurationError: when it is not ``sqlite:///PATH`` or ``postgresql://...``, or psycopg is missing.
    """
    advice = "Write postgresql://USER@HOST/DATABASE, or leave it out to use SQLite in the data folder."
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigurationError("the address of the database cannot be read", advice) from error
    kind = url.get_backend_name()
    if kind == "sqlite":
        return url.set(drivername="sqlite+pysqlite")
    if kind not in {"postgresql", "postgres"}:
        raise ConfigurationError(f"the store does not run on {kind}", advice)
    try:
        import psycopg  # noqa: F401 - asked for, so that its absence is explained
    except ImportError as error:
        raise ConfigurationError(
            "the store is to be in PostgreSQL, and psycopg is not installed", "pip install 'qarunner[postgresql]'"
        ) from error
    return url.set(drivername="postgresql+psycopg")


def make_engine(url: URL, *, writes: bool) -> Engine:
    """Return the engine that reads, or the one that writes. Nothing is connected yet."""
    return _sqlite_engine(url, writes=writes) if url.get_backend_name() == "sqlite" else _postgresql(url, writes=writes)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _sqlite_engine(url: URL, *, writes: bool) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if writes else 8,
        max_overflow=0 if writes else READERS - 8,
        # We say BEGIN ourselves: Python's own rules would begin too late.
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS, "check_same_thread": False},
        json_serializer=_json,
        json_deserializer=msgspec.json.decode,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        for setting in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {setting}")
        # Kilobytes, and there are many readers: the system's own cache serves them all.
        connection.execute(f"PRAGMA cache_size = {-16384 if writes else -4096}")
        if not writes:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A transaction that reads first and writes later fails at once when another one wrote in between, whatever
        # the time to wait; so whoever may write takes the lock at the start.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _options(*, writes: bool) -> str:
    """Return the settings of a connection.

    What reads is planned anew for the values that are asked for: a plan for any value is wrong for rare ones. And what
    takes longer than anybody waits is ended there as well.
    """
    reading = {"plan_cache_mode": "force_custom_plan", "statement_timeout": f"{READ_SECONDS * 1000:.0f}"}
    settings = {"timezone": "utc"} | ({} if writes else reading)
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _postgresql(url: URL, *, writes: bool) -> Engine:
    return create_engine(
        url,
        pool_size=8,
        max_overflow=READERS - 8,
        pool_pre_ping=True,
        # One snapshot for all that a reader asks, as in SQLite.
        isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
        execution_options={} if writes else {"postgresql_readonly": True},
        connect_args={"options": _options(writes=writes), "connect_timeout": 10},
        json_serializer=_json,
        json_deserializer=msgspec.json.decode,
    )
