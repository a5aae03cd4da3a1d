"""The server's own key: random, made at the first start, in a file only its user can read."""

from __future__ import annotations

import hmac
import os
import stat
from hashlib import sha256
from pathlib import Path

from qarunner.errors import ConfigurationError

FILE = Path("keys", "server.key")
LENGTH = 32


def load_server_key(data: Path) -> bytes:
    """Return the key of a data folder; it is made when there is none.

    :raises ConfigurationError: others can read it, or it is damaged.
    """
    path = data / FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _make_if_missing(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigurationError(f"the server's key {path} can be read by others", f"chmod 600 {path}")
    key = path.read_bytes()
    if len(key) != LENGTH:
        advice = "Restore it from a backup, or remove it: tokens derived from names then change."
        raise ConfigurationError(f"the server's key {path} is damaged", advice)
    return key


def _make_if_missing(path: Path) -> None:
    if path.exists():
        return
    # Whole before it has its name, and the first of two processes wins.
    own = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(os.urandom(LENGTH))
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()


def derive(key: bytes, purpose: str, user: int, generation: int) -> str:
    """Return 40 hexadecimal digits that are the same each time, and cannot be made without the key.

    :param purpose: such as a dialect's name.
    :param generation: the user's; counting it up makes all earlier ones worthless.
    """
    return hmac.new(key, f"{purpose}\0{user}\0{generation}".encode(), sha256).hexdigest()[:40]
