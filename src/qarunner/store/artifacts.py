"""Which artifacts a result has: keeps delivered bytes, lists and finds them.

Deliver in two steps: stage the bytes (`store.contents.stage`, no door held), then `keep_artifact`, which writes the
record and renames the file in one short transaction.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, select, text

from qarunner.store.clock import now
from qarunner.store.errors import StoreBusyError, UnknownResultError
from qarunner.store.lookup import number_of
from qarunner.store.models import Content, StoredArtifact, StoredResult, qatrack
from qarunner.store.names import artifact_name
from qarunner.store.portions import in_portions
from qarunner.store.upsert import insert_new, insert_or_set

if TYPE_CHECKING:
    from qarunner.store.contents import Staged
    from qarunner.store.engine import Store

GRACE = timedelta(hours=1)
"""Bytes that no result has are kept so long: their record may be on its way."""
REMOVED_AT_ONCE = 200
FORKING = 1.0
"""Seconds that a lock may stay taken by nobody: a program that this process starts has it until it runs by itself."""
LOCK_SHARED_POSTGRESQL = text("SELECT pg_advisory_xact_lock_shared(7061002)")
LOCK_EXCLUSIVE_POSTGRESQL = text("SELECT pg_advisory_xact_lock(7061002)")
"""They keep the collector and deliverers apart, as SQLite does by itself."""


class ArtifactEntry(NamedTuple):
    """One artifact of a result."""

    path: str
    size: int
    """Bytes."""
    sha256: str | None
    """None when the bytes have not been delivered."""
    md5: str | None


def keep_artifact(store: Store, result: str, path: str, staged: Staged) -> ArtifactEntry:
    """Make staged bytes the artifact `path` of the result with this id; they replace what it had under that name.

    :raises BadNameError: when no artifact can have that name.
    :raises UnknownResultError: when there is no such result.
    :raises ResultDeletedError: when it was deleted.
    :raises StorageFullError: when the disk is full; nothing is stored then.
    """
    artifact_name(path)
    with store.write() as connection:
        record_contents(connection, [staged])
        number = number_of(connection, result)
        artifact = {"result": number, "path": path, "size": staged.size, "sha256": staged.sha256}
        connection.execute(insert_or_set(connection, StoredArtifact, "size", "sha256"), artifact)
        # Last: if it fails nothing is recorded, and if the process ends here the next sweep finds a file too many.
        store.contents.put(staged)
    return ArtifactEntry(path, staged.size, staged.sha256, staged.md5)


def record_contents(connection: Connection, staged: Sequence[Staged]) -> None:
    """Record bytes as contents, which stay from now on until the write ends; whoever has them is recorded within it.

    The last step of that write is `ContentFiles.put` for each of them.
    """
    _lock_contents(connection, exclusive=False)
    moment = now()
    rows = [{"sha256": one.sha256, "md5": one.md5, "size": one.size, "created": moment} for one in staged]
    connection.execute(insert_new(connection, Content), rows)


def artifacts_of(connection: Connection, number: int) -> list[ArtifactEntry]:
    """Return the artifacts of the result with this number, sorted by path."""
    query = _entries().where(StoredArtifact.result == number).order_by(StoredArtifact.path)
    return [ArtifactEntry._make(row) for row in connection.execute(query)]


def artifacts_of_many(connection: Connection, numbers: list[int]) -> dict[int, list[ArtifactEntry]]:
    """Return the artifacts of many results by their numbers, each sorted by path."""
    found: dict[int, list[ArtifactEntry]] = {number: [] for number in numbers}
    for some in in_portions(numbers):
        query = _entries().add_columns(StoredArtifact.result).where(StoredArtifact.result.in_(some))
        for *entry, number in connection.execute(query.order_by(StoredArtifact.result, StoredArtifact.path)):
            found[number].append(ArtifactEntry(*entry))
    return found


def find_artifact(connection: Connection, result: str, path: str) -> ArtifactEntry:
    """Return one artifact of the result with this id.

    :raises UnknownResultError: when there is no such result, or it has no such artifact, or its bytes never came.
    :raises ResultDeletedError: when the result was deleted.
    """
    number = number_of(connection, result)
    query = _entries().where(StoredArtifact.result == number, StoredArtifact.path == path)
    row = None if "\0" in path else connection.execute(query).first()
    if row is None or row.sha256 is None:
        why = "has no such artifact" if row is None else "has not got the bytes of that artifact yet"
        raise UnknownResultError(f"result {result} {why}: {path[:200]!r}")
    return ArtifactEntry._make(row)


def missing_artifacts(connection: Connection, results: list[str]) -> list[tuple[str, str]]:
    """Return (result's id, path) of all artifacts of these results whose bytes have not been delivered."""
    missing: list[tuple[str, str]] = []
    for some in in_portions(results):
        query = (
            select(StoredResult.id, StoredArtifact.path)
            .join(StoredArtifact, StoredArtifact.result == StoredResult.number)
            .where(StoredResult.id.in_(some), StoredArtifact.sha256.is_(None))
        )
        missing.extend((row[0], row[1]) for row in connection.execute(query))
    return missing


def has_content(store: Store, connection: Connection, sha256: str) -> bool:
    """Whether the store has these bytes already, so that nobody needs to send them again."""
    known = connection.execute(select(exists().where(Content.sha256 == sha256))).scalar_one()
    return known and store.contents.path(sha256).exists()


def content_bytes(connection: Connection) -> int:
    """Return how many bytes all contents have together."""
    return connection.execute(select(func.coalesce(func.sum(Content.size), 0))).scalar_one()


class Collected(NamedTuple):
    """What `collect_garbage` removed."""

    contents: int
    bytes: int
    strays: int
    """Files without a record: left by a process that was killed, and unfinished deliveries."""


def collect_garbage(
    store: Store, *, grace: timedelta = GRACE, strays: bool = True, stopped: Callable[[], bool] = lambda: False
) -> Collected:
    """Remove bytes that no result has; short transactions, so that others may write in between.

    :param strays: look on the disk for files without a record as well.
    :param stopped: asked between the transactions: whether to leave the rest for another time.
    :raises StoreBusyError: while a backup runs: it needs all files to stay.
    """
    removed, size = 0, 0
    with contents_lock(store.contents.folder, exclusive=True):
        swept = _remove_strays(store, grace) + store.contents.sweep_incoming() if strays else 0
        some = [0]
        while some and not stopped():
            some = _remove_unused(store, grace)
            removed, size = removed + len(some), size + sum(some)
    return Collected(removed, size, swept)


def unused_contents() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of contents that nothing has: no result, and no session of the dialect ``qatrack``."""
    return (
        ~exists().where(StoredArtifact.sha256 == Content.sha256),
        ~exists().where(qatrack.Attachment.content == Content.sha256),
    )


def _remove_unused(store: Store, grace: timedelta) -> list[int]:
    """Remove some contents that no result has; return their sizes."""
    with store.write() as connection:
        _lock_contents(connection, exclusive=True)
        query = select(Content.sha256, Content.size).where(Content.created < now() - grace, *unused_contents())
        some = connection.execute(query.limit(REMOVED_AT_ONCE)).all()
        connection.execute(delete(Content).where(Content.sha256.in_([row.sha256 for row in some])))
        for row in some:
            store.contents.remove(row.sha256)
    return [row.size for row in some]


def _remove_strays(store: Store, grace: timedelta) -> int:
    strays = 0
    for some in in_portions(store.contents.all_hashes()):
        with store.read() as connection:
            known = set(connection.execute(select(Content.sha256).where(Content.sha256.in_(some))).scalars())
        for sha256 in set(some) - known:
            with store.write() as connection:
                _lock_contents(connection, exclusive=True)
                recorded = connection.execute(select(exists().where(Content.sha256 == sha256))).scalar_one()
                path = store.contents.path(sha256)
                if not recorded and path.exists() and path.stat().st_mtime < (now() - grace).timestamp():
                    path.unlink()
                    strays += 1
    return strays


@contextmanager
def contents_lock(folder: Path, *, exclusive: bool, patience: float = FORKING) -> Iterator[None]:
    """Hold the files of all contents: several may share them, as backups do, or one may remove some.

    :param patience: seconds to wait for it.
    :raises StoreBusyError: another process holds them in a way that does not go together.
    """
    with (folder / "contents.lock").open("w") as file:
        ends = time.monotonic() + patience
        while not _take(file, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH):
            if time.monotonic() > ends:
                other = "a backup or another clean-up" if exclusive else "a clean-up"
                raise StoreBusyError(f"{other} is at work on {folder}", "Try again when it has ended.")
            time.sleep(0.2)
        yield


def _take(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_contents(connection: Connection, *, exclusive: bool) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(LOCK_EXCLUSIVE_POSTGRESQL if exclusive else LOCK_SHARED_POSTGRESQL)


def _entries() -> Select[tuple[str, int, str | None, str | None]]:
    query: Any = select(StoredArtifact.path, StoredArtifact.size, StoredArtifact.sha256, Content.md5)
    entries: Select[tuple[str, int, str | None, str | None]] = query.outerjoin(
        Content, Content.sha256 == StoredArtifact.sha256
    )
    return entries
