"""Counters that are kept as results arrive, so that nothing is counted when a page is opened.

They say what has happened: deleting old results does not take anything out of them.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.results import Outcome
from qarunner.store.models.base import COMPACT, Base
from qarunner.store.types import WordOf


class TestcaseDay(Base):
    """What became of a testcase on one day (UTC, by the results' start), for one device model and build."""

    __tablename__ = "testcase_days"
    __test__ = False

    testcase: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    build: Mapped[str] = mapped_column(primary_key=True)
    pass_count: Mapped[int]
    fail_count: Mapped[int]
    error_count: Mapped[int]
    skip_count: Mapped[int]
    transitions: Mapped[int]
    """How often the outcome went from pass to fail or back, on the same node, model and build."""
    seconds: Mapped[float]
    """Sum of the durations."""

    __table_args__ = (
        Index("ix_testcase_days_day", "day"),
        Index("ix_testcase_days_build_day", "build", "day"),
        Index(
            "ix_testcase_days_flaky",
            "day",
            "testcase",
            "build",
            "transitions",
            sqlite_where=text("transitions > 0"),
            postgresql_where=text("transitions > 0"),
        ),
        COMPACT,
    )


class NodeDay(Base):
    """What became of a node's results on one day (UTC), for one device model and build."""

    __tablename__ = "node_days"

    node: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    build: Mapped[str] = mapped_column(primary_key=True)
    pass_count: Mapped[int]
    fail_count: Mapped[int]
    error_count: Mapped[int]
    skip_count: Mapped[int]
    seconds: Mapped[float]

    __table_args__ = (Index("ix_node_days_day", "day"), COMPACT)


class Series(Base):
    """The latest pass or fail of a testcase on one node, model and build: what the next one is compared with."""

    __tablename__ = "series"

    testcase: Mapped[str] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    build: Mapped[str] = mapped_column(primary_key=True)
    started: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(WordOf(Outcome))

    __table_args__ = (COMPACT,)
