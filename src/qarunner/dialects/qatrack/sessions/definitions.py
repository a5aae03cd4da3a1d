"""Keeps definitions in memory. `qarunner.store.models.qatrack.revision` tells whether they still are as they were."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from sqlalchemy import select

from qarunner.dialects.qatrack.sessions.loading import load
from qarunner.store.models import qatrack
from qarunner.store.upsert import insert_new

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.sessions.definition import Definition
    from qarunner.store.engine import Store

MOST = 1000
"""Collections in memory; when there are more, it begins anew."""


class Definitions:
    """The definitions of collections, read when first needed. Safe for threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[int, Definition] = {}
        self._turn = threading.Lock()

    def of(self, collection: int) -> Definition | None:
        """Return the definition of a collection as it was at some time; None when there is no such collection.

        Whoever writes by it compares `Definition.revision` within the write, and calls `forget` when it is another.
        """
        found = self._kept.get(collection)
        return found if found is not None else self._read(collection)

    def forget(self) -> None:
        """Read everything anew."""
        with self._turn:
            self._kept.clear()

    def _read(self, collection: int) -> Definition | None:
        with self._store.read() as connection:
            found = load(connection, collection)
        if found is not None and (tests := _without_info(found)):
            _add_infos(self._store, collection, tests)
            with self._store.read() as connection:
                found = load(connection, collection)
        if found is not None:
            with self._turn:
                if len(self._kept) >= MOST:
                    self._kept.clear()
                self._kept[collection] = found
        return found


@dataclass(frozen=True, slots=True)
class Desk:
    """What sessions are written with. `zone`: the server's time zone."""

    store: Store
    definitions: Definitions
    zone: tzinfo


def _without_info(definition: Definition) -> list[int]:
    return [member.number for day in definition.days for member in day.members if not member.info]


def _add_infos(store: Store, collection: int, tests: list[int]) -> None:
    """Make the rows that say which limits the tests have on the unit: none, until somebody says so."""
    with store.write() as connection:
        query = select(qatrack.Collection.unit).where(qatrack.Collection.id == collection)
        unit = connection.execute(query).scalar()
        rows = [
            {"unit": unit, "test": test, "reference": None, "tolerance": None, "assigned_to": None, "active": True}
            for test in dict.fromkeys(tests)
        ]
        if unit is not None:
            connection.execute(insert_new(connection, qatrack.UnitTestInfo), rows)
