"""Copies a store to a folder, while it is in use; `qarunner.store.restore` brings it back.

A backup is a folder with the database (a copy of SQLite's file, or a dump of PostgreSQL's), all artifacts and
``backup.json``. Artifacts never change, so they are linked where the disk allows it and copied where not, and a second
backup into the same folder copies only what is new. Until it is whole, the older one is what ``backup.json`` names. The
keys are not in it unless asked for: keep them elsewhere, for a backup with its keys tells every secret.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func, inspect, select

from qarunner._version import __version__
from qarunner.store.artifacts import contents_lock
from qarunner.store.clock import now
from qarunner.store.contents import ContentFiles, explain_full_disk
from qarunner.store.copies import (
    Progress,
    copy_contents,
    copy_files,
    copy_sqlite,
    no_progress,
    run_postgresql,
    settle_sqlite,
)
from qarunner.store.errors import BackupError
from qarunner.store.keys import KEYS_FOLDER
from qarunner.store.manifest import MANIFEST, OTHERS, Manifest, database_of, read_manifest
from qarunner.store.models import Content
from qarunner.store.portions import in_portions
from qarunner.store.schema import known_revisions, refuse_unknown, revision
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from qarunner.store.engine import Store

CLEAN_UP_LIMIT = 600.0
"""Seconds to wait for a clean-up of old artifacts to end."""


def backup(
    store: Store,
    folder: Path,
    *,
    with_keys: bool = False,
    others: Sequence[str] = (),
    progress: Progress = no_progress,
    patience: float = CLEAN_UP_LIMIT,
) -> Manifest:
    """Write a backup into `folder`, which may hold an older one of the same store.

    :param others: patterns of further files in the data folder, such as ``jobs/*/job.log``.
    :param patience: seconds to wait while old artifacts are being cleaned up.
    :raises StoreBusyError: that took longer, or another backup is being written into the folder.
    :raises StorageFullError: when the disk of `folder` is full; an older backup in it is still whole.
    :raises BackupError: when the folder holds something else, or ``pg_dump`` is needed and is not there, or fails.
    """
    older = _check_folder(store, folder)
    copies = ContentFiles(folder / "artifacts")
    with (
        contents_lock(copies.folder, exclusive=True),
        contents_lock(store.contents.folder, exclusive=False, patience=patience),
        explain_full_disk(folder),
    ):
        manifest = _write(store, folder, copies, others, progress, with_keys=with_keys)
        if older is not None and older.file != manifest.file:
            database_of(folder, older).unlink(missing_ok=True)
        _prune(store, copies, progress)
    return manifest


def _write(
    store: Store, folder: Path, copies: ContentFiles, others: Sequence[str], progress: Progress, *, with_keys: bool
) -> Manifest:
    """Write all parts, and last the file that makes them the backup; nothing of a failed one stays but artifacts."""
    started = now()
    layout, total = _look_at(store)
    name = f"qarunner-{started:%Y%m%dT%H%M%S%fZ}.{'db' if store.is_sqlite else 'dump'}"
    unfinished = folder / f"{MANIFEST}.new"
    try:
        progress("copying the database", 0, 0)
        _copy_database(store, folder / name)
        # After the database: every artifact that it names is there by now.
        copied = copy_contents(store.contents, copies, total or 0, progress)
        (folder / OTHERS).mkdir(mode=0o700, exist_ok=True)
        copy_files(store.data, folder / OTHERS, others)
        if with_keys:
            _copy_keys(store.data / KEYS_FOLDER, folder / KEYS_FOLDER)
        manifest = Manifest(
            layout=layout,
            database="sqlite" if store.is_sqlite else "postgresql",
            file=name,
            origin=_origin(store),
            started=started,
            finished=now(),
            contents=copied.contents,
            new=copied.new,
            linked=copied.linked,
            keys=with_keys,
            release=__version__,
        )
        unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        unfinished.replace(folder / MANIFEST)
    except BaseException:
        for file in (unfinished, *folder.glob(f"{name}*")):
            file.unlink(missing_ok=True)
        raise
    return manifest


def _check_folder(store: Store, folder: Path) -> Manifest | None:
    """Make the folder, if need be; return what older backup it holds."""
    if folder.resolve() == store.data.resolve():
        raise BackupError(f"{folder} is the data folder itself", "Name another folder, best on another disk.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / MANIFEST).exists():
        # What a backup that failed may leave is no reason to refuse the next one.
        strange = {entry.name for entry in folder.iterdir()} - {"artifacts", OTHERS, KEYS_FOLDER, "lost+found"}
        if strange:
            problem = f"{folder} is not empty, and holds no backup: {min(strange)}"
            raise BackupError(problem, "Name a new folder, or one with an older backup of this store.")
        return None
    try:
        older = read_manifest(folder)
    except BackupError:  # damaged: whatever it was, the new one is better
        return None
    if older.origin != _origin(store):
        problem = f"{folder} holds a backup of another store, {older.origin}"
        raise BackupError(problem, "Name a folder of its own for each store.")
    return older


def _origin(store: Store) -> str:
    return str(store.database_file or store.url.set(password=None).render_as_string())


def _look_at(store: Store) -> tuple[str, int | None]:
    """Return the layout of the tables, and how many contents there are; None in one from before there were any."""
    with store.read() as connection:
        layout = revision(connection)
        if layout not in known_revisions():
            refuse_unknown(layout)
        if not inspect(connection).has_table(table_of(Content).name):
            return layout, None
        return layout, connection.execute(select(func.count()).select_from(Content)).scalar_one()


def _copy_database(store: Store, target: Path) -> None:
    if store.is_sqlite:
        copy_sqlite(store.database_file, target)
        settle_sqlite(target)
    else:
        run_postgresql("pg_dump", store.url, "--format=custom", "--no-owner", f"--file={target}")


def _copy_keys(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    for file in source.glob("*"):
        if file.is_file() and file.suffix != ".lock":
            shutil.copy2(file, target / file.name)


def _prune(store: Store, copies: ContentFiles, progress: Progress) -> None:
    """Remove what the backup does not name any more: nothing is collected meanwhile, so the store still names it."""
    progress("looking for what is no longer needed", 0, 0)
    if _look_at(store)[1] is None:
        return
    for some in in_portions(copies.all_hashes()):
        with store.read() as connection:
            known = set(connection.execute(select(Content.sha256).where(Content.sha256.in_(some))).scalars())
        for sha256 in set(some) - known:
            copies.remove(sha256)
