"""Looks at how much a commit's files are before anybody writes them to disk: few bytes can stand for very much."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from qarunner.pack.bundles import BadSnapshotError
from qarunner.pack.git import command, environment

MOST_FILES = 200_000
MOST_BYTES = 8 * 1024**3
"""Of all files together."""
LOOK_LIMIT = 120.0
"""Seconds."""
LONGEST_ENTRY = 64 * 1024


def check_tree(mirror: Path, sha: str, variables: Mapping[str, str]) -> None:
    """Check that the files of a commit are not too many and not too large.

    :param variables: more of git's environment.
    :raises BadSnapshotError: they are, or git cannot list them.
    """
    with subprocess.Popen(
        [*command(mirror), "ls-tree", "-r", "-l", "-z", sha],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment(), **variables},
    ) as process:
        # A tree that names itself a thousandfold, level by level, is listed for ever.
        end = threading.Timer(LOOK_LIMIT, process.kill)
        end.start()
        try:
            files, size = _count(process)
        finally:
            end.cancel()
            process.kill()
    if files > MOST_FILES or size > MOST_BYTES:
        problem = f"the snapshot has more than {MOST_FILES} files or {MOST_BYTES // 1024**3} GiB"
        raise BadSnapshotError(problem, "Let .gitignore name what the testcases do not need")
    if process.returncode:
        raise BadSnapshotError("git cannot list the snapshot's files")


def _count(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """Return the number of files and of bytes, as far as they were counted."""
    assert process.stdout is not None
    files = size = 0
    rest = b""
    while chunk := process.stdout.read(LONGEST_ENTRY):
        *entries, rest = (rest + chunk).split(b"\0")
        for entry in entries:
            number = entry.partition(b"\t")[0].split()[-1]
            size += int(number) if number.isdigit() else 0
        files += len(entries)
        if files > MOST_FILES or size > MOST_BYTES:
            break
    else:
        process.wait()
    return files, size
