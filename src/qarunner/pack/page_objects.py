"""Finds the page objects of a test pack: the FrameObject classes in the files below ``tests/``."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from qarunner.pack.listing import testcase_files

FOLDER = "tests"


@dataclass
class PageObjects:
    """What was found. `classes`: by ``tests/pages/menu.py::Menu``. `problems`: why a file could not be imported."""

    classes: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


@contextmanager
def imported_page_objects(pack: Path) -> Iterator[PageObjects]:
    """Import the pack's files that define classes and give their page objects; afterwards they are forgotten again.

    ``import stbt`` finds stbt_core where no such package is installed. Abstract classes (without an ``is_visible`` of
    their own or inherited) and those whose name begins with an underscore are left out.
    """
    import stbt_core

    modules_before, path_before = dict(sys.modules), list(sys.path)
    for name in [name for name in sys.modules if name.partition(".")[0] == FOLDER]:
        del sys.modules[name]
    sys.path.insert(0, str(pack))
    if "stbt" not in sys.modules and importlib.util.find_spec("stbt") is None:
        sys.modules["stbt"] = stbt_core
    _take_name(pack / FOLDER)
    try:
        yield _find(pack, stbt_core.FrameObject)
    finally:
        sys.path[:] = path_before
        for name in set(sys.modules) - set(modules_before):
            if name.partition(".")[0] in (FOLDER, "stbt"):
                del sys.modules[name]
        sys.modules.update({name: modules_before[name] for name in modules_before.keys() - sys.modules.keys()})


def _take_name(folder: Path) -> None:
    """Make ``tests`` mean the pack's folder, even when some installed package has left one of that name."""
    if not (folder / "__init__.py").is_file():
        package = ModuleType(FOLDER)
        package.__path__ = [str(folder)]
        sys.modules[FOLDER] = package


def _find(pack: Path, base: Any) -> PageObjects:
    found = PageObjects()
    for path in testcase_files(pack / FOLDER, ".py"):
        file = path.relative_to(pack)
        try:
            if b"class " not in path.read_bytes():
                continue
            module = _import(pack, file)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the file does when imported
            found.problems[file.as_posix()] = describe(error, pack)
            continue
        for name, value in vars(module).items():
            is_page = isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__
            if is_page and not name.startswith("_") and value.is_visible is not base.is_visible:
                found.classes[f"{file.as_posix()}::{name}"] = value
    return found


def _import(pack: Path, file: Path) -> ModuleType:
    """Import a file under its dotted name from the pack's root, so that relative imports work."""
    parts = file.with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    if all(part.isidentifier() for part in parts):
        return importlib.import_module(".".join(parts))
    name = f"{FOLDER}.{'_'.join(parts)}"
    spec = importlib.util.spec_from_file_location(name, pack / file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def describe(error: BaseException, pack: Path) -> str:
    """Return an exception in one line, with the last place in the pack it came through."""
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(pack)]
    place = f" ({Path(places[-1].filename).relative_to(pack)}:{places[-1].lineno})" if places else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{place}"
