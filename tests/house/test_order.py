"""In which order our tests run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.conftest import LONG

if TYPE_CHECKING:
    from pathlib import Path

    from tests.house.conftest import Run


def test_long_tests_come_first_and_files_stay_as_they_are(root: Path, run: Run) -> None:
    last = "tests/commands/test_demo.py"
    assert last in LONG
    words = ("--collect-only", "-q", "-p", "no:cacheprovider", "tests/access/test_permissions.py", last)
    listed = run(sys.executable, "-m", "pytest", *words, folder=root).stdout
    files = [line.partition("::")[0] for line in listed.splitlines() if "::" in line]
    assert files == sorted(files, reverse=True)
    assert set(files) == {"tests/access/test_permissions.py", last}


def test_the_files_that_are_called_long_are_there(root: Path) -> None:
    assert [name for name in LONG if not (root / name).is_file()] == []
