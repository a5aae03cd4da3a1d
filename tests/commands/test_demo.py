"""``qarunner demo``, with the example pack and, where that would take long, with a pack that stands in for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qarunner.commands import demo

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.commands.conftest import Qarunner

NODE = f"demo-{os.getpid()}"
LOOKS = "import stbt_core as stbt\n\ndef test_it_shows_something():\n    assert stbt.get_frame().max() > 30\n"
FAILS = "def test_it():\n    assert 1 == 2\n"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small pack in the place of the example pack, with a node of its own."""
    pack = tmp_path / "example"
    files = {
        ".stbt.conf": "",
        "pytest.ini": "[pytest]\n",
        f"config/test-farm/{NODE}.conf": "[node]\ncapture = virtual:?size=320x180\nframe_size = 320x180\nlinger = 1\n",
        "tests/looks.py": LOOKS,
        demo.ON_PURPOSE: FAILS,
    }
    for path, text in files.items():
        (pack / path).parent.mkdir(parents=True, exist_ok=True)
        (pack / path).write_text(text, encoding="utf-8")
    monkeypatch.setattr(demo, "example_pack", lambda: pack)
    monkeypatch.setattr(demo, "NODE", NODE)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")  # of the user's own project: not meant for this
    return pack


def test_the_example_pack_is_there_with_its_failure() -> None:
    assert (demo.example_pack() / demo.ON_PURPOSE).is_file()


def test_the_demo_runs_all_but_the_failure_on_purpose_and_says_where_things_are(
    qarunner: Qarunner, stand_in: Path, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said = qarunner("demo")
    assert said.code == 0
    shown = capfd.readouterr().out
    assert "tests/looks.py ." in shown
    assert "on_purpose" not in shown
    [run] = [path for path in (here / "qa-results").iterdir() if path.is_dir() and not path.is_symlink()]
    assert (here / "qa-results" / "latest").resolve() == run
    assert f"Results: {run}\nReport:  file://{run}/report.html\n" in said.out
    assert (run / "junit.xml").is_file()
    assert not list(stand_in.glob("**/.pytest_cache"))
    assert not (stand_in / "qa-results").exists()


def test_the_demo_ends_with_pytests_exit_code(qarunner: Qarunner, stand_in: Path) -> None:
    (stand_in / "tests" / "looks.py").write_text(FAILS, encoding="utf-8")
    assert qarunner("demo").code == 1


def test_a_failure_on_purpose_is_explained_and_counts_as_success(qarunner: Qarunner, stand_in: Path) -> None:
    said = qarunner("demo", "--failure")
    assert said.code == 0
    assert "This is what a failure looks like." in said.out


@pytest.mark.parametrize(
    "text", ["def test_it(): ...\n", "def test_it(): raise OSError\n"], ids=["passes", "is an error"]
)
def test_a_failure_on_purpose_that_does_not_fail_is_told(qarunner: Qarunner, stand_in: Path, text: str) -> None:
    (stand_in / demo.ON_PURPOSE).write_text(text, encoding="utf-8")
    said = qarunner("demo", "--failure")
    assert said.code in (1, 6)
    assert "the testcase that fails on purpose did not fail" in said.err


def test_a_folder_for_results_that_is_set_is_used(
    qarunner: Qarunner, stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QARUNNER_RESULTS", str(tmp_path / "out"))
    said = qarunner("demo", "--failure")
    assert f"Results: {tmp_path}/out\n" in said.out
    assert not (tmp_path / "latest").exists()


def test_when_pytest_cannot_run_there_are_no_results(
    qarunner: Qarunner, stand_in: Path, pack: Callable[..., Path]
) -> None:
    (stand_in / "pytest.ini").write_text("[pytest]\nminversion = 99\n", encoding="utf-8")
    said = qarunner("demo")
    assert said.code == 4
    assert "no results were written" in said.err


def test_the_failure_of_the_example_pack_fails_as_it_should(
    qarunner: Qarunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QARUNNER_WAIT", "180")  # the node is one for this host: somebody else may be using it
    said = qarunner("demo", "--failure")
    assert said.code == 0, said.err
