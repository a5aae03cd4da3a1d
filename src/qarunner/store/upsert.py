"""The statements that both databases have and SQL has not: insert or update, insert or leave.

Statements are made once per database and kept: making one costs more than running it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase


def table_of(model: type[DeclarativeBase]) -> Table:
    """Return the table of a model: statements with many rows are made of it, without the mapper's checks per row."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def insert_new(connection: Connection, model: type[DeclarativeBase]) -> Any:
    """Return an INSERT that leaves a row alone whose key is there already."""
    return _insert_new(connection.dialect.name, model)


def insert_or_add(connection: Connection, model: type[DeclarativeBase], *counters: str) -> Any:
    """Return an INSERT that adds to the counters of a row whose key is there already."""
    return _insert_or_add(connection.dialect.name, model, counters)


def insert_or_set(connection: Connection, model: type[DeclarativeBase], *columns: str) -> Any:
    """Return an INSERT that overwrites the columns of a row whose key is there already."""
    return _insert_or_set(connection.dialect.name, model, columns)


@cache
def _insert_new(dialect: str, model: type[DeclarativeBase]) -> Any:
    return _insert(dialect, model).on_conflict_do_nothing()


@cache
def _insert_or_add(dialect: str, model: type[DeclarativeBase], counters: tuple[str, ...]) -> Any:
    insert, table = _insert(dialect, model), table_of(model)
    sums = {name: table.c[name] + insert.excluded[name] for name in counters}
    return insert.on_conflict_do_update(index_elements=_keys(table), set_=sums)


@cache
def _insert_or_set(dialect: str, model: type[DeclarativeBase], columns: tuple[str, ...]) -> Any:
    insert = _insert(dialect, model)
    changes = {name: insert.excluded[name] for name in columns}
    return insert.on_conflict_do_update(index_elements=_keys(table_of(model)), set_=changes)


def _insert(dialect: str, model: type[DeclarativeBase]) -> Any:
    make: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(table_of(model))


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]
