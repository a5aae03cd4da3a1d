"""What all tables have in common: how their constraints are named and how Python's types are stored.

The classes are used as names of tables and columns, through a `Connection` (``select(Job.uid, Job.state)``): rows are
read, never objects that fetch more behind one's back.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, Date, LargeBinary, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column

from qarunner.store.types import RowNumber, UtcTime, Words

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Number = Annotated[int, mapped_column(RowNumber, primary_key=True, autoincrement=True)]
"""A row's own number: given by the database, never given twice."""

NUMBERED = {"sqlite_autoincrement": True}
"""Of tables with a `Number`: SQLite, too, never gives a number twice."""
COMPACT = {"sqlite_with_rowid": False}
"""Of tables that are found by their key alone: SQLite keeps the rows in the key's index."""


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Words,
        datetime: UtcTime,
        date: Date,
        bytes: LargeBinary,
        dict[str, Any]: JSON(none_as_null=True),
        dict[str, str]: JSON(none_as_null=True),
    }
