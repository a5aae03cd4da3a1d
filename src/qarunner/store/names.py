"""Which names artifacts may have."""

from __future__ import annotations

import re

from qarunner.store.errors import BadNameError

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LONGEST_PART = 255
"""Bytes between two slashes, as in a file system."""
LONGEST_NAME = 1024
"""Bytes of the whole name."""


def artifact_name(name: str) -> str:
    """Return `name` when an artifact may have it: relative, with forward slashes, and no step outside.

    :raises BadNameError: says what is wrong with it.
    """
    problem = _problem(name)
    if problem:
        shown = name if len(name) <= 80 else name[:77] + "..."  # noqa: PLR2004 - what fits on a line
        raise BadNameError(
            f"an artifact cannot be called {shown!r}: {problem}",
            "Use a path relative to the result's folder, such as logs/boot.log.",
        )
    return name


def _problem(name: str) -> str:
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "it is not valid Unicode"
    if not name:
        return "it is empty"
    if size > LONGEST_NAME:
        return f"it has {size} bytes, {LONGEST_NAME} are allowed"
    if CONTROL.search(name):
        return "it has control characters"
    if name.startswith("/"):
        return "it is absolute"
    parts = name.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        return "a part of it is empty, '.' or '..'"
    if size > LONGEST_PART and any(len(part.encode()) > LONGEST_PART for part in parts):
        return f"a part of it has more than {LONGEST_PART} bytes"
    return ""
