"""Python files of a test pack as pytest collects them.

A module is imported under its dotted name from the pack's root (``tests.roku.menu``), whatever the file is called, so
that two files named ``tests.py`` live together and relative imports work as on the Stb-tester platform.
"""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qarunner.errors import ConfigurationError
from qarunner.importing import import_file
from qarunner.pack.names import function_names
from qarunner.pack.root import required_root


class BrokenFileError(Exception):
    """The file of a testcase cannot be imported."""


class PackModule(pytest.Module):
    """One Python file below ``tests/``. When it cannot be imported, each of its testcases is an error."""

    def __init__(self, *, pack: Path, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.pack = pack

    def _getobj(self) -> ModuleType:
        module = import_from(self.pack, self.path)
        marks = getattr(module, "pytestmark", None)
        if marks is not None:
            self.own_markers.extend(marks if isinstance(marks, list) else [marks])
            self.keywords.update((mark.name, mark) for mark in self.own_markers)
        return module

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Yield the file's functions and classes."""
        try:
            _module = self.obj
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the file does when imported
            names = function_names(self.path.read_bytes(), self.path)
            return [BrokenTestcase.from_parent(self, name=name, error=error) for name in names]
        return super().collect()


class BrokenTestcase(pytest.Item):
    """A testcase that can be seen in a file that cannot be imported."""

    def __init__(self, *, error: BaseException, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.error = error

    def runtest(self) -> None:
        """Say why the file cannot be imported."""
        raise BrokenFileError(f"{self.path.name} cannot be imported: {explain_import(self.error)}") from self.error

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the file's own error with its way through the pack; our way to it explains nothing."""
        if not isinstance(excinfo.value, BrokenFileError):
            return super().repr_failure(excinfo, style)
        pack = self.getparent(PackModule)
        trace = traceback.extract_tb(self.error.__traceback__)
        own = [frame for frame in trace if pack and Path(frame.filename).is_relative_to(pack.pack)]
        lines = [*traceback.format_list(own), *traceback.format_exception_only(self.error)]
        return f"{excinfo.value}\n\n{''.join(lines)}"

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the testcase stands."""
        return self.path, None, self.name


def explain_import(error: BaseException) -> str:
    """Return one line, with the line of a syntax error."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    return f"{type(error).__name__}: {error}"


def import_from(pack: Path, path: Path) -> ModuleType:
    """Import a file of a pack, whose root is on ``sys.path``, under its name from the root.

    :raises ConfigurationError: another package has taken the name.
    :raises Exception: whatever the file raises.
    """
    parts = path.relative_to(pack).with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    if not all(part.isidentifier() for part in parts):
        return _import_alone(path, "_".join(parts))
    module = importlib.import_module(".".join(parts))
    if not module.__file__ or not Path(module.__file__).samefile(path):
        problem = f"{path} cannot be imported as {module.__name__}: that name belongs to {module.__file__}"
        raise ConfigurationError(problem, "Rename the folder, or run the pack in a pytest session of its own")
    return module


def _import_alone(path: Path, name: str) -> ModuleType:
    """Import a file whose path is no dotted name, such as ``tests/smoke-test.py``."""
    return import_file(path, f"qarunner_testcases_{''.join(c if c.isalnum() else '_' for c in name)}")


def collect_functions(parent: pytest.Collector, path: Path) -> pytest.Collector | None:
    """Make the collector of a file, or None when its text shows no testcase: it is then not even imported."""
    if not function_names(path.read_bytes(), path):
        return None
    collector: PackModule = PackModule.from_parent(parent, path=path, pack=required_root(path))
    return collector
