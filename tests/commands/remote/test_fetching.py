"""Where artifacts are put, and where they never are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from qarunner.commands.remote.answers import Row
from qarunner.commands.remote.fetching import folder_name, inside

STARTED = datetime(2026, 11, 22, 10, 31, 5, 123456, UTC)


@pytest.mark.parametrize(
    "path",
    ["", ".", "..", "../a", "a/../../b", "a/../b", "/etc/passwd", "a//b", "a/", "a\\b", "..\\a", "a\0b", "result.json"],
)
def test_a_name_that_leads_elsewhere_has_no_place(tmp_path: Path, path: str) -> None:
    assert inside(tmp_path, path) is None


def test_a_link_that_leads_elsewhere_has_no_place(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "out").symlink_to(tmp_path)
    assert inside(tmp_path / "own", "out/a.log") is None


@pytest.mark.parametrize("path", ["stbt.log", "sub dir/a#1.log", "..a", "a/.hidden", "a/result.json", "ü:?"])
def test_any_other_name_has_its_place(tmp_path: Path, path: str) -> None:
    assert inside(tmp_path, path) == tmp_path / path


@pytest.mark.parametrize(
    ("testcase", "end"),
    [
        ("tests/menu.py::test_opens", "-test_opens"),
        ("features/a.feature::Up: 50% / ../down <1>", "-Up-50-..-down-1"),
        ("features/a.feature::" + "x" * 300, "-" + "x" * 60),
        ("features/a.feature::§", ""),
    ],
)
def test_a_results_folder_is_safe_and_unique(testcase: str, end: str) -> None:
    row = Row("0199-../abcd12-34ef", testcase, "pass", "", STARTED)
    assert folder_name(row) == f"2026-11-22_10-31-05.123-cd1234ef{end}".replace("cd1234ef", "abcd1234ef"[-8:])
