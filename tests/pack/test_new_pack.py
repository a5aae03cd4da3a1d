"""A new pack is complete: its testcase and its feature pass on the virtual set-top box."""

from __future__ import annotations

import argparse
import compileall
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from qarunner.errors import ConfigurationError
from qarunner.outbox.run_directory import read_run_directory
from qarunner.pack.listing import list_testcases
from qarunner.pack.new_pack import add_arguments, new_pack, run
from qarunner.pack.root import find_root
from qarunner.runner.sources import qa_testcase_sources

TESTCASES = ["features/first.feature::A channel shows moving pictures", "tests/first.py::test_home_menu_answers"]


def test_a_new_pack_has_a_testcase_and_a_feature(tmp_path: Path) -> None:
    files = new_pack(tmp_path / "deep" / "my-tests", "My tests")
    pack = tmp_path / "deep" / "my-tests"
    assert sorted(files) == sorted(path.relative_to(pack) for path in pack.rglob("*") if path.is_file())
    assert {".stbt.conf", ".gitignore", "pytest.ini", "README.md"} <= {path.as_posix() for path in files}
    assert find_root(pack / "tests") == pack
    assert list_testcases(pack, qa_testcase_sources()) == TESTCASES
    assert compileall.compile_dir(pack, quiet=1)
    assert (pack / "README.md").read_text().startswith("# My tests\n")


def test_no_template_is_left_unfilled(tmp_path: Path) -> None:
    for path in new_pack(tmp_path, "x $name y"):
        text = (tmp_path / path).read_text()
        assert "$" not in text.replace("x $name y", "")
        assert not path.name.endswith(".txt")


def test_a_repository_without_files_is_empty_enough(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    assert new_pack(tmp_path, "x")


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match=f"{tmp_path} is not empty"):
        new_pack(tmp_path, "x")
    with pytest.raises(ConfigurationError, match=r"note\.txt is a file"):
        new_pack(tmp_path / "note.txt", "x")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        new_pack(tmp_path / "note.txt" / "deeper", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_the_command_says_what_to_do_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert run(parser.parse_args(["my-tests"])) == 0
    output = capsys.readouterr().out
    assert "my-tests/tests/first.py\n" in output
    assert "cd my-tests\n  pytest --qa-node=virtual-stb\n" in output
    assert (tmp_path / "my-tests" / "README.md").read_text().startswith("# my-tests\n")


def test_a_new_pack_passes_on_the_virtual_set_top_box(tmp_path: Path) -> None:
    new_pack(tmp_path / "pack", "x")
    # A node of its own, so that nobody else who uses the virtual box now is in the way.
    node = f"test-{uuid.uuid4().hex[:8]}"
    configuration = f'[nodes.{node}]\ncapture = "virtual:"\nremote = "virtual:"\nlinger = 1\n'
    (tmp_path / "pack" / "qarunner.toml").write_text(configuration)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--qa-node={node}"],
        cwd=tmp_path / "pack",
        env={name: value for name, value in os.environ.items() if name != "PYTEST_DISABLE_PLUGIN_AUTOLOAD"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = read_run_directory((tmp_path / "pack" / "qa-results" / "latest").resolve()).results
    assert {result.testcase: str(result.outcome) for result in results} == dict.fromkeys(TESTCASES, "pass")
