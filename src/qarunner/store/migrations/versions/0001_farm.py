"""The farm: nodes, jobs, ownership, access, notifications.

A revision never changes once it is released, so it names its own tables and asks nothing of the models.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qarunner.store.types import RowNumber, UtcTime, Words

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make these tables."""
    _nodes()
    _jobs()
    _access()
    _notices()


def _nodes() -> None:
    op.create_table(
        "hosts",
        sa.Column("name", Words, nullable=False),
        sa.Column("address", Words, nullable=False),
        sa.Column("description", Words, nullable=False),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("last_seen", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_hosts"),
    )
    op.create_table(
        "nodes",
        sa.Column("id", Words, nullable=False),
        sa.Column("host", Words, nullable=True),
        sa.Column("config", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("device_type", Words, nullable=True),
        sa.Column("friendly_name", Words, nullable=True),
        sa.Column("last_used_by", Words, nullable=True),
        sa.Column("last_used_time", UtcTime(), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("offline_reason", Words, nullable=True),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("last_seen", UtcTime(), nullable=True),
        sa.Column("local_ip_address", Words, nullable=True),
        sa.Column("external_ip_address", Words, nullable=True),
        sa.Column("geoip_city", Words, nullable=True),
        sa.Column("geoip_country", Words, nullable=True),
        sa.Column("licence_expiry", Words, nullable=True),
        sa.ForeignKeyConstraint(["host"], ["hosts.name"], name="fk_nodes_host_hosts", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_nodes"),
    )
    op.create_index("ix_nodes_host", "nodes", ["host"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("number", RowNumber, autoincrement=True, nullable=False),
        sa.Column("uid", Words, nullable=False),
        sa.Column("node", Words, nullable=False),
        sa.Column("host", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("ending", Words, nullable=False),
        sa.Column("ending_detail", Words, nullable=False),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("request", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("revision", Words, nullable=False),
        sa.Column("branch", Words, nullable=True),
        sa.Column("category", Words, nullable=False),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("username", Words, nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("started", UtcTime(), nullable=True),
        sa.Column("ended", UtcTime(), nullable=True),
        sa.Column("stop_requested", UtcTime(), nullable=True),
        sa.Column("stop_user", Words, nullable=False),
        sa.Column("process", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("pass_count", sa.Integer(), nullable=False),
        sa.Column("fail_count", sa.Integer(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("skip_count", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_jobs"),
        sa.UniqueConstraint("uid", name="uq_jobs_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_node_number", "jobs", ["node", "number"])
    op.create_index("ix_jobs_state_number", "jobs", ["state", "number"])
    op.create_index("ix_jobs_username_number", "jobs", ["username", "number"])
    op.create_index(
        "uq_jobs_running_node",
        "jobs",
        ["node"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "job_tags",
        sa.Column("job", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("value", Words, nullable=False),
        sa.PrimaryKeyConstraint("job", "name", name="pk_job_tags"),
    )
    op.create_index("ix_job_tags_name_value", "job_tags", ["name", "value"])
    op.create_table(
        "reservations",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("node", Words, nullable=False),
        sa.Column("username", Words, nullable=False),
        sa.Column("message", Words, nullable=False),
        sa.Column("started", UtcTime(), nullable=False),
        sa.Column("expires", UtcTime(), nullable=True),
        sa.Column("ended", UtcTime(), nullable=True),
        sa.Column("ended_by", Words, nullable=True),
        sa.Column("interruption", Words, nullable=True),
        sa.Column("interruption_seen", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reservations"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reservations_node_id", "reservations", ["node", "id"])
    op.create_index("ix_reservations_username_id", "reservations", ["username", "id"])
    op.create_table(
        "ownership",
        sa.Column("node", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("holder", Words, nullable=False),
        sa.Column("reason", Words, nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=True),
        sa.Column("reservation", RowNumber, nullable=True),
        sa.Column("job", Words, nullable=True),
        sa.Column("lease", Words, nullable=True),
        sa.ForeignKeyConstraint(["reservation"], ["reservations.id"], name="fk_ownership_reservation_reservations"),
        sa.PrimaryKeyConstraint("node", name="pk_ownership"),
    )


def _access() -> None:
    op.create_table(
        "users",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("password_hash", Words, nullable=True),
        sa.Column("role", Words, nullable=False),
        sa.Column("email", Words, nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("last_login", UtcTime(), nullable=True),
        sa.Column("settings", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tokens",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("hash", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("user_id", RowNumber, nullable=False),
        sa.Column("job", Words, nullable=True),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("expires", UtcTime(), nullable=True),
        sa.Column("last_used", UtcTime(), nullable=True),
        sa.Column("revoked", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_tokens_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("hash", name="uq_tokens_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tokens_job", "tokens", ["job"])
    op.create_index("ix_tokens_user_id", "tokens", ["user_id"])
    op.create_table(
        "sessions",
        sa.Column("hash", Words, nullable=False),
        sa.Column("user_id", RowNumber, nullable=False),
        sa.Column("csrf", Words, nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("expires", UtcTime(), nullable=False),
        sa.Column("last_used", UtcTime(), nullable=False),
        sa.Column("address", Words, nullable=False),
        sa.Column("agent", Words, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires", "sessions", ["expires"])
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "audit_log",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("time", UtcTime(), nullable=False),
        sa.Column("username", Words, nullable=False),
        sa.Column("action", Words, nullable=False),
        sa.Column("subject", Words, nullable=False),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("address", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_log_subject_id", "audit_log", ["subject", "id"])
    op.create_index("ix_audit_log_time", "audit_log", ["time"])
    op.create_index("ix_audit_log_username_id", "audit_log", ["username", "id"])


def _notices() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", RowNumber, autoincrement=True, nullable=False),
        sa.Column("cause", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("cause", name="uq_notifications_cause"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notification_deliveries",
        sa.Column("notification", RowNumber, nullable=False),
        sa.Column("channel", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", UtcTime(), nullable=True),
        sa.Column("answer", Words, nullable=False),
        sa.ForeignKeyConstraint(
            ["notification"],
            ["notifications.id"],
            name="fk_notification_deliveries_notification_notifications",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("notification", "channel", name="pk_notification_deliveries"),
    )
    op.create_index(
        "ix_notification_deliveries_state_next_attempt", "notification_deliveries", ["state", "next_attempt"]
    )
    op.create_table(
        "settings",
        sa.Column("name", Words, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_settings"),
    )
