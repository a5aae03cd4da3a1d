"""An index of the sessions that wait for review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the index; its condition is as each database writes it in the question for these sessions."""
    op.create_index(
        "ix_qatrack_list_instances_waiting",
        "qatrack_list_instances",
        ["work_completed", "id"],
        unique=False,
        sqlite_where=sa.text("all_reviewed = 0 AND in_progress = 0"),
        postgresql_where=sa.text("NOT all_reviewed AND NOT in_progress"),
    )
