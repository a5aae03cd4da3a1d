"""Makes bytes that the store has already an artifact of further results, so that nobody sends them twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import select

from qarunner.store.artifacts import LOCK_SHARED_POSTGRESQL
from qarunner.store.errors import BadNameError
from qarunner.store.models import Content, StoredArtifact, StoredResult, Tombstone
from qarunner.store.names import artifact_name
from qarunner.store.portions import in_portions
from qarunner.store.upsert import insert_or_set

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.store.engine import Store

State = Literal["stored", "wanted", "unknown", "deleted", "refused"]


class Offered(NamedTuple):
    """A file that somebody has."""

    result: str
    path: str
    size: int
    sha256: str


def offer(store: Store, offers: Sequence[tuple[str, str, int, str]]) -> list[State]:
    """Take what the store has already as artifacts; return the state of each offer, in their order."""
    offered = [Offered._make(one) for one in offers]
    with store.read() as connection:
        answers, rows = _look(store, connection, offered)
    if rows:
        with store.write() as connection:
            if not store.is_sqlite:
                connection.execute(LOCK_SHARED_POSTGRESQL)  # the collector stays away until this is written
            # Looked at once more: they may have been deleted or collected in between.
            answers, rows = _look(store, connection, offered)
            if rows:
                connection.execute(insert_or_set(connection, StoredArtifact, "size", "sha256"), rows)
    return answers


def _look(store: Store, connection: Connection, offers: list[Offered]) -> tuple[list[State], list[dict[str, Any]]]:
    """Return the state of each offer, and the rows to write for those whose bytes are here."""
    wanted = [one.result for one in offers if "\0" not in one.result]
    numbers = _values(connection, StoredResult.id, StoredResult.number, wanted)
    deleted = _values(connection, Tombstone.id, Tombstone.number, wanted)
    sizes = _values(connection, Content.sha256, Content.size, [one.sha256 for one in offers])
    answers: list[State] = []
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    for one in offers:
        number = numbers.get(one.result)
        if number is None:
            answers.append("deleted" if one.result in deleted else "unknown")
        elif not _usable(one.path):
            answers.append("refused")
        elif sizes.get(one.sha256) == one.size and store.contents.path(one.sha256).exists():
            answers.append("stored")
            rows[number, one.path] = {"result": number, "path": one.path, "size": one.size, "sha256": one.sha256}
        else:
            answers.append("wanted")
    return answers, list(rows.values())


def _values(connection: Connection, key: Any, value: Any, wanted: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in in_portions(sorted(set(wanted))):
        found.update((row[0], row[1]) for row in connection.execute(select(key, value).where(key.in_(some))))
    return found


def _usable(path: str) -> bool:
    try:
        artifact_name(path)
    except BadNameError:
        return False
    return True
