"""The dialect ``qatrack``: units, limits and review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qarunner.store.types import RowNumber, UtcTime, Words

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make these tables."""
    _units()
    _limits()
    _review()


def _units() -> None:
    op.create_table(
        "qatrack_sites",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("slug", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_sites"),
        sa.UniqueConstraint("name", name="uq_qatrack_sites_name"),
        sa.UniqueConstraint("slug", name="uq_qatrack_sites_slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_vendors",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("notes", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_vendors"),
        sa.UniqueConstraint("name", name="uq_qatrack_vendors_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_unit_classes",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_unit_classes"),
        sa.UniqueConstraint("name", name="uq_qatrack_unit_classes_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_unit_types",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("model", Words, nullable=True),
        sa.Column("vendor", RowNumber, nullable=True),
        sa.Column("unit_class", RowNumber, nullable=True),
        sa.Column("collapse", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_class"], ["qatrack_unit_classes.id"], name="fk_qatrack_unit_types_unit_class_qatrack_unit_classes"
        ),
        sa.ForeignKeyConstraint(
            ["vendor"], ["qatrack_vendors.id"], name="fk_qatrack_unit_types_vendor_qatrack_vendors"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_unit_types"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_modalities",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_modalities"),
        sa.UniqueConstraint("name", name="uq_qatrack_modalities_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_units",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("node", Words, nullable=False),
        sa.Column("type", RowNumber, nullable=False),
        sa.Column("site", RowNumber, nullable=True),
        sa.Column("serial_number", Words, nullable=True),
        sa.Column("location", Words, nullable=True),
        sa.Column("install_date", sa.Date(), nullable=True),
        sa.Column("date_acceptance", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_serviceable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["qatrack_sites.id"], name="fk_qatrack_units_site_qatrack_sites"),
        sa.ForeignKeyConstraint(["type"], ["qatrack_unit_types.id"], name="fk_qatrack_units_type_qatrack_unit_types"),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_units"),
        sa.UniqueConstraint("name", name="uq_qatrack_units_name"),
        sa.UniqueConstraint("number", name="uq_qatrack_units_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qatrack_units_node", "qatrack_units", ["node"], unique=False)
    op.create_table(
        "qatrack_unit_modalities",
        sa.Column("unit", RowNumber, nullable=False),
        sa.Column("modality", RowNumber, nullable=False),
        sa.ForeignKeyConstraint(
            ["modality"], ["qatrack_modalities.id"], name="fk_qatrack_unit_modalities_modality_qatrack_modalities"
        ),
        sa.ForeignKeyConstraint(
            ["unit"], ["qatrack_units.id"], name="fk_qatrack_unit_modalities_unit_qatrack_units", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("unit", "modality", name="pk_qatrack_unit_modalities"),
        sqlite_with_rowid=False,
    )


def _limits() -> None:
    op.create_table(
        "qatrack_references",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("type", Words, nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("created_by", RowNumber, nullable=True),
        sa.Column("modified", UtcTime(), nullable=False),
        sa.Column("modified_by", RowNumber, nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_qatrack_references_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["modified_by"], ["users.id"], name="fk_qatrack_references_modified_by_users", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_references"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_tolerances",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("type", Words, nullable=False),
        sa.Column("act_low", sa.Double(), nullable=True),
        sa.Column("tol_low", sa.Double(), nullable=True),
        sa.Column("tol_high", sa.Double(), nullable=True),
        sa.Column("act_high", sa.Double(), nullable=True),
        sa.Column("mc_pass_choices", Words, nullable=True),
        sa.Column("mc_tol_choices", Words, nullable=True),
        sa.Column("bool_warning_only", sa.Boolean(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("created_by", RowNumber, nullable=True),
        sa.Column("modified", UtcTime(), nullable=False),
        sa.Column("modified_by", RowNumber, nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_qatrack_tolerances_created_by_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["modified_by"], ["users.id"], name="fk_qatrack_tolerances_modified_by_users", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_tolerances"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_categories",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("slug", Words, nullable=False),
        sa.Column("description", Words, nullable=False),
        sa.Column("parent", RowNumber, nullable=True),
        sa.Column("lft", sa.Integer(), nullable=False),
        sa.Column("rght", sa.Integer(), nullable=False),
        sa.Column("tree_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent"], ["qatrack_categories.id"], name="fk_qatrack_categories_parent_qatrack_categories"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_categories"),
        sa.UniqueConstraint("name", name="uq_qatrack_categories_name"),
        sa.UniqueConstraint("slug", name="uq_qatrack_categories_slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_frequencies",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("slug", Words, nullable=False),
        sa.Column("recurrences", Words, nullable=False),
        sa.Column("nominal_interval", sa.Double(), nullable=False),
        sa.Column("window_start", sa.Integer(), nullable=True),
        sa.Column("window_end", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_frequencies"),
        sa.UniqueConstraint("name", name="uq_qatrack_frequencies_name"),
        sa.UniqueConstraint("slug", name="uq_qatrack_frequencies_slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_statuses",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("slug", Words, nullable=False),
        sa.Column("description", Words, nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("requires_review", sa.Boolean(), nullable=False),
        sa.Column("export_by_default", sa.Boolean(), nullable=False),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("colour", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_statuses"),
        sa.UniqueConstraint("name", name="uq_qatrack_statuses_name"),
        sa.UniqueConstraint("slug", name="uq_qatrack_statuses_slug"),
        sqlite_autoincrement=True,
    )


def _review() -> None:
    op.create_table(
        "qatrack_review_rules",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("pass_fail", Words, nullable=False),
        sa.Column("status", RowNumber, nullable=False),
        sa.ForeignKeyConstraint(
            ["status"], ["qatrack_statuses.id"], name="fk_qatrack_review_rules_status_qatrack_statuses"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_review_rules"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_review_rule_sets",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_qatrack_review_rule_sets"),
        sa.UniqueConstraint("name", name="uq_qatrack_review_rule_sets_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "qatrack_review_members",
        sa.Column("rule_set", RowNumber, nullable=False),
        sa.Column("rule", RowNumber, nullable=False),
        sa.ForeignKeyConstraint(
            ["rule"], ["qatrack_review_rules.id"], name="fk_qatrack_review_members_rule_qatrack_review_rules"
        ),
        sa.ForeignKeyConstraint(
            ["rule_set"],
            ["qatrack_review_rule_sets.id"],
            name="fk_qatrack_review_members_rule_set_qatrack_review_rule_sets",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("rule_set", "rule", name="pk_qatrack_review_members"),
        sqlite_with_rowid=False,
    )
