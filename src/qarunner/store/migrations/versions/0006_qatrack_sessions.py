"""The dialect ``qatrack``: what was done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qarunner.store.models.qatrack.revision import create_triggers
from qarunner.store.types import RowNumber, UtcTime, Words

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make these tables."""
    _list_instances()
    _test_instances()
    _comments_and_files()
    _revision()


def _list_instances() -> None:
    op.create_table(
        "qatrack_list_instances",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("collection", RowNumber, nullable=False),
        sa.Column("test_list", RowNumber, nullable=False),
        sa.Column("work_started", UtcTime(), nullable=False),
        sa.Column("work_completed", UtcTime(), nullable=False),
        sa.Column("due_date", UtcTime(), nullable=True),
        sa.Column("in_progress", sa.Boolean(), nullable=False),
        sa.Column("include_for_scheduling", sa.Boolean(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("user_key", Words, nullable=True),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("all_reviewed", sa.Boolean(), nullable=False),
        sa.Column("reviewed", UtcTime(), nullable=True),
        sa.Column("reviewed_by", RowNumber, nullable=True),
        sa.Column("results_due", sa.Boolean(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("created_by", RowNumber, nullable=True),
        sa.Column("modified", UtcTime(), nullable=False),
        sa.Column("modified_by", RowNumber, nullable=True),
        sa.ForeignKeyConstraint(
            ["collection"], ["qatrack_collections.id"], name="fk_qatrack_list_instances_collection_qatrack_collections"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_qatrack_list_instances_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["modified_by"], ["users.id"], name="fk_qatrack_list_instances_modified_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["users.id"], name="fk_qatrack_list_instances_reviewed_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["test_list"], ["qatrack_test_lists.id"], name="fk_qatrack_list_instances_test_list_qatrack_test_lists"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_list_instances"),
        sa.UniqueConstraint("user_key", name="uq_qatrack_list_instances_user_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_qatrack_list_instances_collection_work_completed",
        "qatrack_list_instances",
        ["collection", "work_completed"],
        unique=False,
    )
    op.create_index(
        "ix_qatrack_list_instances_results_due",
        "qatrack_list_instances",
        ["id"],
        unique=False,
        sqlite_where=sa.text("results_due"),
        postgresql_where=sa.text("results_due"),
    )
    op.create_index("ix_qatrack_list_instances_test_list", "qatrack_list_instances", ["test_list"], unique=False)
    op.create_index(
        "ix_qatrack_list_instances_work_completed", "qatrack_list_instances", ["work_completed"], unique=False
    )
    op.create_index("ix_qatrack_list_instances_work_started", "qatrack_list_instances", ["work_started"], unique=False)


def _test_instances() -> None:
    op.create_table(
        "qatrack_test_instances",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("list_instance", RowNumber, nullable=False),
        sa.Column("unit_test_info", RowNumber, nullable=False),
        sa.Column("status", RowNumber, nullable=False),
        sa.Column("reference", RowNumber, nullable=True),
        sa.Column("tolerance", RowNumber, nullable=True),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("pass_fail", Words, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("string_value", Words, nullable=False),
        sa.Column("date_value", sa.Date(), nullable=True),
        sa.Column("datetime_value", UtcTime(), nullable=True),
        sa.Column("json_value", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("comment", Words, nullable=False),
        sa.Column("result", Words, nullable=False),
        sa.Column("work_started", UtcTime(), nullable=False),
        sa.Column("work_completed", UtcTime(), nullable=False),
        sa.Column("review_date", UtcTime(), nullable=True),
        sa.Column("reviewed_by", RowNumber, nullable=True),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("created_by", RowNumber, nullable=True),
        sa.Column("modified", UtcTime(), nullable=False),
        sa.Column("modified_by", RowNumber, nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_qatrack_test_instances_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["list_instance"],
            ["qatrack_list_instances.id"],
            name="fk_qatrack_test_instances_list_instance_qatrack_list_instances",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["modified_by"], ["users.id"], name="fk_qatrack_test_instances_modified_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["reference"], ["qatrack_references.id"], name="fk_qatrack_test_instances_reference_qatrack_references"
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["users.id"], name="fk_qatrack_test_instances_reviewed_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["status"], ["qatrack_statuses.id"], name="fk_qatrack_test_instances_status_qatrack_statuses"
        ),
        sa.ForeignKeyConstraint(
            ["tolerance"], ["qatrack_tolerances.id"], name="fk_qatrack_test_instances_tolerance_qatrack_tolerances"
        ),
        sa.ForeignKeyConstraint(
            ["unit_test_info"],
            ["qatrack_test_infos.id"],
            name="fk_qatrack_test_instances_unit_test_info_qatrack_test_infos",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_test_instances"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_qatrack_test_instances_list_instance_order",
        "qatrack_test_instances",
        ["list_instance", "order"],
        unique=False,
    )
    op.create_index("ix_qatrack_test_instances_reference", "qatrack_test_instances", ["reference"], unique=False)
    op.create_index("ix_qatrack_test_instances_status", "qatrack_test_instances", ["status"], unique=False)
    op.create_index("ix_qatrack_test_instances_tolerance", "qatrack_test_instances", ["tolerance"], unique=False)
    op.create_index(
        "ix_qatrack_test_instances_unit_test_info_work_completed",
        "qatrack_test_instances",
        ["unit_test_info", "work_completed"],
        unique=False,
    )


def _comments_and_files() -> None:
    op.create_table(
        "qatrack_comments",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("list_instance", RowNumber, nullable=False),
        sa.Column("user", RowNumber, nullable=True),
        sa.Column("submit_date", UtcTime(), nullable=False),
        sa.Column("comment", Words, nullable=False),
        sa.ForeignKeyConstraint(
            ["list_instance"],
            ["qatrack_list_instances.id"],
            name="fk_qatrack_comments_list_instance_qatrack_list_instances",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_qatrack_comments_user_users", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_comments"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qatrack_comments_list_instance", "qatrack_comments", ["list_instance"], unique=False)
    op.create_table(
        "qatrack_attachments",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("list_instance", RowNumber, nullable=False),
        sa.Column("test_instance", RowNumber, nullable=True),
        sa.Column("label", Words, nullable=False),
        sa.Column("comment", Words, nullable=False),
        sa.Column("content", Words, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("created_by", RowNumber, nullable=True),
        sa.ForeignKeyConstraint(["content"], ["contents.sha256"], name="fk_qatrack_attachments_content_contents"),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_qatrack_attachments_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["list_instance"],
            ["qatrack_list_instances.id"],
            name="fk_qatrack_attachments_list_instance_qatrack_list_instances",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["test_instance"],
            ["qatrack_test_instances.id"],
            name="fk_qatrack_attachments_test_instance_qatrack_test_instances",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_attachments"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qatrack_attachments_content", "qatrack_attachments", ["content"], unique=False)
    op.create_index("ix_qatrack_attachments_list_instance", "qatrack_attachments", ["list_instance"], unique=False)
    op.create_index("ix_qatrack_attachments_test_instance", "qatrack_attachments", ["test_instance"], unique=False)


def _revision() -> None:
    op.create_table(
        "qatrack_revision",
        sa.Column("id", RowNumber, autoincrement=False, nullable=False),
        sa.Column("number", RowNumber, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_revision"),
    )
    create_triggers(op.get_bind())
