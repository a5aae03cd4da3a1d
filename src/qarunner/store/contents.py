"""The bytes of artifacts on disk, each in a file named by its SHA-256: ``artifacts/ab/cd/abcd...``.

Bytes are streamed in and out in chunks and never whole in memory. A file gets its name by a rename when it is whole, so
there is nothing half stored under a hash; what an interrupted delivery leaves is swept from ``incoming`` after a day.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from qarunner.store.errors import StorageFullError, StoreError

CHUNK = 256 * 1024
"""Bytes read and written at a time."""
FORGOTTEN = 24 * 3600.0
"""Seconds after which an unfinished delivery is swept away."""
SHA256 = re.compile(r"[0-9a-f]{64}")
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class TooLargeError(StoreError):
    """More bytes came than are allowed (answered as 413)."""


class WrongContentError(StoreError):
    """The bytes are not those that were announced: another size or another hash (answered as 400)."""


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that have arrived whole and are not yet part of the store. `discard` removes them, if nobody kept them."""

    file: Path
    size: int
    sha256: str
    md5: str

    def discard(self) -> None:
        """Remove the file if it still is where it arrived."""
        self.file.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.discard()


class ContentStream:
    """Bytes of a content, in chunks.

    :param left: how many bytes to give; None for all.
    """

    def __init__(self, file: BinaryIO, left: int | None) -> None:
        self._file = file
        self._left = left

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._file.closed:
            raise StopIteration
        chunk = self._file.read(CHUNK if self._left is None else min(CHUNK, self._left))
        if not chunk:
            self.close()
            raise StopIteration
        if self._left is not None:
            self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._file.close()


class ContentFiles:
    """The folder of all contents."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"
        self.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Return where the bytes with this hash are, or would be."""
        if not SHA256.fullmatch(sha256):
            raise StoreError(f"{sha256[:80]!r} is not a SHA-256 in lower-case hexadecimal digits")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def stage(self, chunks: Iterable[bytes], *, limit: int | None = None) -> Staged:
        """Write what arrives to a file of its own and return it, hashed. Hold no door of the store meanwhile.

        :param limit: bytes that are allowed.
        :raises TooLargeError: as soon as there are more than `limit`.
        :raises StorageFullError: when the disk is full; nothing is left behind.
        """
        number, name = tempfile.mkstemp(dir=self.incoming, prefix="new-")
        try:
            with os.fdopen(number, "wb") as file, explain_full_disk(self.folder):
                copied = _copy_hashed(chunks, file, limit)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Staged(Path(name), *copied)

    def stage_file(self, source: Path) -> Staged:
        """Stage a copy of a file on this machine."""
        with source.open("rb") as file:
            return self.stage(read_chunks(file))

    def put(self, staged: Staged) -> Path:
        """Give staged bytes their name. Within the write that records them, as its last step."""
        target = self.path(staged.sha256)
        with explain_full_disk(self.folder):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            staged.file.replace(target)
        return target

    def open(self, sha256: str) -> BinaryIO:
        """Open the bytes for reading.

        :raises StoreError: when they are missing on disk.
        """
        path = self.path(sha256)
        try:
            return path.open("rb")
        except FileNotFoundError as error:
            advice = "The disk lost a file, or the data folder was not restored whole: restore a backup."
            raise StoreError(f"the bytes of an artifact are missing: {path}", advice) from error

    def read(self, sha256: str, start: int = 0, stop: int | None = None) -> ContentStream:
        """Give the bytes from `start` to before `stop` in chunks. Close it; a WSGI server does that by itself.

        :raises StoreError: when they are missing on disk.
        """
        file = self.open(sha256)
        file.seek(start)
        return ContentStream(file, None if stop is None else max(0, stop - start))

    def remove(self, sha256: str) -> None:
        """Remove the bytes, if they are there. Within the write that removes their record."""
        self.path(sha256).unlink(missing_ok=True)

    def sweep_incoming(self, older_than: float = FORGOTTEN) -> int:
        """Remove what interrupted deliveries left more than so many seconds ago; return how many files that were."""
        swept = 0
        for file in self.incoming.iterdir():
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < time.time() - older_than:
                    file.unlink()
                    swept += 1
        return swept

    def all_hashes(self) -> Iterator[str]:
        """Give the hashes of all contents on disk, recorded or not."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            yield from (file.name for file in folder.iterdir() if SHA256.fullmatch(file.name))


@contextmanager
def explain_full_disk(place: Path) -> Iterator[None]:
    """Turn the system's "no space left" into an error with advice."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        advice = "Make room, shorten the retention, or move the data folder to a larger disk."
        raise StorageFullError(f"the disk of {place} is full", advice) from error


def read_chunks(file: BinaryIO) -> Iterator[bytes]:
    """Give what is left of a file, in chunks."""
    while chunk := file.read(CHUNK):
        yield chunk


def hash_file(file: Path) -> Staged:
    """Return a file that is already whole as staged bytes."""
    with file.open("rb") as opened:
        sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        for chunk in read_chunks(opened):
            size += len(chunk)
            sha256.update(chunk)
            md5.update(chunk)
    return Staged(file, size, sha256.hexdigest(), md5.hexdigest())


def _copy_hashed(chunks: Iterable[bytes], file: BinaryIO, limit: int | None) -> tuple[int, str, str]:
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    for chunk in chunks:
        size += len(chunk)
        if limit is not None and size > limit:
            raise TooLargeError(f"more than the {limit} bytes came that are allowed", "Send less, or raise the limit.")
        file.write(chunk)
        sha256.update(chunk)
        md5.update(chunk)
    file.flush()
    return size, sha256.hexdigest(), md5.hexdigest()
