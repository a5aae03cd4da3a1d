"""Files that lie in no package are imported under a name of our choice."""

from __future__ import annotations

import sys

import pytest

from qarunner.importing import import_file


@pytest.fixture
def name():
    yield "a_module_for_this_test"
    sys.modules.pop("a_module_for_this_test", None)


def test_a_file_is_imported_once(tmp_path, name):
    file = tmp_path / "one.py"
    file.write_text("things = []\n")
    first = import_file(file, name)
    first.things.append(1)
    assert import_file(file, name).things == [1]
    assert first.__name__ == name


def test_another_file_takes_the_place(tmp_path, name):
    for number in (1, 2):
        file = tmp_path / f"{number}.py"
        file.write_text(f"number = {number}\n")
        assert import_file(file, name).number == number


def test_a_file_that_raises_does_not_stay(tmp_path, name):
    file = tmp_path / "bad.py"
    file.write_text("raise ValueError('bad')\n")
    with pytest.raises(ValueError, match="bad"):
        import_file(file, name)
    assert name not in sys.modules
