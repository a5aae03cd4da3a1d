"""Finds the root of a test pack: the folder that testcase names are relative to."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from qarunner.errors import ConfigurationError

MARKER = ".stbt.conf"


def find_root(start: Path) -> Path | None:
    """Return the nearest folder, `start` or above it, that holds a test pack's marker, or None.

    A marker is a ``.stbt.conf``, or a ``pyproject.toml`` with a table ``[tool.qarunner]``.
    """
    start = start.absolute()
    return next((folder for folder in (start, *start.parents) if is_root(folder)), None)


class PackRoots:
    """Finds the roots of many files, looking at each folder once. Make one for one piece of work, such as a session."""

    def __init__(self) -> None:
        self._root_of: dict[Path, Path | None] = {}

    def find(self, path: Path) -> Path | None:
        """Return the root of the test pack that `path`, a file or a folder, lies in, or None."""
        path = path.absolute()
        unknown: list[Path] = []
        root = None
        for folder in (path, *path.parents):
            if folder in self._root_of:
                root = self._root_of[folder]
                break
            unknown.append(folder)
            if is_root(folder):
                root = folder
                break
        self._root_of.update(dict.fromkeys(unknown, root))
        return root


def required_root(start: Path) -> Path:
    """Return what `find_root` finds.

    :raises ConfigurationError: `start` is in no test pack.
    """
    root = find_root(start)
    if root is None:
        advice = f"Go into one, or make one: `qarunner new-pack DIR`. It is known by its {MARKER} or [tool.qarunner]"
        raise ConfigurationError(f"{start.absolute()} is not in a test pack", advice)
    return root


def is_root(folder: Path) -> bool:
    """Whether `folder` holds a test pack's marker."""
    if os.path.lexists(folder / MARKER):  # by custom a link, which a sparse checkout may leave dangling
        return True
    try:
        text = (folder / "pyproject.toml").read_bytes()
        tools = tomllib.loads(text.decode()).get("tool") if b"qarunner" in text else None
    except (OSError, ValueError):
        return False
    return isinstance(tools, dict) and "qarunner" in tools
