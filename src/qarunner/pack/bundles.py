"""Reads what stands before the objects in a git bundle: which commits it builds on, and which it brings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from qarunner.errors import ConfigurationError

LONGEST_HEADER = 1024 * 1024
"""Bytes."""
_VERSIONS = (b"# v2 git bundle\n", b"# v3 git bundle\n")
_CAPABILITY = b"@object-format=sha1\n"
"""The only one that changes nothing; another is that objects are left out, which is no use here."""
_BUILDS_ON = re.compile(rb"-([0-9a-f]{40})(?: [^\n]*)?\n")
_BRINGS = re.compile(rb"([0-9a-f]{40}) [^\n]+\n")


class BadSnapshotError(ConfigurationError):
    """What was sent is no usable snapshot of a test pack (answered as 400)."""


@dataclass(frozen=True)
class BundleHeader:
    """What a bundle says of itself. `builds_on`: commits it takes for granted. `start`: where its objects begin."""

    builds_on: tuple[str, ...]
    brings: tuple[str, ...]
    start: int


def read_header(path: Path) -> BundleHeader:
    """Read the header of a bundle.

    :raises BadSnapshotError: the file is no bundle, or one of a kind that git of today makes only when asked to.
    """
    with path.open("rb") as file:
        if file.readline(32) not in _VERSIONS:
            problem = "what was sent is no git bundle of version 2 or 3"
            raise BadSnapshotError(problem, "Make one: git bundle create FILE BRANCH, or let `qarunner run` do all")
        return _read_lines(file)


def _read_lines(file: BinaryIO) -> BundleHeader:
    builds_on, brings = [], []
    while (line := file.readline(LONGEST_HEADER)) != b"\n":
        if file.tell() > LONGEST_HEADER:
            raise BadSnapshotError(f"the bundle's header is longer than {LONGEST_HEADER} bytes")
        if found := _BUILDS_ON.fullmatch(line):
            builds_on.append(found[1].decode())
        elif found := _BRINGS.fullmatch(line):
            brings.append(found[1].decode())
        elif line != _CAPABILITY:
            shown = line[:60].decode("utf-8", "replace").strip()
            raise BadSnapshotError(f"the bundle's header has {shown!r}, which means nothing here" if line else _CUT)
    return BundleHeader(tuple(builds_on), tuple(brings), file.tell())


_CUT = "the bundle ends within its header"
