"""Results with their artifacts, and the counters kept of them.

A revision never changes once it is released, so it names its own tables and asks nothing of the models.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qarunner.store import search
from qarunner.store.types import RowNumber, UtcTime, Words

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make these tables."""
    _results()
    _artifacts()
    _counters()
    search.create(op.get_bind())


def _results() -> None:
    op.create_table(
        "runs",
        sa.Column("id", Words, nullable=False),
        sa.Column("node", Words, nullable=False),
        sa.Column("job", Words, nullable=False),
        sa.Column("started", UtcTime(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_started", "runs", ["started"])
    op.create_table(
        "results",
        sa.Column("number", RowNumber, autoincrement=True, nullable=False),
        sa.Column("id", Words, nullable=False),
        sa.Column("run_id", Words, nullable=False),
        sa.Column("job", Words, nullable=False),
        sa.Column("testcase", Words, nullable=False),
        sa.Column("node", Words, nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("outcome", Words, nullable=True),
        sa.Column("failure_reason", Words, nullable=False),
        sa.Column("failure_text", Words, nullable=True),
        sa.Column("started", UtcTime(), nullable=False),
        sa.Column("duration", sa.Double(), nullable=False),
        sa.Column("category", Words, nullable=False),
        sa.Column("revision", Words, nullable=False),
        sa.Column("branch", Words, nullable=False),
        sa.Column("username", Words, nullable=False),
        sa.Column("model", Words, nullable=False),
        sa.Column("build", Words, nullable=False),
        sa.Column("source", Words, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("received", UtcTime(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_results"),
        sa.UniqueConstraint("id", name="uq_results_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_results_build_started", "results", ["build", "started"])
    op.create_index("ix_results_category_started", "results", ["category", "started"])
    op.create_index("ix_results_duration_started", "results", ["duration", "started"])
    op.create_index("ix_results_job_started", "results", ["job", "started"])
    op.create_index("ix_results_model_started", "results", ["model", "started"])
    op.create_index("ix_results_node_outcome_started", "results", ["node", "outcome", "started"])
    op.create_index("ix_results_outcome_started", "results", ["outcome", "started"])
    op.create_index(
        "ix_results_reason_started",
        "results",
        ["started"],
        unique=False,
        sqlite_where=sa.text("failure_text IS NOT NULL"),
        postgresql_where=sa.text("failure_text IS NOT NULL"),
    )
    op.create_index("ix_results_run_id", "results", ["run_id"])
    op.create_index("ix_results_started", "results", ["started"])
    op.create_index("ix_results_testcase_started", "results", ["testcase", "started"])
    op.create_table(
        "steps",
        sa.Column("result", RowNumber, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("keyword", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("status", Words, nullable=False),
        sa.Column("started", sa.Double(), nullable=True),
        sa.Column("duration", sa.Double(), nullable=False),
        sa.Column("location", Words, nullable=False),
        sa.Column("message", Words, nullable=False),
        sa.ForeignKeyConstraint(["result"], ["results.number"], name="fk_steps_result_results", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("result", "position", name="pk_steps"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "measurements",
        sa.Column("result", RowNumber, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", Words, nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("time", sa.Double(), nullable=True),
        sa.Column("within_limits", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["result"], ["results.number"], name="fk_measurements_result_results", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("result", "position", name="pk_measurements"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_measurements_name_result", "measurements", ["name", "result"])
    op.create_table(
        "result_tags",
        sa.Column("result", RowNumber, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("value", Words, nullable=False),
        sa.ForeignKeyConstraint(
            ["result"], ["results.number"], name="fk_result_tags_result_results", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("result", "name", name="pk_result_tags"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_result_tags_name_value_result", "result_tags", ["name", "value", "result"])
    op.create_table(
        "result_names",
        sa.Column("dialect", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("result", RowNumber, nullable=False),
        sa.PrimaryKeyConstraint("dialect", "name", name="pk_result_names"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_result_names_result_dialect", "result_names", ["result", "dialect"])
    op.create_table(
        "tombstones",
        sa.Column("id", Words, nullable=False),
        sa.Column("number", RowNumber, nullable=False),
        sa.Column("deleted", UtcTime(), nullable=False),
        sa.Column("reason", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tombstones"),
        sa.UniqueConstraint("number", name="uq_tombstones_number"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tombstones_deleted", "tombstones", ["deleted"])


def _artifacts() -> None:
    op.create_table(
        "contents",
        sa.Column("sha256", Words, nullable=False),
        sa.Column("md5", Words, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_contents"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contents_created", "contents", ["created"])
    op.create_table(
        "artifacts",
        sa.Column("result", RowNumber, nullable=False),
        sa.Column("path", Words, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", Words, nullable=True),
        sa.ForeignKeyConstraint(["result"], ["results.number"], name="fk_artifacts_result_results", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sha256"], ["contents.sha256"], name="fk_artifacts_sha256_contents"),
        sa.PrimaryKeyConstraint("result", "path", name="pk_artifacts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_artifacts_sha256", "artifacts", ["sha256"])


def _counters() -> None:
    op.create_table(
        "testcase_days",
        sa.Column("testcase", Words, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", Words, nullable=False),
        sa.Column("build", Words, nullable=False),
        sa.Column("pass_count", sa.Integer(), nullable=False),
        sa.Column("fail_count", sa.Integer(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("skip_count", sa.Integer(), nullable=False),
        sa.Column("transitions", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("testcase", "day", "model", "build", name="pk_testcase_days"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_testcase_days_build_day", "testcase_days", ["build", "day"])
    op.create_index("ix_testcase_days_day", "testcase_days", ["day"])
    op.create_index(
        "ix_testcase_days_flaky",
        "testcase_days",
        ["day", "testcase", "build", "transitions"],
        unique=False,
        sqlite_where=sa.text("transitions > 0"),
        postgresql_where=sa.text("transitions > 0"),
    )
    op.create_table(
        "node_days",
        sa.Column("node", Words, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", Words, nullable=False),
        sa.Column("build", Words, nullable=False),
        sa.Column("pass_count", sa.Integer(), nullable=False),
        sa.Column("fail_count", sa.Integer(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("skip_count", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("node", "day", "model", "build", name="pk_node_days"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_node_days_day", "node_days", ["day"])
    op.create_table(
        "series",
        sa.Column("testcase", Words, nullable=False),
        sa.Column("node", Words, nullable=False),
        sa.Column("model", Words, nullable=False),
        sa.Column("build", Words, nullable=False),
        sa.Column("started", UtcTime(), nullable=False),
        sa.Column("outcome", Words, nullable=False),
        sa.PrimaryKeyConstraint("testcase", "node", "model", "build", name="pk_series"),
        sqlite_with_rowid=False,
    )
