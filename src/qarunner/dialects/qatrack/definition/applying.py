"""Writes what a plan says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, text, update

from qarunner.access import audit
from qarunner.dialects.qatrack.definition import kinds
from qarunner.dialects.qatrack.definition.changes import Action, Change, Plan
from qarunner.dialects.qatrack.definition.kinds import KINDS, Key, ThingKind, Things
from qarunner.dialects.qatrack.definition.planning import parents_first, plan
from qarunner.dialects.qatrack.definition.stored import read_current
from qarunner.dialects.qatrack.definition.trees import number_categories
from qarunner.store.clock import now

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.access import Identity
    from qarunner.dialects.qatrack.definition.completing import Wanted
    from qarunner.store.engine import Store

LOCK_POSTGRESQL = text("SELECT pg_advisory_xact_lock(7061005)")
"""One definition is applied after the other, as SQLite does by itself."""


def plan_for(store: Store, wanted: Wanted) -> Plan:
    """Return what would be done.

    :raises DefinitionError: see `plan`.
    """
    with store.read() as connection:
        return plan(read_current(connection), wanted, now().date())


def apply(store: Store, wanted: Wanted, by: Identity | None = None) -> Plan:
    """Make everything as it is wanted, in one transaction; return what was done: nothing where it was so already.

    :param by: who does it; None for whoever has the data folder. :raises DefinitionError: see `plan`.
    """
    planned = plan_for(store, wanted)
    if not planned.changes:
        return planned
    with store.write() as connection:
        if not store.is_sqlite:
            connection.execute(LOCK_POSTGRESQL)
        current = read_current(connection)  # once more: somebody may have been quicker
        planned = plan(current, wanted, now().date())
        _Applying(connection, current.things, by.user_id if by else None).run(planned.changes)
        if planned.changes:
            who = by.user if by else "command line"
            audit.note(connection, who, "qatrack.define", details={"changes": len(planned.changes)})
    return planned


class _Applying:
    def __init__(self, connection: Connection, current: Things, user: int | None) -> None:
        self._connection = connection
        self._numbers: dict[str, dict[Key, int]] = {
            word: {key: thing.number for key, thing in things.items() if thing.number is not None}
            for word, things in current.items()
        }
        self._now, self._user = now(), user

    def run(self, changes: Iterable[Change]) -> None:
        by_kind: dict[str, list[Change]] = {word: [] for word in KINDS}
        for change in changes:
            by_kind[change.kind].append(change)
        for word, found in by_kind.items():
            kind = KINDS[word]
            for change in found:
                if change.action is Action.REMOVE:
                    self._remove(kind, change)
            self._create(kind, [change for change in found if change.action is Action.CREATE])
            self._change(kind, [change for change in found if change.action in (Action.CHANGE, Action.DEACTIVATE)])
        if by_kind[kinds.CATEGORY]:
            number_categories(self._connection)

    def _remove(self, kind: ThingKind, change: Change) -> None:
        table: Any = kind.table
        row = self._columns(kind, dict(zip(kind.key, change.key, strict=True)))
        self._connection.execute(delete(table).where(*(getattr(table, name) == row[name] for name in kind.key)))

    def _create(self, kind: ThingKind, changes: list[Change]) -> None:
        if not changes:
            return
        if kind.word == kinds.CATEGORY:  # each may be a part of one before it
            for change in parents_first(changes):
                self._insert(kind, [change])
        else:
            self._insert(kind, changes)

    def _insert(self, kind: ThingKind, changes: list[Change]) -> None:
        table: Any = kind.table
        rows = [
            self._columns(kind, dict(zip(kind.key, change.key, strict=True)) | dict(change.values))
            for change in changes
        ]
        if kind.edited:
            edited = {"created": self._now, "created_by": self._user} | self._modified()
            rows = [row | edited for row in rows]
        if not kind.numbered:
            self._connection.execute(insert(table), rows)
            return
        query = insert(table).returning(table.id, sort_by_parameter_order=True)
        numbers = self._connection.scalars(query, rows).all()
        self._numbers[kind.word].update(zip((change.key for change in changes), numbers, strict=True))

    def _change(self, kind: ThingKind, changes: list[Change]) -> None:
        table: Any = kind.table
        if kind.word == kinds.UNIT:  # two units may swap their numbers
            for change in changes:
                if "number" in change.values:
                    self._connection.execute(update(table).where(table.id == change.number).values(number=-table.id))
        for change in changes:
            row = self._columns(kind, change.values) | (self._modified() if kind.edited else {})
            self._connection.execute(update(table).where(table.id == change.number).values(**row))

    def _modified(self) -> dict[str, Any]:
        return {"modified": self._now, "modified_by": self._user}

    def _columns(self, kind: ThingKind, values: Any) -> dict[str, Any]:
        """Return values as the table has them: numbers of rows instead of keys."""
        return {
            name: self._numbers[kind.links[name]][value] if name in kind.links and value is not None else value
            for name, value in values.items()
        }
