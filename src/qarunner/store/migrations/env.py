"""What Alembic runs: our revisions on the connection that `qarunner.store.schema` handed over."""

from __future__ import annotations

from alembic import context

from qarunner.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
