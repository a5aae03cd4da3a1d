"""All testcases of a pack are listed, and nothing else is."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest

from qarunner.pack.feature_names import feature_names
from qarunner.pack.listing import list_testcases
from qarunner.pack.names import function_names
from qarunner.testcases import TestcaseSource

SOURCES = [
    TestcaseSource("functions", "tests", ".py", function_names, lambda _parent, _path: None),
    TestcaseSource("features", "features", ".feature", feature_names, lambda _parent, _path: None),
]


class Pack:
    """A pack made of files, in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def list(self, files: dict[str, str] | None = None) -> list[str]:
        """Write the files and list the pack's testcases."""
        for name, text in (files or {}).items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return list_testcases(self.root, SOURCES)


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return Pack(tmp_path)


FUNCTION = "def test_x(): pass\n"


def test_functions_and_scenarios_are_listed_by_name_sorted(pack: Pack) -> None:
    assert pack.list(
        {
            "tests/menu.py": "def test_x(): pass\nclass TestY:\n    def test_z(self): pass\n",
            "tests/deep/er/a.py": FUNCTION,
            "features/menu.feature": "Feature: M\n  Scenario: Opens::wide 😀\n  Scenario: Opens::wide 😀\n",
        }
    ) == [
        "features/menu.feature::Opens: :wide 😀",
        "features/menu.feature::Opens: :wide 😀 #2",
        "tests/deep/er/a.py::test_x",
        "tests/menu.py::TestY::test_z",
        "tests/menu.py::test_x",
    ]


def test_only_tests_and_features_are_looked_into_and_nothing_hidden(pack: Pack) -> None:
    listed = pack.list(
        {
            "conftest.py": FUNCTION,
            "config/a.py": FUNCTION,
            "features/steps/a.py": FUNCTION,
            "tests/a.feature": "Feature: F\n  Scenario: A\n",
            "tests/.hidden.py": FUNCTION,
            "tests/.venv/lib.py": FUNCTION,
            "tests/a.txt": FUNCTION,
        }
    )
    (pack.root / "tests" / "__pycache__").mkdir()
    (pack.root / "tests" / "__pycache__" / "a.py").write_text(FUNCTION)
    assert listed == pack.list() == []


def test_a_loop_of_links_ends_and_a_linked_folder_is_listed(pack: Pack) -> None:
    pack.list({"tests/real/a.py": FUNCTION})
    tests = pack.root / "tests"
    (tests / "real" / "loop").symlink_to(tests)
    (tests / "self").symlink_to(tests / "self")
    (tests / "dangling.py").symlink_to(tests / "nowhere.py")
    (tests / "linked").symlink_to(tests / "real")
    assert pack.list() == ["tests/linked/a.py::test_x", "tests/real/a.py::test_x"]


def test_a_pack_without_testcases_has_none(pack: Pack) -> None:
    assert pack.list() == []


def test_listing_ten_thousand_testcases_costs_less_than_parsing_their_files(pack: Pack) -> None:
    body = "    stbt_core.press('KEY_OK')\n    assert stbt_core.wait_for_match('a.png')  # it's there\n"
    text = "import stbt_core\n\n\n" + "".join(f'def test_{i}():\n    """A test."""\n{body}\n' for i in range(50))
    pack.list({f"tests/area_{i % 10}/file_{i}.py": text for i in range(200)})
    started = time.process_time()
    names = list_testcases(pack.root, SOURCES)
    listed = time.process_time()
    for _file in range(200):
        ast.parse(text)
    parsed = time.process_time()
    assert len(names) == 10_000
    assert listed - started < parsed - listed
