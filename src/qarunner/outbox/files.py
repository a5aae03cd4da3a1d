"""Writes files that are either whole or not there, and lists the files of a result."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from qarunner.results import RESULT_FILE, Artifact


def write_whole(path: Path | str, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part.

    Nothing is synchronised to the disk: after a power cut the file may be the old one, or missing.

    :raises OSError: the disk is full, the folder is gone, ...; the old file is then untouched.
    """
    folder, name = os.path.split(os.fspath(path))
    # Cut, so that a name of the longest possible length leaves room; the thread's number keeps two writers apart.
    unfinished = f"{folder or '.'}/.{name[:40]}.{os.getpid()}.{threading.get_ident()}.part"
    try:
        with open(unfinished, "wb") as file:  # noqa: PTH123 - a Path costs as much as the write itself
            file.write(content)
        os.replace(unfinished, path)  # noqa: PTH105 - as above
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)  # noqa: PTH108 - as above
        raise


def list_artifacts(folder: Path) -> tuple[Artifact, ...]:
    """Return all files of a result's directory but ``result.json`` and hidden ones, sorted by path.

    Symbolic links to directories are not followed; a file that vanishes meanwhile is left out.
    """
    return tuple(sorted(_artifacts(os.fspath(folder), ""), key=lambda artifact: artifact.path))


def _artifacts(folder: str, prefix: str) -> Iterator[Artifact]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = prefix + entry.name
            if entry.name.startswith(".") or path == RESULT_FILE:
                continue
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    yield from _artifacts(entry.path, f"{path}/")
                elif entry.is_file():
                    yield Artifact(_encodable(path), entry.stat().st_size)


def _encodable(path: str) -> str:
    """Return the path as JSON can hold it: bytes that are no UTF-8 (surrogates in Python) are replaced."""
    return path.encode("utf-8", "replace").decode("utf-8")
