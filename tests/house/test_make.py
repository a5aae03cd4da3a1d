"""What the Makefile and the scripts around it promise."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.house.conftest import Run


@pytest.fixture(scope="session")
def targets(root: Path) -> list[str]:
    """Names of the Makefile's phony targets."""
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    return [name for line in re.findall(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE) for name in line.split()]


def test_make_alone_lists_every_target(root: Path, targets: list[str], run: Run) -> None:
    listed = run("make", "--no-print-directory", folder=root)
    assert listed.returncode == 0, listed.stderr
    assert sorted(re.findall(r"^  make ([a-z-]+) +\S", listed.stdout, flags=re.MULTILINE)) == sorted(targets)


def test_the_documentation_describes_every_target(root: Path, targets: list[str]) -> None:
    page = (root / "docs" / "reference" / "make.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `make ([a-z-]+)` \| \S", page, flags=re.MULTILINE)) == sorted(targets)


def test_tests_and_checks_start_from_an_environment_that_matches_the_lock(root: Path, run: Run) -> None:
    for target in ("demo", "demo-failure", "test", "soak", "bench", "lint", "types", "docs"):
        planned = run("make", "--dry-run", "--always-make", target, folder=root).stdout
        assert planned.index("uv sync --frozen") < planned.rindex(".venv/bin/"), target


class Pythons:
    """A PATH with nothing but Pythons made up for a test, and what the search for one makes of it."""

    def __init__(self, root: Path, folder: Path, run: Run) -> None:
        self.script, self.folder, self.run = root / "scripts" / "find-python", folder, run

    def add(self, name: str, version: tuple[int, int] = (3, 12), *, has_venv: bool = True) -> str:
        """Add this very Python under a name, in the guise of another version; return its path."""
        without = "" if has_venv else "sys.modules['venv'] = None; "
        guise = f"import sys; sys.version_info = {version}; {without}exec(sys.argv[1])"
        program = self.folder / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{guise}" "$2"\n', encoding="utf-8")
        program.chmod(0o755)
        return str(program)

    def find(self, **environment: str) -> tuple[int, str, str]:
        """Exit code, output and complaint of the search."""
        ended = self.run("/bin/sh", self.script, PATH=str(self.folder), **environment)
        return ended.returncode, ended.stdout.strip(), ended.stderr


@pytest.fixture
def pythons(root: Path, tmp_path: Path, run: Run) -> Pythons:
    """An empty PATH."""
    return Pythons(root, tmp_path, run)


def test_the_first_python_that_is_new_enough_is_taken(pythons: Pythons) -> None:
    pythons.add("python3", (3, 10))
    pythons.add("python3.11", (3, 11))
    found = pythons.add("python3.12", (3, 12))
    assert pythons.find() == (0, found, "")


def test_a_python_can_be_named(pythons: Pythons) -> None:
    pythons.add("python3")
    named = pythons.add("my-python")
    assert pythons.find(PYTHON="my-python") == (0, named, "")


@pytest.mark.parametrize("version", [(2, 7), (3, 10), (3, 14)])
def test_an_unsupported_python_is_answered_with_what_is_needed(pythons: Pythons, version: tuple[int, int]) -> None:
    pythons.add("python3", version)
    code, found, complaint = pythons.find()
    assert (code, found) == (1, "")
    assert "needs Python 3.11, 3.12 or 3.13" in complaint


def test_a_python_without_venv_is_answered_with_the_package_that_has_it(pythons: Pythons) -> None:
    pythons.add("python3", has_venv=False)
    code, found, complaint = pythons.find()
    assert (code, found) == (1, "")
    assert "sudo apt-get install python3-venv" in complaint


ALL_WELL = {"lint": 0, "types": 0, "tests": 0}


@pytest.mark.parametrize(
    ("codes", "exit_code"),
    [
        pytest.param(ALL_WELL, 0, id="all well"),
        pytest.param(ALL_WELL | {"lint": 1}, 20, id="lint complains"),
        pytest.param(ALL_WELL | {"types": 1}, 30, id="types complain"),
        pytest.param(ALL_WELL | {"lint": 1, "types": 1}, 50, id="both complain"),
        pytest.param(ALL_WELL | {"tests": 1}, 1, id="a test fails"),
        pytest.param(ALL_WELL | {"lint": 1, "tests": 6}, 6, id="the tests' own code goes first"),
    ],
)
def test_continuous_integration_tells_tests_from_lint_and_types(
    root: Path, tmp_path: Path, run: Run, codes: dict[str, int], exit_code: int
) -> None:
    closing_line = "===== 3 passed in 1.00s ====="
    tests = f"echo '{closing_line}'; echo {codes['tests']} >\"$(EXIT_CODE_FILE)\"; exit {codes['tests']}"
    ended = continuous_integration(root, tmp_path, run, lint=codes["lint"], types=codes["types"], tests=tests)
    assert ended.returncode == exit_code, ended.stdout + ended.stderr
    assert ended.stdout.endswith(f"{closing_line}\n")
    assert ("lint: COMPLAINS" in ended.stdout) == bool(codes["lint"])
    assert ("types: COMPLAINS" in ended.stdout) == bool(codes["types"])


def test_continuous_integration_says_that_the_tests_could_not_start(root: Path, tmp_path: Path, run: Run) -> None:
    ended = continuous_integration(root, tmp_path, run, lint=0, types=0, tests="exit 2")
    assert ended.returncode == 70
    assert "the tests could not be started" in ended.stdout


def continuous_integration(
    root: Path, folder: Path, run: Run, *, lint: int, types: int, tests: str
) -> subprocess.CompletedProcess[str]:
    """Run .ci/run beside a Makefile whose targets end as they are told."""
    (folder / ".ci").mkdir()
    shutil.copy(root / ".ci" / "run", folder / ".ci")
    makefile = f"setup:\n\nlint:\n\t@exit {lint}\n\ntypes:\n\t@exit {types}\n\ntest:\n\t@{tests}\n"
    (folder / "Makefile").write_text(makefile, encoding="utf-8")
    return run(folder / ".ci" / "run")


def test_make_test_hands_on_the_exit_code_of_pytest(root: Path, tmp_path: Path, run: Run) -> None:
    shutil.copy(root / "Makefile", tmp_path)
    for program, text in ((".venv/bin/python", "exit 5"), ("scripts/install-system-packages", "exit 0")):
        (tmp_path / program).parent.mkdir(parents=True)
        (tmp_path / program).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (tmp_path / program).chmod(0o755)
    ended = run("make", "--old-file=.venv/.ready", "test", f"EXIT_CODE_FILE={tmp_path}/code")
    assert (tmp_path / "code").read_text(encoding="utf-8") == "5\n", ended.stderr
    assert ended.returncode == 2
