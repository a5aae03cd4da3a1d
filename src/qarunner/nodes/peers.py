"""Who is at the other end of a Unix socket, as the kernel tells it, and who may use an exporter."""

from __future__ import annotations

import os
import pwd
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

_CREDENTIALS = struct.Struct("3i")
_INTERPRETERS = ("python", "pypy", "sh", "bash", "dash", "env")


@dataclass(frozen=True)
class Peer:
    """A process of this host. `pid` is 0 when it lives in a process namespace that cannot be seen from here."""

    pid: int
    uid: int

    @property
    def user(self) -> str:
        """The user's name."""
        return user_name(self.uid)

    @property
    def command(self) -> str:
        """What it runs, such as ``pytest tests/menu.py``; empty when it cannot be seen."""
        return command_of(self.pid)

    def open_pidfd(self) -> int | None:
        """Return a descriptor that becomes readable when the process ends; None when the process cannot be seen.

        :raises ProcessLookupError: it has ended already.
        """
        try:
            return os.pidfd_open(self.pid) if self.pid > 0 else None
        except PermissionError:
            return None  # A container's rules may forbid it.


def peer_of(connection: socket.socket) -> Peer:
    """Return the process that connected (or, on the connecting side, the one that listens)."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, uid, _gid = _CREDENTIALS.unpack(raw)
    return Peer(pid, uid)


def user_name(uid: int) -> str:
    """Return the name of a user number, or ``user 1234`` when it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def user_numbers(names: Iterable[str]) -> frozenset[int]:
    """Return the numbers of users given by name or number.

    :raises ConfigurationError: there is no such user.
    """
    numbers = set()
    for name in names:
        try:
            numbers.add(int(name) if name.isdecimal() else pwd.getpwnam(name).pw_uid)
        except KeyError:
            raise ConfigurationError(f"there is no user {name!r} on this host", "See getent passwd") from None
    return frozenset(numbers)


def may_use(uid: int, others: frozenset[int]) -> bool:
    """Whether this process trusts one of user `uid`: it is the same user, root, or one of `others`."""
    return uid in (0, os.getuid()) or uid in others


def command_of(pid: int) -> str:
    """Return the command line of a process, shortened to what a person would say."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    words = [word for word in words if word]
    while len(words) > 1 and Path(words[0]).name.rstrip("0123456789.") in _INTERPRETERS:
        words = [word for word in words[1:] if word not in ("-m", "-P")]
    return " ".join([Path(words[0]).name, *words[1:]])[:80] if words else ""
