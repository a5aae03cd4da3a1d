"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qarunner.store.types import RowNumber, UtcTime, Words

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Do it."""
    ${upgrades if upgrades else "pass"}
