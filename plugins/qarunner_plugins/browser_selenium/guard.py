"""Runs a browser's driver and ends with everything it started: ``guard.py FOLDER PROGRAM ARGUMENT...``.

Run as a program of its own, with nothing but the standard library. Its standard input is a pipe from whoever wants the
browser: when that one closes it or is killed, or on SIGTERM, every descendant is killed and FOLDER, which holds the
profile, is removed. A driver that is killed would else leave its browser behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36
LONGEST_END = 5.0
GRACE = 0.5
"""Seconds which the program itself has to tidy up: an X server removes its socket."""


def guarded(folder: str, command: list[str]) -> list[str]:
    """Return the command which runs another one under this guard."""
    return [sys.executable, "-I", "-S", __file__, folder, *command]


def children_of(process: int) -> list[int]:
    """Return the children of a process, those that were adopted too."""
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208 - names are what is wanted
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError), open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123 - starts faster without pathlib
                if int(file.read().rpartition(b")")[2].split()[1]) == process:
                    found.append(int(name))
    return found


def end_all() -> None:
    """Kill all descendants; orphans become our children, so that it is enough to look again."""
    deadline = time.monotonic() + LONGEST_END
    while time.monotonic() < deadline and (children := children_of(os.getpid())):
        for child in children:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.005)


def main(folder: str, command: list[str]) -> int:
    """Run `command` until it ends or nobody wants it any more."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_ignored: None)
    environment = {**os.environ, "TMPDIR": folder}
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment, start_new_session=True)
        while process.poll() is None:
            ready, _, _ = select.select([0, wake], [], [], 60)
            if 0 in ready and not os.read(0, 4096):
                break
            if wake in ready and any(number != signal.SIGCHLD for number in os.read(wake, 256)):
                break
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        return process.poll() or 0
    finally:
        end_all()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
