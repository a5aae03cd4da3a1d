"""The file by which a server says that it accepts connections, and the first time its admin's token."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping


class ReadyFile:
    """A file that is there, and whole, while the server accepts connections; only its owner can read it.

    Its place is taken at once: that it cannot be written is known before there is a token, which is shown only once.

    :raises ConfigurationError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.unlink(missing_ok=True)  # an old one would tell a script that this server is ready
            os.close(os.open(self._own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        except OSError as error:
            raise _unwritable(error) from error

    def write(self, content: Mapping[str, Any]) -> None:
        """Say it.

        :raises ConfigurationError: the disk is full.
        """
        try:
            self._own.write_bytes(msgspec.json.encode(content))
            self._own.replace(self._path)
        except OSError as error:
            raise _unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._own.unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)


def _unwritable(error: OSError) -> ConfigurationError:
    return ConfigurationError(f"the ready file cannot be written: {error}", "Choose another place.")
