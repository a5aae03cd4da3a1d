"""Every process below this one, wherever it has hidden: found, ended, and reaped.

The caller is a subreaper (`adopt_orphans`), so a process that made a session of its own and lost its parent is still
below it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections import defaultdict
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
GENTLE = 1.0
"""Seconds between asking and forcing."""
STUBBORN = 30.0
"""Seconds after which a process that cannot be ended (it hangs in the kernel) is given up."""
MARK = "QARUNNER_JOB_UID"


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends.

    :raises OSError: the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def descendants(root: int) -> list[int]:
    """Return the processes below `root`, zombies left out, parents first."""
    children: dict[int, list[int]] = defaultdict(list)
    for pid, parent in _parents().items():
        children[parent].append(pid)
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def end_descendants(gentle: float = GENTLE, stubborn: float = STUBBORN) -> list[int]:
    """End all processes below the caller and reap them; return those that could not be ended.

    :param gentle: seconds they get after SIGTERM before SIGKILL; 0 for none.
    """
    began = time.monotonic()
    if gentle:
        _signal(descendants(os.getpid()), signal.SIGTERM)
    while True:
        reap()
        left = descendants(os.getpid())
        if not left:
            return []
        passed = time.monotonic() - began
        if passed > stubborn:
            return left
        if passed >= gentle:
            # Stopped first: what is stopped starts no further processes while the others are being killed.
            _signal(left, signal.SIGSTOP)
            _signal(descendants(os.getpid()), signal.SIGKILL)
        time.sleep(0.01)


def end_marked(uid: str) -> None:
    """End the processes that a job has left whose supervisor was killed: they carry its mark in their environment."""
    mark = f"{MARK}={uid}".encode()
    deadline = time.monotonic() + STUBBORN
    while time.monotonic() < deadline:
        left = [pid for pid in _parents() if _has_mark(pid, mark)]
        left += [below for pid in left for below in descendants(pid)]
        if not left:
            return
        _signal(left, signal.SIGSTOP)
        _signal(left, signal.SIGKILL)
        time.sleep(0.02)


def reap() -> None:
    """Take notice of children that have ended, but leave none of them a zombie."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _parents() -> dict[int, int]:
    found = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (place / "stat").read_text(errors="replace").rpartition(")")[2].split()
                if fields[0] not in "ZX":
                    found[int(place.name)] = int(fields[1])
    return found


def _has_mark(pid: int, mark: bytes) -> bool:
    try:
        return pid != os.getpid() and mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
