"""Jobs: requests to run testcases on a node, and what became of them."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import NUMBERED, Base, Number
from qarunner.store.types import WordOf


class JobState(enum.StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    EXITED = "exited"


class Job(Base):
    """One request to run testcases on a node. The database itself allows one running job per node."""

    __tablename__ = "jobs"

    number: Mapped[Number]
    uid: Mapped[str] = mapped_column(unique=True)
    """``/stb-tester-abcdef123456/0a23/972``: what the APIs call job_uid."""
    node: Mapped[str]
    host: Mapped[str] = mapped_column(default="")
    """The machine whose supervisor runs it."""
    state: Mapped[JobState] = mapped_column(WordOf(JobState))
    ending: Mapped[str] = mapped_column(default="")
    """Why it exited: finished, stopped, time limit, server stopped, error."""
    ending_detail: Mapped[str] = mapped_column(default="")
    """A sentence for the person who asks why."""
    exit_code: Mapped[int | None]
    request: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What was asked for, as the API received it."""
    revision: Mapped[str] = mapped_column(default="")
    """git commit of the test pack."""
    branch: Mapped[str | None]
    """git ref of the test pack's branch; None when a sha was asked for."""
    category: Mapped[str] = mapped_column(default="default")
    tags: Mapped[dict[str, str]] = mapped_column(default=dict)
    user: Mapped[str] = mapped_column("username", default="")
    created: Mapped[datetime]
    started: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    stop_requested: Mapped[datetime | None]
    stop_user: Mapped[str] = mapped_column(default="")
    process: Mapped[dict[str, Any] | None]
    """The supervisor: a `qarunner.results.Process` as JSON."""
    pass_count: Mapped[int] = mapped_column(default=0)
    fail_count: Mapped[int] = mapped_column(default=0)
    error_count: Mapped[int] = mapped_column(default=0)
    skip_count: Mapped[int] = mapped_column(default=0)
    total_count: Mapped[int] = mapped_column(default=0)
    """How many testcases are to run; grows when it runs for ever."""

    __table_args__ = (
        Index(
            "uq_jobs_running_node",
            "node",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_jobs_node_number", "node", "number"),
        Index("ix_jobs_state_number", "state", "number"),
        Index("ix_jobs_username_number", "username", "number"),
        NUMBERED,
    )


class JobTag(Base):
    """One tag of a job, to find jobs by; ``Job.tags`` holds the same."""

    __tablename__ = "job_tags"

    job: Mapped[str] = mapped_column(primary_key=True)
    """The job's uid."""
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]

    __table_args__ = (Index("ix_job_tags_name_value", "name", "value"),)
