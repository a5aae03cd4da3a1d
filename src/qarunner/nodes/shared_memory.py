"""Memory that one process writes and any number of others read: a memfd, sealed so that nobody else can do harm."""

from __future__ import annotations

import fcntl
import mmap
import os

PAGE = 4096

# Linux 5.1; the fcntl module has no name for it before Python 3.13.
_F_SEAL_FUTURE_WRITE = 0x0010


def create(name: str, size: int) -> tuple[int, mmap.mmap]:
    """Return the descriptor of `size` bytes of zeros, and the only writable view of them there will ever be.

    Everyone who gets the descriptor can read and nothing else: the kernel refuses writing, further writable views
    and a change of size, which would make readers crash. Pages that nobody writes cost nothing.
    """
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size)
    view = mmap.mmap(descriptor, size)
    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | _F_SEAL_FUTURE_WRITE | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor, view
