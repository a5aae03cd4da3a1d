"""Which files of a test pack hold testcases, and what the testcases are called.

Nothing here touches files outside of test packs, and no option of ``pytest.ini`` is changed.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qarunner.pack.root import is_root

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qarunner.testcases import TestcaseSource


class PackRoots:
    """Remembers for each folder in which test pack it lies."""

    def __init__(self) -> None:
        self._known: dict[Path, Path | None] = {}

    def find(self, path: Path) -> Path | None:
        """Return the root of the pack that a file or folder belongs to, or None."""
        if path not in self._known:
            above = self.find(path.parent) if path.parent != path else None
            self._known[path] = path if is_root(path) else above
        return self._known[path]


class CollectionPlugin:
    """The pytest hooks of collection.

    :param sources: the kinds of testcase files.
    """

    def __init__(self, sources: Sequence[TestcaseSource], pack: Path | None) -> None:
        self._sources = {source.suffix: source for source in sources}
        self._folders = {source.folder for source in sources}
        self._roots = PackRoots()
        if pack is not None:
            sys.path.insert(0, str(pack))
            pytest.register_assert_rewrite(*(folder for folder in sorted(self._folders) if folder not in sys.modules))

    def pytest_ignore_collect(self, collection_path: Path, config: pytest.Config) -> bool | None:
        """Pass over what lies in a pack beside its testcases, unless it was asked for by name."""
        root = self._roots.find(collection_path)
        if root is None or collection_path.parent != root or collection_path.name in self._folders:
            return None
        asked = (Path(argument.partition("::")[0]).absolute() for argument in config.args)
        return None if any(path == collection_path or collection_path in path.parents for path in asked) else True

    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Collect a folder of testcases as a plain one: its ``__init__.py`` is imported from the pack's root only."""
        return pytest.Dir.from_parent(parent, path=path) if self._source_folder(path) else None

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Generator[None, Any, Any]:
        """Collect a pack's file by its kind, in place of what pytest would make of it."""
        collectors = yield
        source = self._sources.get(file_path.suffix)
        if source is None or self._source_folder(file_path) != source.folder:
            return collectors
        collector = source.collector(parent, file_path)
        return [] if collector is None else [collector]

    def _source_folder(self, path: Path) -> str:
        """Return the first folder below the pack's root on the way to `path`, or nothing outside of a pack."""
        root = self._roots.find(path)
        if root is None or path == root:
            return ""
        first = path.relative_to(root).parts[0]
        return first if first in self._folders else ""


class TestcaseNames:
    """Tells what an item is called: ``tests/menu.py::test_x``, the file relative to the pack's root."""

    __test__ = False

    def __init__(self) -> None:
        self._roots = PackRoots()
        self._prefixes: dict[pytest.Collector, str] = {}

    def of(self, item: pytest.Item) -> str:
        """Return the testcase name of an item; outside of a pack relative to pytest's root directory."""
        parent = item.parent
        while parent is not None and not isinstance(item, pytest.Function) and not isinstance(parent, pytest.File):
            parent = parent.parent  # a scenario's name says its rule where it must
        if not isinstance(parent, pytest.Collector):
            return item.name
        prefix = self._prefixes.get(parent)
        if prefix is None:
            prefix = self._prefixes[parent] = self._prefix(parent)
        return f"{prefix}::{item.name}"

    def _prefix(self, parent: pytest.Collector) -> str:
        """Return the file, and the classes in it that `parent` stands for."""
        chain = parent.listchain()
        start = next(index for index, node in enumerate(chain) if isinstance(node, pytest.File))
        root = self._roots.find(parent.path) or parent.config.rootpath
        inside = parent.path.is_relative_to(root)
        file = parent.path.relative_to(root).as_posix() if inside else parent.path.name
        return "::".join((file, *(node.name for node in chain[start + 1 :])))
