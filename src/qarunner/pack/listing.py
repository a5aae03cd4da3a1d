"""Lists all testcases of a pack without importing any of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qarunner.testcases import TestcaseSource


def list_testcases(pack: Path, sources: Iterable[TestcaseSource]) -> list[str]:
    """Return the names of all testcases below `pack`, such as ``tests/menu.py::test_x``, sorted.

    Each source is asked about the files of its folder; files that cannot be read are passed over, since whoever runs
    them will hear about it.
    """
    names: set[str] = set()
    for source in sources:
        for path in testcase_files(pack / source.folder, source.suffix):
            try:
                text = path.read_bytes()
            except OSError:
                continue
            file = path.relative_to(pack).as_posix()
            names.update(f"{file}::{name}" for name in source.names(text, path))
    return sorted(names)


def testcase_files(folder: Path, suffix: str) -> Iterator[Path]:
    """Yield the files below `folder` that may hold testcases, in the order of their paths.

    Hidden ones, ``__pycache__`` and folders already visited by another name (a loop of links) are left out.
    """
    yield from _files(str(folder), suffix, frozenset())


def _files(folder: str, suffix: str, above: frozenset[str]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in above:
        return
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        try:
            is_folder = entry.is_dir()
        except OSError:  # a link that leads to itself
            continue
        if is_folder:
            yield from _files(entry.path, suffix, above | {real})
        elif entry.name.endswith(suffix):
            yield Path(entry.path)
