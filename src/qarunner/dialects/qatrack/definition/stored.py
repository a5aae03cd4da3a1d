"""Reads what a store has, as things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from qarunner.dialects.qatrack.definition import kinds
from qarunner.dialects.qatrack.definition.kinds import KINDS, Key, Thing, ThingKind, Things
from qarunner.dialects.qatrack.definition.planning import Current
from qarunner.store.models import qatrack

if TYPE_CHECKING:
    from sqlalchemy import Connection


def read_current(connection: Connection) -> Current:
    """Return all that is defined."""
    things: Things = {}
    keys: dict[str, dict[int, Key]] = {}
    for kind in KINDS.values():
        rows = _rows(connection, kind)
        if kind.word == kinds.CATEGORY:  # they refer to each other
            keys[kind.word] = {row["id"]: (row["name"],) for row in rows}
        found = [_thing(kind, row, keys) for row in rows]
        keys[kind.word] = {thing.number: thing.key for thing in found if thing.number is not None}
        things[kind.word] = {}
        for thing in found:  # where two rows have one key, which definitions never make, the first counts
            things[kind.word].setdefault(thing.key, thing)
    numbers = connection.scalars(
        select(qatrack.UnitTestInfo.test)
        .where(exists().where(qatrack.TestInstance.unit_test_info == qatrack.UnitTestInfo.id))
        .distinct()
    )
    return Current(things, frozenset(keys[kinds.TEST][number] for number in numbers))


def _rows(connection: Connection, kind: ThingKind) -> list[dict[str, Any]]:
    names = [*(["id"] if kind.numbered else []), *kind.columns]
    table: Any = kind.table
    query = select(*(getattr(table, name).label(name) for name in names))
    order = [table.id] if kind.numbered else [getattr(table, name) for name in kind.key]
    return [dict(row._mapping) for row in connection.execute(query.order_by(*order))]  # noqa: SLF001 - public in SQLAlchemy


def _thing(kind: ThingKind, row: dict[str, Any], keys: dict[str, dict[int, Key]]) -> Thing:
    for column, target in kind.links.items():
        if row[column] is not None:
            row[column] = keys[target][row[column]]
    key = tuple(row[name] for name in kind.key)
    return Thing(kind.word, key, {name: row[name] for name in kind.values}, row.get("id"))
