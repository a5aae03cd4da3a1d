"""The folder of all state: for its owner only, and for one server at a time."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from qarunner.errors import ConfigurationError

LOCK = "server.lock"


class DataFolder:
    """The folder, held until `close`.

    :param who: how the error calls the server that has it already.
    :raises ConfigurationError: others may read it, or another server uses it.
    """

    def __init__(self, path: Path, who: str = "another server") -> None:
        self.path = path.expanduser().absolute()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"the data folder cannot be made: {error}", "Choose another --data.") from error
        if stat.S_IMODE(self.path.stat().st_mode) & 0o077:
            problem = f"others may look into the data folder {self.path}"
            raise ConfigurationError(problem, f"chmod 700 {self.path}")
        self._lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid = os.read(self._lock, 20).decode(errors="replace").strip()
            os.close(self._lock)
            problem = f"{who} (process {pid or '?'}) uses the data folder {self.path}"
            raise ConfigurationError(problem, "Stop it, or choose another --data.") from error
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)

    def close(self) -> None:
        """Let another server have it."""
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def serving_process(path: Path) -> str:
    """Return the id of the process that serves a data folder, ``?`` when it is not known; empty when none does."""
    try:
        with (path / LOCK).open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return lock.read(20).strip() or "?"
    except FileNotFoundError:
        pass
    return ""


@contextmanager
def private_files() -> Iterator[None]:
    """Make files that only their owner can read, while no other thread runs yet."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
