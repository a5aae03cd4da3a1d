"""Deliveries of one artifact in several requests, so that a broken connection does not start a video over again.

The deliverer asks how much has arrived, sends on from there, and says when that was all.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from qarunner.store.contents import ContentFiles, Staged, TooLargeError, WrongContentError, explain_full_disk, hash_file


class Upload:
    """One unfinished delivery: found again by what it is for, by any process, also after a restart."""

    def __init__(self, files: ContentFiles, result: str, path: str) -> None:
        purpose = hashlib.sha256(f"{result}\0{path}".encode()).hexdigest()
        self._file = files.incoming / f"part-{purpose}"
        self._folder = files.folder

    @property
    def size(self) -> int:
        """How many bytes have arrived; 0 when none have."""
        try:
            return self._file.stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, offset: int, chunks: Iterable[bytes], *, limit: int | None = None) -> int:
        """Add what comes after the first `offset` bytes; return how many there are now.

        What arrived before an error is kept.

        :raises WrongContentError: when `offset` is not where the delivery stands; nothing is added then.
        :raises TooLargeError: when there would be more than `limit`.
        """
        with self._alone() as number:
            size = os.lseek(number, 0, os.SEEK_END)
            if offset != size:
                raise WrongContentError(f"the next byte is {size}, not {offset}", "Send on from there.")
            for chunk in chunks:
                size += len(chunk)
                if limit is not None and size > limit:
                    raise TooLargeError(f"more than the {limit} bytes came that are allowed", "Send less.")
                with explain_full_disk(self._folder):
                    _write_all(number, chunk)
            return size

    def finish(self) -> Staged:
        """Return the bytes as staged; the delivery is over."""
        with self._alone():
            whole = self._file.with_name(f"new-{self._file.name}-{os.getpid()}-{os.urandom(4).hex()}")
            self._file.rename(whole)
        return hash_file(whole)

    def discard(self) -> None:
        """Forget what has arrived."""
        self._file.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[int]:
        number = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise WrongContentError("another request is sending this artifact", "Send it once.") from error
            yield number
        finally:
            os.close(number)


def _write_all(number: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(number, view) :]
