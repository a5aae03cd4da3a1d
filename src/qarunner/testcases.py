"""How a plugin describes a kind of file that holds testcases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class TestcaseSource:
    """A kind of file in which testcases are found.

    :param name: such as ``functions`` or ``features``.
    :param folder: the folder below the pack's root that is searched, such as ``tests``.
    :param suffix: of the files, such as ``.py``.
    :param names: lists the testcase names of one file (without the file's own name) from its text alone; never imports
        it and never fails: a file that does not parse gives the names that can still be seen.
    :param collector: makes the pytest collector of one file: called with (parent, path); None says that the file
        holds no testcases.
    """

    __test__ = False

    name: str
    folder: str
    suffix: str
    names: Callable[[bytes, Path], Sequence[str]]
    collector: Callable[[Any, Path], Any]
