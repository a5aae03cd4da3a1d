"""Runs and their results, with what a result consists of.

`StoredResult` holds what lists show and filters ask for; the rest of the record is in `StoredResult.details`, steps,
measurements, tags and artifacts. `qarunner.store.reading.result_detail` puts the record together again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.results import Outcome
from qarunner.store.models.base import COMPACT, NUMBERED, Base, Number
from qarunner.store.types import RowNumber, WordOf

RESULT_NUMBER = "results.number"


class StoredRun(Base):
    """One session of the runner, as its `qarunner.results.Run` said."""

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    node: Mapped[str]
    job: Mapped[str]
    """The job's uid; empty for a run at a desk."""
    started: Mapped[datetime] = mapped_column(index=True)
    record: Mapped[bytes]
    """The `Run` as JSON."""


class StoredResult(Base):
    """One execution of one testcase. Texts that are not known are empty, so that they sort and compare."""

    __tablename__ = "results"

    number: Mapped[Number]
    """In the order of arrival, never given twice. Inside the store only; `id` is what others see."""
    id: Mapped[str] = mapped_column(unique=True)
    """UUID version 7, made by the runner: the idempotency key."""
    run: Mapped[str] = mapped_column("run_id", index=True)
    job: Mapped[str]
    """The job's uid; empty for a result without a job."""
    testcase: Mapped[str]
    node: Mapped[str]
    finished: Mapped[bool]
    outcome: Mapped[Outcome | None] = mapped_column(WordOf(Outcome))
    """None while it runs."""
    failure_reason: Mapped[str]
    """One paragraph: the first failure's message, or why it was skipped."""
    failure_text: Mapped[str | None]
    """`failure_reason` as the search compares it; None when there is none."""
    started: Mapped[datetime]
    duration: Mapped[float]
    """Seconds."""
    category: Mapped[str]
    revision: Mapped[str]
    branch: Mapped[str]
    user: Mapped[str] = mapped_column("username")
    model: Mapped[str]
    build: Mapped[str]
    source: Mapped[str]
    """Who delivered it: ``qarunner``, or the dialect it came by."""
    attempt: Mapped[int]
    received: Mapped[datetime]
    """When the store first heard of it."""
    details: Mapped[bytes]
    """A `qarunner.store.details.Details` as JSON."""

    __table_args__ = (
        Index("ix_results_started", "started"),
        Index(
            "ix_results_reason_started",
            "started",
            sqlite_where=text("failure_text IS NOT NULL"),
            postgresql_where=text("failure_text IS NOT NULL"),
        ),
        Index("ix_results_duration_started", "duration", "started"),
        Index("ix_results_testcase_started", "testcase", "started"),
        Index("ix_results_category_started", "category", "started"),
        Index("ix_results_job_started", "job", "started"),
        Index("ix_results_outcome_started", "outcome", "started"),
        Index("ix_results_node_started", "node", "started"),
        Index("ix_results_node_outcome_started", "node", "outcome", "started"),
        Index("ix_results_build_started", "build", "started"),
        Index("ix_results_model_started", "model", "started"),
        NUMBERED,
    )


class StoredStep(Base):
    """One step of a result."""

    __tablename__ = "steps"

    result: Mapped[int] = mapped_column(RowNumber, ForeignKey(RESULT_NUMBER, ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    keyword: Mapped[str]
    name: Mapped[str]
    status: Mapped[str]
    started: Mapped[float | None]
    """Seconds after the result's start."""
    duration: Mapped[float]
    location: Mapped[str]
    message: Mapped[str]

    __table_args__ = (COMPACT,)


class StoredMeasurement(Base):
    """One measured value of a result, with its limits."""

    __tablename__ = "measurements"

    result: Mapped[int] = mapped_column(RowNumber, ForeignKey(RESULT_NUMBER, ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    value: Mapped[float | None]
    """None when it is not a number."""
    unit: Mapped[str]
    low: Mapped[float | None]
    high: Mapped[float | None]
    time: Mapped[float | None]
    """Seconds after the result's start."""
    within_limits: Mapped[bool]

    __table_args__ = (Index("ix_measurements_name_result", "name", "result"), COMPACT)


class ResultTag(Base):
    """One tag of a result."""

    __tablename__ = "result_tags"

    result: Mapped[int] = mapped_column(RowNumber, ForeignKey(RESULT_NUMBER, ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]

    __table_args__ = (Index("ix_result_tags_name_value_result", "name", "value", "result"), COMPACT)


class ResultName(Base):
    """What a dialect calls a result. The row stays when the result is deleted, so that its name answers 410."""

    __tablename__ = "result_names"

    dialect: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    result: Mapped[int] = mapped_column(RowNumber)
    """The result's number."""

    __table_args__ = (Index("ix_result_names_result_dialect", "result", "dialect"), COMPACT)


class Tombstone(Base):
    """What remains of a deleted result."""

    __tablename__ = "tombstones"

    id: Mapped[str] = mapped_column(primary_key=True)
    """The result's id."""
    number: Mapped[int] = mapped_column(RowNumber, unique=True)
    """The result's number."""
    deleted: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str]

    __table_args__ = (COMPACT,)
