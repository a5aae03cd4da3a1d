"""Which testcases words mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from qarunner.commands.remote.choosing import choose
from qarunner.errors import ConfigurationError

KNOWN = (
    "features/zap.feature::Up and down",
    "tests/menu.py::test_opens",
    "tests/menu.py::test_opens_again",
    "tests/menu/deep.py::test_deep",
    "tests/other.py::test_x",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in KNOWN:
        path = tmp_path / name.partition("::")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ((), list(KNOWN)),
        ((".",), list(KNOWN)),
        (("tests/menu.py::test_opens",), [KNOWN[1]]),
        (("tests/menu.py",), [KNOWN[1], KNOWN[2]]),
        (("./tests/../tests/menu",), [KNOWN[3]]),
        (("features/zap.feature::Up and down",), [KNOWN[0]]),
        (("tests/other.py", "tests"), [KNOWN[4], *KNOWN[1:4]]),
        (("tests/menu.py::test_opens", "tests/menu.py"), [KNOWN[1], KNOWN[2]]),
    ],
)
def test_names_files_and_folders_mean_testcases(root: Path, words: tuple[str, ...], meant: list[str]) -> None:
    assert choose(words, KNOWN, root, root) == meant


def test_paths_are_from_here_or_else_from_the_root(root: Path) -> None:
    here = root / "tests"
    assert choose(["menu.py::test_opens"], KNOWN, root, here) == [KNOWN[1]]
    assert choose(["tests/menu.py::test_opens"], KNOWN, root, here) == [KNOWN[1]]
    assert choose(["."], KNOWN, root, here) == list(KNOWN[1:])
    assert choose([str(root / "tests" / "other.py")], KNOWN, root, here) == [KNOWN[4]]
    assert choose([".."], KNOWN, root, here) == list(KNOWN)


def test_without_a_pack_here_paths_are_from_its_root(tmp_path: Path) -> None:
    assert choose(["tests/other.py"], KNOWN, None, tmp_path) == [KNOWN[4]]


@pytest.mark.parametrize(
    "word", ["tests/menu.py::test_open", "tests/men", "", "/", "..", "test_opens", "tests/menu.py::"]
)
def test_what_means_nothing_is_refused(root: Path, word: str) -> None:
    with pytest.raises(ConfigurationError, match=f"no testcase is meant by '{word}'"):
        choose([word], KNOWN, root, root)


def test_one_word_that_means_nothing_spoils_all(root: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"did you mean 'tests/menu\.py::test_opens'"):
        choose(["tests/other.py", "tests/menu.py::test_open"], KNOWN, root, root)


def test_a_pack_without_testcases_is_refused(root: Path) -> None:
    with pytest.raises(ConfigurationError, match="has no testcases"):
        choose([], (), root, root)
