"""A test pack is found from any folder inside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from qarunner.errors import ConfigurationError
from qarunner.pack.root import PackRoots, find_root, required_root


def test_the_nearest_folder_with_a_marker_is_the_root(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner"
    (inner / "tests" / "pages").mkdir(parents=True)
    (tmp_path / "outer" / ".stbt.conf").touch()
    assert find_root(inner / "tests" / "pages") == tmp_path / "outer"
    (inner / ".stbt.conf").touch()
    assert find_root(inner / "tests" / "pages") == inner
    assert find_root(inner) == inner


def test_a_pyproject_counts_only_with_a_table_of_qarunner(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nname = "x"\ndescription = "uses qarunner"\n')
    assert find_root(tmp_path) is None
    project.write_text("[tool.qarunner]\n")
    assert find_root(tmp_path / "tests") == tmp_path


@pytest.mark.parametrize("content", [b"[tool.qarunner", b"\xff[tool.qarunner]", b"tool = 3 # qarunner"])
def test_a_pyproject_that_cannot_be_read_marks_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    assert find_root(tmp_path) is None


def test_a_dangling_marker_still_marks(tmp_path: Path) -> None:
    (tmp_path / ".stbt.conf").symlink_to("config/stbt.conf")
    assert find_root(tmp_path) == tmp_path


def test_outside_a_pack_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not in a test pack") as raised:
        required_root(tmp_path)
    assert "qarunner new-pack" in raised.value.advice


def test_the_roots_of_many_files_are_found_like_that_of_one(tmp_path: Path) -> None:
    (tmp_path / "a" / "tests" / "deep").mkdir(parents=True)
    (tmp_path / "a" / ".stbt.conf").touch()
    (tmp_path / "a" / "tests" / "x.py").touch()
    roots = PackRoots()
    for _twice in range(2):
        for inside in ("a", "a/tests", "a/tests/x.py", "a/tests/deep/y.py"):
            assert roots.find(tmp_path / inside) == tmp_path / "a"
        assert roots.find(tmp_path / "elsewhere" / "x.py") is None
