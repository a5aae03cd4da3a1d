"""Makes a store what it was when a backup was made."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import inspect, select

from qarunner.store.artifacts import contents_lock
from qarunner.store.contents import ContentFiles
from qarunner.store.copies import Progress, copy_contents, copy_files, copy_sqlite, no_progress, run_postgresql
from qarunner.store.errors import BackupError
from qarunner.store.keys import KEYS_FOLDER
from qarunner.store.manifest import OTHERS, Manifest, database_of, read_manifest
from qarunner.store.models import Content
from qarunner.store.schema import HEAD, known_revisions, refuse_unknown
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from qarunner.store.engine import Store

AT_ONCE = 5000


class Restored(NamedTuple):
    """What `restore` did."""

    manifest: Manifest
    missing: int
    """How many artifacts the database names whose bytes the backup has lost."""
    migrate: bool
    """Whether the tables are of an earlier release and must be migrated before the store can be used."""


def restore(store: Store, folder: Path, *, progress: Progress = no_progress) -> Restored:
    """Make the store what it was when the backup was made. Everything that is newer is lost.

    It may be in use: who reads meanwhile sees the old state until the new one is there (with PostgreSQL, who asks while
    the tables change places may find them empty, once). Jobs that ran when the backup was made are marked as running;
    restart the server, and it closes them. When it fails the store is as it was, but for artifacts that came with it.

    :raises StorageFullError: when the disk of the store is full.
    :raises StoreBusyError: while a backup is being made, or old artifacts cleaned up.
    :raises SchemaError: when the backup is of a newer release.
    :raises BackupError: when it does not fit the store, or ``pg_restore`` is needed and is not there, or fails.
    """
    manifest = read_manifest(folder)
    check_kind(store, folder, manifest)
    _check_layout(store, folder, manifest)
    with contents_lock(store.contents.folder, exclusive=True):
        copy_contents(ContentFiles(folder / "artifacts"), store.contents, manifest.contents, progress)
        copy_files(folder / OTHERS, store.data, ("**/*",))
        progress("copying the database", 0, 0)
        if store.is_sqlite:
            copy_sqlite(database_of(folder, manifest), store.database_file)
        else:
            options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
            run_postgresql("pg_restore", store.url, *options, str(database_of(folder, manifest)))
        if manifest.keys:
            _copy_keys(folder / KEYS_FOLDER, store.data / KEYS_FOLDER)
        missing = _missing(store, progress)
    return Restored(manifest, missing, migrate=manifest.layout != HEAD)


def check_kind(store: Store, folder: Path, manifest: Manifest) -> None:
    """Refuse what no database of this kind can take; asks the database nothing.

    :raises SchemaError: when the backup is of a newer release.
    :raises BackupError: when it is of the other kind of database.
    """
    kind = "sqlite" if store.is_sqlite else "postgresql"
    if manifest.database != kind:
        advice = "Give --database postgresql://..." if store.is_sqlite else "Leave --database out."
        raise BackupError(f"the backup in {folder} is of {manifest.database}, the store is in {kind}", advice)
    if manifest.layout not in known_revisions():
        refuse_unknown(manifest.layout, f"the backup in {folder}")


def _check_layout(store: Store, folder: Path, manifest: Manifest) -> None:
    if not store.is_sqlite and not store.is_empty() and store.layout() != manifest.layout:
        # Only what is in the backup would be replaced; tables of the other layout would stay.
        problem = f"the backup in {folder} has the layout {manifest.layout}, the database {store.layout()}"
        raise BackupError(problem, "Name an empty database.")


def _copy_keys(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    for file in source.iterdir():
        own = target / f".{file.name}.new"
        shutil.copyfile(file, own)
        own.chmod(0o600)
        own.replace(target / file.name)


def _missing(store: Store, progress: Progress) -> int:
    """Count the contents of the database that are not on the disk."""
    missing, done, last = 0, 0, ""
    with store.read() as connection:
        if not inspect(connection).has_table(table_of(Content).name):
            return 0
    while True:
        query = select(Content.sha256).where(Content.sha256 > last).order_by(Content.sha256).limit(AT_ONCE)
        with store.read() as connection:
            some = connection.execute(query).scalars().all()
        missing += sum(not store.contents.path(sha256).exists() for sha256 in some)
        if len(some) < AT_ONCE:
            return missing
        done, last = done + len(some), some[-1]
        progress("looking whether all is there", done, 0)
