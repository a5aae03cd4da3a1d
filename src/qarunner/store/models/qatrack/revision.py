"""Counts changes of definitions, so that whoever keeps some in memory knows when to read them anew.

Triggers count: no writer can forget to, whichever process it is in. What a session moves by itself (a collection's due
date and last instance) does not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import Base
from qarunner.store.types import RowNumber

if TYPE_CHECKING:
    from sqlalchemy import Connection, ScalarSelect

COUNTED = (
    "units unit_types frequencies statuses review_rules review_rule_sets review_members references tolerances tests"
    " test_lists memberships sublists cycles cycle_memberships test_infos"
)
COLLECTION = ("name", "unit", "test_list", "cycle", "frequency", "auto_schedule", "active")
"""Columns of a collection that belong to its definition."""
COUNT = """INSERT INTO qatrack_revision (id, number) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET number = qatrack_revision.number + 1"""
FUNCTION = f"""CREATE FUNCTION qatrack_definition_changed() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN {COUNT}; RETURN NULL; END $$"""


class Revision(Base):
    """How often definitions have changed: one row, and none before the first change."""

    __tablename__ = "qatrack_revision"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(RowNumber)


def revision() -> ScalarSelect[int | None]:
    """Return the query for it; None before the first change."""
    return select(Revision.number).where(Revision.id == 1).scalar_subquery()


def create_triggers(connection: Connection) -> None:
    """Make what counts, once, when the tables are made. A migration that rebuilds one of the tables makes its anew."""
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.exec_driver_sql(FUNCTION)
    columns = ", ".join(f'"{name}"' for name in COLLECTION)
    events = [(f"qatrack_{table}", event) for table in COUNTED.split() for event in ("INSERT", "UPDATE", "DELETE")]
    events += [("qatrack_collections", event) for event in ("INSERT", f"UPDATE OF {columns}", "DELETE")]
    for table, event in events:
        name = f"{table}_{event.partition(' ')[0].lower()}"
        then = f"BEGIN {COUNT}; END" if sqlite else "FOR EACH STATEMENT EXECUTE FUNCTION qatrack_definition_changed()"
        connection.exec_driver_sql(f"CREATE TRIGGER {name} AFTER {event} ON {table} {then}")
