"""``qarunner tests``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.commands.conftest import Qarunner

FILES = {
    "tests/menu.py": 'raise RuntimeError("imported")\n\ndef test_opens(): ...\n\ndef helper(): ...\n',
    "features/zap.feature": "Feature: Zap\n  Scenario: Channel up\n",
}


def test_the_testcases_are_listed_without_importing_them(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    pack(FILES)
    said = qarunner("tests")
    assert (said.code, said.err) == (0, "")
    assert said.out == "features/zap.feature::Channel up\ntests/menu.py::test_opens\n"
    assert qarunner("tests", "--json").json == said.out.splitlines()


def test_a_pack_elsewhere_can_be_named_also_by_a_folder_in_it(
    qarunner: Qarunner, pack: Callable[..., Path], tmp_path: Path, monkeypatch: object
) -> None:
    root = pack(FILES)
    other = tmp_path / "other"
    other.mkdir()
    for named in (root, root / "tests"):
        assert "tests/menu.py::test_opens" in qarunner("tests", named).out


def test_a_pack_without_testcases_says_where_they_were_looked_for(
    qarunner: Qarunner, pack: Callable[..., Path]
) -> None:
    pack({})
    said = qarunner("tests")
    assert (said.code, said.out) == (0, "")
    assert "looked for tests/*.py and features/*.feature" in said.err


def test_a_folder_that_is_none_is_refused(qarunner: Qarunner, tmp_path: Path) -> None:
    said = qarunner("tests", tmp_path / "nowhere")
    assert said.code == 2
    assert "nowhere is no folder" in said.err
