"""Which list is done on which unit, and the limits that hold there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import NUMBERED, Base, Number
from qarunner.store.models.qatrack.columns import belongs_to, refers_to
from qarunner.store.types import RowNumber


class UnitTestInfo(Base):
    """A test on a unit: the same test has other limits on another unit."""

    __tablename__ = "qatrack_test_infos"

    id: Mapped[Number]
    unit: Mapped[int] = belongs_to("units")
    test: Mapped[int] = refers_to("tests", index=True)
    reference: Mapped[int | None] = refers_to("references")
    tolerance: Mapped[int | None] = refers_to("tolerances")
    assigned_to: Mapped[int | None]
    """Number of the group; see the dialect's groups."""
    active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (Index("uq_qatrack_test_infos_unit_test", "unit", "test", unique=True), NUMBERED)


class Collection(Base):
    """A list, or a cycle of lists, that is done on a unit: what the API calls a unit test collection."""

    __tablename__ = "qatrack_collections"

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(index=True)
    unit: Mapped[int] = belongs_to("units")
    test_list: Mapped[int | None] = refers_to("test_lists", index=True)
    cycle: Mapped[int | None] = refers_to("cycles", index=True)
    frequency: Mapped[int | None] = refers_to("frequencies")
    due_date: Mapped[datetime | None]
    auto_schedule: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    assigned_to: Mapped[int | None]
    """Number of the group."""
    last_instance: Mapped[int | None] = mapped_column(RowNumber)
    """The finished list instance whose work was completed last."""

    __table_args__ = (
        Index("uq_qatrack_collections_unit_test_list_frequency", "unit", "test_list", "frequency", unique=True),
        Index("uq_qatrack_collections_unit_cycle_frequency", "unit", "cycle", "frequency", unique=True),
        CheckConstraint("(test_list IS NULL) <> (cycle IS NULL)", name="one_of_two"),
        NUMBERED,
    )
