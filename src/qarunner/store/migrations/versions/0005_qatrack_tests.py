"""The dialect ``qatrack``: tests, the lists they stand in, and which list is done on which unit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qarunner.store.types import RowNumber, UtcTime, Words

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make these tables."""
    _tests()
    _lists()
    _cycles()
    _assignments()


def _tests() -> None:
    op.create_table(
        "qatrack_tests",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("display_name", Words, nullable=True),
        sa.Column("slug", Words, nullable=False),
        sa.Column("description", Words, nullable=True),
        sa.Column("procedure", Words, nullable=True),
        sa.Column("type", Words, nullable=False),
        sa.Column("choices", Words, nullable=True),
        sa.Column("constant_value", sa.Double(), nullable=True),
        sa.Column("wrap_low", sa.Double(), nullable=True),
        sa.Column("wrap_high", sa.Double(), nullable=True),
        sa.Column("calculation_procedure", Words, nullable=True),
        sa.Column("formatting", Words, nullable=False),
        sa.Column("flag_when", sa.Boolean(), nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("skip_without_comment", sa.Boolean(), nullable=False),
        sa.Column("require_comment", sa.Boolean(), nullable=False),
        sa.Column("display_image", sa.Boolean(), nullable=False),
        sa.Column("chart_visibility", sa.Boolean(), nullable=False),
        sa.Column("category", RowNumber, nullable=False),
        sa.Column("autoreviewruleset", RowNumber, nullable=True),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("created_by", RowNumber, nullable=True),
        sa.Column("modified", UtcTime(), nullable=False),
        sa.Column("modified_by", RowNumber, nullable=True),
        sa.ForeignKeyConstraint(
            ["autoreviewruleset"],
            ["qatrack_review_rule_sets.id"],
            name="fk_qatrack_tests_autoreviewruleset_qatrack_review_rule_sets",
        ),
        sa.ForeignKeyConstraint(
            ["category"], ["qatrack_categories.id"], name="fk_qatrack_tests_category_qatrack_categories"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_qatrack_tests_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["modified_by"], ["users.id"], name="fk_qatrack_tests_modified_by_users", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_tests"),
        sa.UniqueConstraint("name", name="uq_qatrack_tests_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qatrack_tests_slug", "qatrack_tests", ["slug"], unique=False)


def _lists() -> None:
    op.create_table(
        "qatrack_test_lists",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("slug", Words, nullable=False),
        sa.Column("description", Words, nullable=True),
        sa.Column("javascript", Words, nullable=True),
        sa.Column("warning_message", Words, nullable=True),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("created_by", RowNumber, nullable=True),
        sa.Column("modified", UtcTime(), nullable=False),
        sa.Column("modified_by", RowNumber, nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_qatrack_test_lists_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["modified_by"], ["users.id"], name="fk_qatrack_test_lists_modified_by_users", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_test_lists"),
        sa.UniqueConstraint("name", name="uq_qatrack_test_lists_name"),
        sa.UniqueConstraint("slug", name="uq_qatrack_test_lists_slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_memberships",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("test_list", RowNumber, nullable=False),
        sa.Column("test", RowNumber, nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["test"], ["qatrack_tests.id"], name="fk_qatrack_memberships_test_qatrack_tests"),
        sa.ForeignKeyConstraint(
            ["test_list"],
            ["qatrack_test_lists.id"],
            name="fk_qatrack_memberships_test_list_qatrack_test_lists",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_memberships"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qatrack_memberships_test", "qatrack_memberships", ["test"], unique=False)
    op.create_index("uq_qatrack_memberships_test_list_test", "qatrack_memberships", ["test_list", "test"], unique=True)
    op.create_table(
        "qatrack_sublists",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("parent", RowNumber, nullable=False),
        sa.Column("child", RowNumber, nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("outline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["child"], ["qatrack_test_lists.id"], name="fk_qatrack_sublists_child_qatrack_test_lists"
        ),
        sa.ForeignKeyConstraint(
            ["parent"],
            ["qatrack_test_lists.id"],
            name="fk_qatrack_sublists_parent_qatrack_test_lists",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_sublists"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qatrack_sublists_child", "qatrack_sublists", ["child"], unique=False)
    op.create_index("uq_qatrack_sublists_parent_child", "qatrack_sublists", ["parent", "child"], unique=True)


def _cycles() -> None:
    op.create_table(
        "qatrack_cycles",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("slug", Words, nullable=False),
        sa.Column("description", Words, nullable=True),
        sa.Column("javascript", Words, nullable=True),
        sa.Column("drop_down_label", Words, nullable=False),
        sa.Column("day_option_text", Words, nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("created_by", RowNumber, nullable=True),
        sa.Column("modified", UtcTime(), nullable=False),
        sa.Column("modified_by", RowNumber, nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_qatrack_cycles_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["modified_by"], ["users.id"], name="fk_qatrack_cycles_modified_by_users", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_cycles"),
        sa.UniqueConstraint("name", name="uq_qatrack_cycles_name"),
        sa.UniqueConstraint("slug", name="uq_qatrack_cycles_slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_cycle_memberships",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("cycle", RowNumber, nullable=False),
        sa.Column("test_list", RowNumber, nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle"],
            ["qatrack_cycles.id"],
            name="fk_qatrack_cycle_memberships_cycle_qatrack_cycles",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["test_list"], ["qatrack_test_lists.id"], name="fk_qatrack_cycle_memberships_test_list_qatrack_test_lists"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_cycle_memberships"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qatrack_cycle_memberships_test_list", "qatrack_cycle_memberships", ["test_list"], unique=False)
    op.create_index(
        "uq_qatrack_cycle_memberships_cycle_order", "qatrack_cycle_memberships", ["cycle", "order"], unique=True
    )


def _assignments() -> None:
    op.create_table(
        "qatrack_test_infos",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("unit", RowNumber, nullable=False),
        sa.Column("test", RowNumber, nullable=False),
        sa.Column("reference", RowNumber, nullable=True),
        sa.Column("tolerance", RowNumber, nullable=True),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference"], ["qatrack_references.id"], name="fk_qatrack_test_infos_reference_qatrack_references"
        ),
        sa.ForeignKeyConstraint(["test"], ["qatrack_tests.id"], name="fk_qatrack_test_infos_test_qatrack_tests"),
        sa.ForeignKeyConstraint(
            ["tolerance"], ["qatrack_tolerances.id"], name="fk_qatrack_test_infos_tolerance_qatrack_tolerances"
        ),
        sa.ForeignKeyConstraint(
            ["unit"], ["qatrack_units.id"], name="fk_qatrack_test_infos_unit_qatrack_units", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_test_infos"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qatrack_test_infos_test", "qatrack_test_infos", ["test"], unique=False)
    op.create_index("uq_qatrack_test_infos_unit_test", "qatrack_test_infos", ["unit", "test"], unique=True)
    op.create_table(
        "qatrack_collections",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("unit", RowNumber, nullable=False),
        sa.Column("test_list", RowNumber, nullable=True),
        sa.Column("cycle", RowNumber, nullable=True),
        sa.Column("frequency", RowNumber, nullable=True),
        sa.Column("due_date", UtcTime(), nullable=True),
        sa.Column("auto_schedule", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("last_instance", RowNumber, nullable=True),
        sa.CheckConstraint("(test_list IS NULL) <> (cycle IS NULL)", name="ck_qatrack_collections_one_of_two"),
        sa.ForeignKeyConstraint(["cycle"], ["qatrack_cycles.id"], name="fk_qatrack_collections_cycle_qatrack_cycles"),
        sa.ForeignKeyConstraint(
            ["frequency"], ["qatrack_frequencies.id"], name="fk_qatrack_collections_frequency_qatrack_frequencies"
        ),
        sa.ForeignKeyConstraint(
            ["test_list"], ["qatrack_test_lists.id"], name="fk_qatrack_collections_test_list_qatrack_test_lists"
        ),
        sa.ForeignKeyConstraint(
            ["unit"], ["qatrack_units.id"], name="fk_qatrack_collections_unit_qatrack_units", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_collections"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qatrack_collections_cycle", "qatrack_collections", ["cycle"], unique=False)
    op.create_index("ix_qatrack_collections_name", "qatrack_collections", ["name"], unique=False)
    op.create_index("ix_qatrack_collections_test_list", "qatrack_collections", ["test_list"], unique=False)
    op.create_index(
        "uq_qatrack_collections_unit_cycle_frequency",
        "qatrack_collections",
        ["unit", "cycle", "frequency"],
        unique=True,
    )
    op.create_index(
        "uq_qatrack_collections_unit_test_list_frequency",
        "qatrack_collections",
        ["unit", "test_list", "frequency"],
        unique=True,
    )
