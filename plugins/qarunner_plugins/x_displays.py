"""Which X displays this host has, for the drivers of their pictures and keys."""

from __future__ import annotations

import os
import socket
from pathlib import Path

SOCKETS = Path("/tmp/.X11-unix")  # noqa: S108 - where X servers of this host listen
ANSWERS_WITHIN = 1.0


def displays_of_this_host() -> list[str]:
    """Return the displays that have a socket, such as ``:0``, whether somebody still listens or not."""
    names = (path.name[1:] for path in SOCKETS.glob("X*") if path.name[1:].isdigit())
    return [f":{number}" for number in sorted(names, key=int)]


def displays_in_use() -> list[str]:
    """Return the displays whose server takes connections; that of $DISPLAY first, also where it is on another host."""
    own = os.environ.get("DISPLAY", "").removesuffix(".0")
    local = [name for name in displays_of_this_host() if _listens(name)]
    elsewhere = bool(own) and not own.startswith(":")
    return [own, *(name for name in local if name != own)] if elsewhere or own in local else local


def _listens(display: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWERS_WITHIN)
        try:
            connection.connect(str(SOCKETS / f"X{display[1:]}"))
        except OSError:
            return False
    return True
