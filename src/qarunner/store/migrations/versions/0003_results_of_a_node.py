"""An index that has the results of each node in the order of time."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make it."""
    op.create_index("ix_results_node_started", "results", ["node", "started"])
