"""Encrypts what the server must be able to read again, such as passwords of other services.

The keys lie in a file of their own, not in the database: whoever gets a copy of the database reads no secret. Each
encrypted text names its key, so that a new key can come into use while old texts are still readable.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import os
import re
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec

from qarunner.results import Record
from qarunner.store.errors import StoreError

KEYS_FOLDER = "keys"
"""In the data folder: all that must not be lost, and that nobody else may read."""
KEY_FILE = Path(KEYS_FOLDER, "store.json")
KEY_BYTES = 32
NONCE_BYTES = 12
PREFIX = "q1"
"""Of every encrypted text; says how to read the rest."""
_SEALED = re.compile(rf"{PREFIX}\.([0-9a-f]+)\.([A-Za-z0-9_=-]*)")


class KeysError(StoreError):
    """The file of keys cannot be used, or has not the key that a text needs."""


class _KeyFile(Record, frozen=True):
    current: str
    """The id of the key that encrypts."""
    keys: dict[str, bytes]
    """Keys by their ids."""
    signing: bytes
    """What derived keys are made of; it stays when the others rotate."""


class Keys:
    """The keys of one store. `open` reads them, or makes the first ones; safe for threads.

    They may rotate while they are in use: a changed file is read anew.

    :param file: where they lie; only its owner may read it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._version = _version(file)
        self._known = _read(file)

    @classmethod
    def open(cls, file: Path) -> Self:
        """Read the keys, or make them when there is no file yet.

        :raises KeysError: when the file cannot be read, or others may read it too.
        """
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(file):
            if not file.exists():
                first = _new_id()
                contents = _KeyFile(current=first, keys={first: os.urandom(KEY_BYTES)}, signing=os.urandom(KEY_BYTES))
                _write(file, contents)
            return cls(file)

    @property
    def current(self) -> str:
        """The id of the key that encrypts now."""
        return self._contents().current

    @property
    def ids(self) -> list[str]:
        """The ids of all keys."""
        return list(self._contents().keys)

    def _contents(self) -> _KeyFile:
        version = _version(self._file)
        if version is not None and version != self._version:
            self._known = _read(self._file)
            self._version = version
        return self._known

    def encrypt(self, secret: bytes, context: str) -> str:
        """Return the secret as a text which only `decrypt` with the same context can read.

        :param context: what the secret belongs to, such as ``webhook:7``: the text is worthless anywhere else.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce, known = os.urandom(NONCE_BYTES), self._contents()
        sealed = AESGCM(known.keys[known.current]).encrypt(nonce, secret, context.encode())
        return f"{PREFIX}.{known.current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, text: str, context: str) -> bytes:
        """Return the secret of a text.

        :raises KeysError: when its key is gone, or it was changed, or belongs to another context.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key, sealed = self._contents().keys.get(key_of(text)), text.rpartition(".")[2]
        if key is None:
            raise KeysError(
                f"no key in {self._file} fits an encrypted text of {context}",
                "Put the file of keys back that belongs to this data folder, or enter the secret again.",
            )
        try:
            raw = base64.urlsafe_b64decode(sealed)
            return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise KeysError(f"an encrypted text of {context} was changed", "Enter the secret again.") from error

    def needs_rotation(self, text: str) -> bool:
        """Whether a text was encrypted with another key than the current one."""
        return key_of(text) != self.current

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes that are always the same for this store and purpose, and tell nothing of other purposes'."""
        return hmac.digest(self._contents().signing, purpose.encode(), hashlib.sha256)

    def rotate(self) -> str:
        """Make a new key, which encrypts from now on; return its id. Then encrypt the old texts again and `forget`."""
        with _alone(self._file):
            known = _read(self._file)
            new = _new_id()
            keys = known.keys | {new: os.urandom(KEY_BYTES)}
            _write(self._file, msgspec.structs.replace(known, current=new, keys=keys))
        return new

    def forget(self, keep: Collection[str] = ()) -> list[str]:
        """Remove all keys but the current one and return their ids. What they encrypted can never be read again.

        :param keep: ids of others that are still needed.
        """
        with _alone(self._file):
            known = _read(self._file)
            needed = {known.current, *keep}
            keys = {key_id: key for key_id, key in known.keys.items() if key_id in needed}
            _write(self._file, msgspec.structs.replace(known, keys=keys))
        return [key_id for key_id in known.keys if key_id not in needed]


def key_of(text: str) -> str:
    """Return the id of the key that an encrypted text names; empty when it is none of ours."""
    found = _SEALED.fullmatch(text)
    return found[1] if found else ""


def _version(file: Path) -> tuple[int, int, int] | None:
    """Return what changes when the file is replaced; None while it is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _new_id() -> str:
    return os.urandom(4).hex()


def _read(file: Path) -> _KeyFile:
    advice = "Put back the file that belongs to this data folder."
    try:
        mode = file.stat().st_mode
        contents = msgspec.json.decode(file.read_bytes(), type=_KeyFile)
    except OSError as error:
        raise KeysError(f"the keys in {file} cannot be read: {error.strerror}", advice) from error
    except msgspec.DecodeError as error:
        raise KeysError(f"{file} is not a file of keys: {error}", advice) from error
    if stat.S_IMODE(mode) & 0o077:
        raise KeysError(f"others may read the keys in {file}", f"chmod 600 {file}; if it was copied, rotate the keys.")
    if contents.current not in contents.keys:
        raise KeysError(f"the current key {contents.current} is missing in {file}", advice)
    return contents


def _write(file: Path, contents: _KeyFile) -> None:
    """Replace the file; whatever happens, the old one or the new one is whole on the disk."""
    new = file.with_suffix(".new")
    number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "wb") as opened:
        opened.write(msgspec.json.encode(contents))
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
