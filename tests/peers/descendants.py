"""The processes that a test has started, and what these have started: read from /proc."""

from __future__ import annotations

import os
from pathlib import Path


def descendants(process: int) -> list[int]:
    """Return the processes below one, without those that have ended."""
    found, wanted = [], {process}
    for entry in sorted(Path("/proc").iterdir(), key=lambda path: (len(path.name), path.name)):
        if entry.name.isdigit() and (state := state_of(int(entry.name))) and state[1] in wanted and state[0] != "Z":
            wanted.add(int(entry.name))
            found.append(int(entry.name))
    return found


def running(name: str) -> set[int]:
    """Return the processes below this one whose program has a name."""
    found = set()
    for process in descendants(os.getpid()):
        try:
            command = Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip()
        except OSError:  # it has just ended
            continue
        if command == name:
            found.add(process)
    return found


def alive(process: int) -> bool:
    """Whether a process runs."""
    state = state_of(process)
    return state is not None and state[0] != "Z"


def state_of(process: int) -> tuple[str, int] | None:
    """Return a process's state and its parent."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1])
