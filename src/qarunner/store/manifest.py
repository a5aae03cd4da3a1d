"""What a backup says of itself, in its ``backup.json``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from qarunner.results import Record
from qarunner.store.errors import BackupError

MANIFEST = "backup.json"
OTHERS = "files"
"""Folder of a backup with what else is in it, by its place in the data folder."""


class Manifest(Record, frozen=True):
    """What is in a backup."""

    layout: str
    """The revision of the tables."""
    database: str
    """sqlite or postgresql."""
    file: str
    """The database's copy in the folder."""
    origin: str
    """Which database it is a copy of."""
    started: datetime
    """The backup holds everything that was stored before this moment."""
    finished: datetime
    contents: int
    """How many files of artifacts there are."""
    new: int = 0
    """How many of them this backup brought."""
    linked: int = 0
    """How many of these share the disk's blocks with the store."""
    keys: bool = False
    """Whether the keys are in it."""
    release: str = ""
    """The qarunner that made it."""


def read_manifest(folder: Path) -> Manifest:
    """Return what is in a backup.

    :raises BackupError: when the folder holds none, or one that was not finished.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        advice = f"Name a folder that qarunner backup wrote: its {MANIFEST} comes last."
        raise BackupError(f"there is no whole backup in {folder}", advice) from error
    if not database_of(folder, manifest).is_file():
        raise BackupError(f"the backup in {folder} has lost its database {manifest.file}", "Use another backup.")
    return manifest


def database_of(folder: Path, manifest: Manifest) -> Path:
    """Return the database's copy: in the folder, whatever the manifest says."""
    return folder / Path(manifest.file).name
