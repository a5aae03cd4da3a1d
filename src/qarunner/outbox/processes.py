"""Tells whether the process that started a run still lives, also when its number has been given to another one."""

from __future__ import annotations

import functools
import os
import socket
from pathlib import Path

from qarunner.results import Process


def this_process() -> Process:
    """Return what identifies the calling process in ``run.json``."""
    own = os.getpid()
    return Process(
        host=socket.gethostname(),
        boot_id=_boot_id(),
        pid=own,
        start_ticks=_start_ticks(own) or 0,
        namespace=_namespace(),
    )


def is_alive(process: Process) -> bool | None:
    """Return whether the process lives; None when it cannot be seen from here (another host or container)."""
    if process.host == socket.gethostname() and process.boot_id != _boot_id():
        return False
    if process.host != socket.gethostname() or (process.namespace and process.namespace != _namespace()):
        return None
    return _start_ticks(process.pid) == process.start_ticks


@functools.cache
def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _namespace() -> str:
    """Return which numbering of processes this process sees, such as ``pid:[4026531836]``."""
    return str(Path("/proc/self/ns/pid").readlink())


def _start_ticks(pid: int) -> int | None:
    """Return when the process started, in clock ticks since boot; None when there is none or it is a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in parentheses and may hold blanks and parentheses itself.
    fields = status.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])
