"""How backups move bytes: files by links or copies, SQLite by its own copy, PostgreSQL by its tools."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from qarunner.store.contents import explain_full_disk
from qarunner.store.errors import BackupError, StorageFullError
from qarunner.store.faults import sqlite_code

if TYPE_CHECKING:
    from sqlalchemy import URL

    from qarunner.store.contents import ContentFiles

Progress = Callable[[str, int, int], None]
"""Called now and then with what is done, how many of it are, and of how many; 0 of 0 where that is not known."""
SECONDS_FOR_A_LOCK = 30.0


class Copied(NamedTuple):
    """What `copy_contents` did."""

    contents: int
    """How many there are."""
    new: int
    """How many were not there before."""
    linked: int
    """How many of the new ones are the same files under another name, and so on the same disk."""


def no_progress(_what: str, _done: int, _of: int) -> None:
    """Tell nobody."""


def copy_contents(
    source: ContentFiles, target: ContentFiles, total: int = 0, progress: Progress = no_progress
) -> Copied:
    """Bring all contents of one folder into another, by links where the disk allows it.

    :raises StorageFullError: the disk of `target` is full; what is there by then is whole.
    """
    count = new = linked = 0
    with explain_full_disk(target.folder):
        for sha256 in source.all_hashes():
            count += 1
            progress("copying artifacts", count, max(count, total))
            path = target.path(sha256)
            if path.exists():
                continue
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            linked += _bring(source.path(sha256), path, target.incoming / f"copy-{os.getpid()}-{sha256}")
            new += 1
    return Copied(count, new, linked)


def _bring(source: Path, target: Path, own: Path) -> bool:
    """Give a file a second place, whole or not at all; return whether by a link."""
    linked = True
    try:
        try:
            os.link(source, own)
        except OSError:  # another disk, or one that knows no links
            linked = False
            shutil.copyfile(source, own)
        own.replace(target)
    finally:
        own.unlink(missing_ok=True)
    return linked


def copy_files(source: Path, target: Path, patterns: Iterable[str]) -> int:
    """Bring files of a folder into another as copies, for they may still grow; return how many there are.

    :param patterns: such as ``jobs/*/job.log``.
    """
    count = 0
    with explain_full_disk(target):
        for pattern in patterns:
            for file in source.glob(pattern):
                if not file.is_file():
                    continue
                count += 1
                with suppress(FileNotFoundError):  # it has been removed meanwhile
                    _copy_if_changed(file, target / file.relative_to(source))
    return count


def _copy_if_changed(source: Path, target: Path) -> None:
    now = source.stat()
    with suppress(FileNotFoundError):
        then = target.stat()
        if (then.st_size, then.st_mtime_ns) == (now.st_size, now.st_mtime_ns):
            return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copy2(source, own)
        own.replace(target)
    finally:
        own.unlink(missing_ok=True)


def copy_sqlite(source: Path | None, target: Path | None) -> None:
    """Copy one state of a database, while others go on reading and writing it; the target changes at once or not."""
    assert source
    assert target
    if not source.is_file():
        raise BackupError(f"the database {source} is missing")
    with (
        _explained(source, target),
        closing(sqlite3.connect(source, timeout=SECONDS_FOR_A_LOCK)) as old,
        closing(sqlite3.connect(target, timeout=SECONDS_FOR_A_LOCK)) as new,
    ):
        old.backup(new)


def settle_sqlite(file: Path) -> None:
    """Make a copy one that can be read where nothing can be written: SQLite's log of changes would need a file."""
    with _explained(file, file), closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _explained(source: Path, target: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = sqlite_code(error)
        if code == sqlite3.SQLITE_FULL:
            raise StorageFullError(f"the disk of {target} is full", "Make room, or choose another disk.") from error
        advice = "See that both files are whole and may be read and written by you."
        raise BackupError(f"the database {source} cannot be copied to {target}: {error}", advice) from error


def run_postgresql(program: str, url: URL, *options: str) -> None:
    """Run ``pg_dump`` or ``pg_restore``.

    :raises StorageFullError: it found the disk full.
    :raises BackupError: it is not installed, or failed.
    """
    address = url.set(drivername="postgresql", password=None).render_as_string()
    # The password goes by the environment: arguments of a process can be seen by everybody.
    environment = os.environ | {"LC_ALL": "C"} | ({"PGPASSWORD": str(url.password)} if url.password else {})
    try:
        done = subprocess.run(
            [program, f"--dbname={address}", *options], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise BackupError(f"{program} is not installed", "It comes with PostgreSQL's client programs.") from error
    if done.returncode == 0:
        return
    said = done.stderr.strip()[-500:]
    if "No space left on device" in said:
        raise StorageFullError(f"{program} found the disk full: {said}", "Make room, or choose another disk.")
    raise BackupError(f"{program} failed: {said}")
