"""Copies a store to a folder and back, while it is in use.

A backup is a folder with the database (a copy of SQLite's file, or a dump of PostgreSQL's), all artifacts and
``backup.json``. Artifacts never change, so they are linked where the disk allows it and copied where not, and a second
backup into the same folder copies only what is new. The encryption keys are not in it unless asked for: keep them
elsewhere, for a backup with its keys tells every secret.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qarunner.results import Record
from qarunner.store.artifacts import contents_lock
from qarunner.store.clock import now
from qarunner.store.contents import ContentFiles, explain_full_disk
from qarunner.store.errors import StoreError
from qarunner.store.keys import KEY_FILE
from qarunner.store.schema import HEAD

if TYPE_CHECKING:
    from sqlalchemy import URL

    from qarunner.store.engine import Store

MANIFEST = "backup.json"
SQLITE_COPY = "qarunner.db"
POSTGRESQL_DUMP = "qarunner.dump"


class BackupError(StoreError):
    """A backup cannot be made or used."""


class Manifest(Record, frozen=True):
    """What is in a backup."""

    layout: str
    """The revision of the tables."""
    database: str
    """sqlite or postgresql."""
    started: datetime
    """The backup holds everything that was stored before this moment."""
    finished: datetime
    contents: int
    """How many files of artifacts there are."""
    keys: bool
    """Whether the encryption keys are in it."""


def backup(store: Store, folder: Path, *, with_keys: bool = False) -> Manifest:
    """Write a backup into `folder`, which may hold an older one of the same store.

    :raises StoreBusyError: while old artifacts are being cleaned up.
    :raises StorageFullError: when the disk of `folder` is full; an older backup in it is still whole.
    :raises BackupError: when ``pg_dump`` is needed and is not there, or fails.
    """
    started = now()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contents_lock(store.contents.folder, exclusive=False), explain_full_disk(folder):
        copy = folder / (SQLITE_COPY if store.is_sqlite else POSTGRESQL_DUMP)
        new = copy.with_suffix(".new")
        new.unlink(missing_ok=True)
        if store.is_sqlite:
            _copy_sqlite(store.database_file, new)
        else:
            _run_postgresql("pg_dump", store.url, "--format=custom", "--no-owner", f"--file={new}")
        # After the database: every artifact that it names is there by now.
        contents = copy_contents(store.contents, ContentFiles(folder / "artifacts"))
        new.replace(copy)
        if with_keys:
            shutil.copy2(store.data / KEY_FILE, folder / KEY_FILE)
        manifest = Manifest(
            layout=HEAD,
            database="sqlite" if store.is_sqlite else "postgresql",
            started=started,
            finished=now(),
            contents=contents,
            keys=with_keys,
        )
        (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Return what is in a backup.

    :raises BackupError: when the folder holds none, or one that was not finished.
    """
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError(f"there is no whole backup in {folder}", f"It would have a {MANIFEST}.") from error


def restore(store: Store, folder: Path) -> Manifest:
    """Make the store what it was when the backup was made. Everything that is newer is lost.

    It may be in use: who reads meanwhile sees the old state until the new one is there (with PostgreSQL, who asks while
    the tables change places may find them empty, once). Jobs that ran when the backup was made are marked as running;
    restart the server, and it closes them.

    :raises BackupError: when the backup does not fit the store, or ``pg_restore`` is needed and is not there, or fails.
    """
    manifest = read_manifest(folder)
    kind = "sqlite" if store.is_sqlite else "postgresql"
    if manifest.database != kind:
        raise BackupError(f"the backup in {folder} is of {manifest.database}, the store is in {kind}")
    if manifest.layout != HEAD:
        raise BackupError(
            f"the backup in {folder} has the layout {manifest.layout}, this release needs {HEAD}",
            "Restore it with the release that made it, then migrate.",
        )
    with contents_lock(store.contents.folder, exclusive=False), explain_full_disk(store.contents.folder):
        copy_contents(ContentFiles(folder / "artifacts"), store.contents)
        if store.is_sqlite:
            _copy_sqlite(folder / SQLITE_COPY, store.database_file)
        else:
            options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
            _run_postgresql("pg_restore", store.url, *options, str(folder / POSTGRESQL_DUMP))
        if manifest.keys:
            shutil.copy2(folder / KEY_FILE, store.data / KEY_FILE)
    return manifest


def copy_contents(source: ContentFiles, target: ContentFiles) -> int:
    """Bring all contents of one folder into another, by links where the disk allows it; return how many there are."""
    count = 0
    for sha256 in source.all_hashes():
        count += 1
        path = target.path(sha256)
        if path.exists():
            continue
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = target.incoming / f"copy-{os.getpid()}-{sha256}"
        try:
            os.link(source.path(sha256), new)
        except OSError:  # another disk, or one that knows no links
            shutil.copyfile(source.path(sha256), new)
        try:
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
    return count


def _copy_sqlite(source: Path | None, target: Path | None) -> None:
    assert source
    assert target
    if not source.is_file():
        raise BackupError(f"the database {source} is missing")
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target, timeout=30)) as new:
        # In one step: one state of the database, while others go on reading and writing it.
        old.backup(new)


def _run_postgresql(program: str, url: URL, *options: str) -> None:
    address = url.set(drivername="postgresql", password=None).render_as_string()
    # The password goes by the environment: arguments of a process can be seen by everybody.
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    try:
        done = subprocess.run(
            [program, f"--dbname={address}", *options], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise BackupError(f"{program} is not installed", "It comes with PostgreSQL's client programs.") from error
    if done.returncode != 0:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-500:]}")
