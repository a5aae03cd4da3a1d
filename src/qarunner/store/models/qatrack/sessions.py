"""What was done: list instances, their test instances, comments and files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import NUMBERED, Base, Number
from qarunner.store.models.qatrack.columns import Edited, belongs_to, by_user, refers_to


class ListInstance(Edited, Base):
    """A test list that was done once."""

    __tablename__ = "qatrack_list_instances"

    id: Mapped[Number]
    collection: Mapped[int] = refers_to("collections")
    test_list: Mapped[int] = refers_to("test_lists", index=True)
    work_started: Mapped[datetime] = mapped_column(index=True)
    work_completed: Mapped[datetime] = mapped_column(index=True)
    due_date: Mapped[datetime | None]
    """When it was due, before this instance moved that."""
    in_progress: Mapped[bool] = mapped_column(default=False)
    include_for_scheduling: Mapped[bool] = mapped_column(default=True)
    flagged: Mapped[bool] = mapped_column(default=False)
    user_key: Mapped[str | None] = mapped_column(unique=True)
    """The client's own key, by which it finds out whether an upload arrived."""
    day: Mapped[int] = mapped_column(default=0)
    all_reviewed: Mapped[bool] = mapped_column(default=False)
    reviewed: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = by_user()
    results_due: Mapped[bool] = mapped_column(default=False)
    """Whether the store's results do not tell of it yet, as it is now: they are made right after the answer."""

    __table_args__ = (
        Index("ix_qatrack_list_instances_collection_work_completed", "collection", "work_completed"),
        Index(
            "ix_qatrack_list_instances_waiting",
            "work_completed",
            "id",
            sqlite_where=text("all_reviewed = 0 AND in_progress = 0"),
            postgresql_where=text("NOT all_reviewed AND NOT in_progress"),
        ),
        Index(
            "ix_qatrack_list_instances_results_due",
            "id",
            sqlite_where=text("results_due"),
            postgresql_where=text("results_due"),
        ),
        NUMBERED,
    )


class TestInstance(Edited, Base):
    """One value of a list instance, with the limits that held then."""

    __tablename__ = "qatrack_test_instances"
    __test__ = False

    id: Mapped[Number]
    list_instance: Mapped[int] = belongs_to("list_instances")
    unit_test_info: Mapped[int] = refers_to("test_infos")
    status: Mapped[int] = refers_to("statuses", index=True)
    reference: Mapped[int | None] = refers_to("references", index=True)
    tolerance: Mapped[int | None] = refers_to("tolerances", index=True)
    order: Mapped[int]
    pass_fail: Mapped[str]
    """``ok``, ``tolerance``, ``action``, ``no_tol`` or ``not_done``."""
    value: Mapped[float | None]
    string_value: Mapped[str] = mapped_column(default="")
    date_value: Mapped[date | None]
    datetime_value: Mapped[datetime | None]
    json_value: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    skipped: Mapped[bool] = mapped_column(default=False)
    comment: Mapped[str] = mapped_column(default="")
    result: Mapped[str] = mapped_column(default="")
    """Id of the store's result that it is, or belongs to; empty for none."""
    work_started: Mapped[datetime]
    work_completed: Mapped[datetime]
    review_date: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = by_user()

    __table_args__ = (
        Index("ix_qatrack_test_instances_list_instance_order", "list_instance", "order"),
        Index("ix_qatrack_test_instances_unit_test_info_work_completed", "unit_test_info", "work_completed"),
        NUMBERED,
    )


class Comment(Base):
    """What somebody said of a list instance."""

    __tablename__ = "qatrack_comments"

    id: Mapped[Number]
    list_instance: Mapped[int] = belongs_to("list_instances", index=True)
    user: Mapped[int | None] = by_user()
    submit_date: Mapped[datetime]
    comment: Mapped[str]

    __table_args__ = (NUMBERED,)


class Attachment(Base):
    """A file of a list instance, or of one of its upload tests."""

    __tablename__ = "qatrack_attachments"

    id: Mapped[Number]
    list_instance: Mapped[int] = belongs_to("list_instances", index=True)
    test_instance: Mapped[int | None] = belongs_to("test_instances", index=True)
    label: Mapped[str]
    """Its name, as it was sent, without folders."""
    comment: Mapped[str] = mapped_column(default="")
    content: Mapped[str] = mapped_column(ForeignKey("contents.sha256"), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    created: Mapped[datetime]
    created_by: Mapped[int | None] = by_user()

    __table_args__ = (NUMBERED,)
