"""What many of the tables have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.types import RowNumber


def refers_to(table: str, **more: Any) -> Any:
    """Return a column with the number of a row of another table, which cannot go before this row."""
    return mapped_column(RowNumber, ForeignKey(f"qatrack_{table}.id"), **more)


def belongs_to(table: str, **more: Any) -> Any:
    """Return a column with the number of the row that this row is a part of, and goes with."""
    return mapped_column(RowNumber, ForeignKey(f"qatrack_{table}.id", ondelete="CASCADE"), **more)


def by_user() -> Any:
    """Return a column with the number of a user."""
    return mapped_column(RowNumber, ForeignKey("users.id", ondelete="SET NULL"))


class Edited:
    """Columns that say who made a row and who changed it last."""

    created: Mapped[datetime]
    created_by: Mapped[int | None] = by_user()
    modified: Mapped[datetime]
    modified_by: Mapped[int | None] = by_user()
