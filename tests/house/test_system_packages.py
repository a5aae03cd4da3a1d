"""System programs that tests use: installed when allowed, else named, and their tests counted as skipped."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.house.conftest import Run

TABLE = """
# word   package         proof                       what for
clock    clock-package   {programs}/clock-program    tells the time
clock    clock-data      {programs}/zones-*.data     knows the zones
bell     bell-package    bell-program                rings
"""
# The distribution's tool as the script may find it: it notes what it is asked for, and installs by making the proofs.
APT_GET = """#!/bin/sh
echo "$*" >>{programs}/asked
case "$*" in
*" install "*clock-package) touch {programs}/clock-program ;;
*" install "*clock-data) touch {programs}/zones-1.data ;;
*" install "*bell-package) echo "E: Unable to locate package bell-package" >&2; exit 100 ;;
esac
"""
SUDO_THAT_ASKS = "#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n"
SUDO_THAT_DOES = '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n'


class Machine:
    """A folder which every user may read, with the script, a table and the programs that stand for the system's."""

    def __init__(self, folder: Path, script: Path, run: Run) -> None:
        folder.chmod(0o755)
        self._run = run
        self.programs = folder / "programs"
        self.programs.mkdir()
        self.script = shutil.copy(script, folder)
        self.table = folder / "table.txt"
        self.table.write_text(TABLE.format(programs=self.programs), encoding="utf-8")
        self.program("apt-get", APT_GET.format(programs=self.programs))

    def program(self, name: str, text: str = "#!/bin/sh\n") -> None:
        """Put a program on PATH."""
        (self.programs / name).write_text(text, encoding="utf-8")
        (self.programs / name).chmod(0o755)

    def install(self, *as_user: str, **environment: str) -> str:
        """Run the script, which must end well in any case, and return what it printed."""
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        ended = self._run(*as_user, self.script, self.table, PATH=path, **environment)
        assert ended.returncode == 0
        assert ended.stderr == ""
        return ended.stdout

    @property
    def asked(self) -> list[str]:
        """What apt-get was asked for, without its options."""
        file = self.programs / "asked"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [
            " ".join(word for word in line.split() if not word.startswith("-") and "::" not in word) for line in lines
        ]


@pytest.fixture
def machine(root: Path, run: Run) -> Iterator[Machine]:
    """A machine on which none of the programs is installed."""
    with tempfile.TemporaryDirectory() as folder:
        yield Machine(Path(folder), root / "scripts" / "install-system-packages", run)


def test_nothing_is_done_when_every_program_is_there(machine: Machine) -> None:
    for name in ("clock-program", "bell-program", "zones-1.data"):
        machine.program(name)
    assert machine.install() == ""
    assert machine.asked == []


def test_somebody_without_rights_is_told_what_is_missing(machine: Machine) -> None:
    machine.program("clock-program")
    machine.program("sudo", SUDO_THAT_ASKS)
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    said = machine.install(*nobody)
    assert "bell-package: rings (tests that need bell are skipped)" in said
    assert "clock-data: knows the zones" in said
    assert "clock-package" not in said
    assert "Installing" not in said
    assert "sudo apt-get install clock-data bell-package" in said
    assert machine.asked == []


def test_missing_programs_are_installed_one_by_one_and_a_failure_is_explained(machine: Machine) -> None:
    machine.program("sudo", SUDO_THAT_DOES)
    said = machine.install()
    assert machine.asked == ["update", "install clock-package", "install clock-data", "install bell-package"]
    assert "Installing system packages: clock-package clock-data bell-package" in said
    assert "E: Unable to locate package bell-package" in said
    assert said.endswith("  To have them: sudo apt-get install bell-package\n")


def test_nothing_is_installed_where_that_is_not_wanted(machine: Machine) -> None:
    machine.program("sudo", SUDO_THAT_DOES)
    assert "bell-package: rings" in machine.install(QARUNNER_NO_INSTALL="1")
    assert machine.asked == []


@pytest.fixture
def pack_of_tests(root: Path, pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with our tests/conftest.py and a table of its own."""
    pytester.mkdir("scripts").joinpath("system-packages.txt").write_text(
        "shell shell-package sh runs things\nbell bell-package no-such-program-anywhere rings\n", encoding="utf-8"
    )
    shutil.copy(root / "tests" / "conftest.py", pytester.mkdir("tests"))
    pytester.makeini("[pytest]\nmarkers = needs(word): x\n")
    return pytester


def test_a_test_whose_program_is_missing_is_skipped_and_names_the_package(pack_of_tests: pytest.Pytester) -> None:
    text = """
        import pytest
        @pytest.mark.needs("shell")
        def test_with_a_program_that_is_there(): pass
        @pytest.mark.needs("shell", "bell")
        def test_with_a_program_that_is_missing(): pass
    """
    pack_of_tests.makepyfile(**{"tests/test_it": text})
    session = pack_of_tests.runpytest_subprocess("-rs")
    session.assert_outcomes(passed=1, skipped=1)
    session.stdout.fnmatch_lines("SKIPPED*system package not installed: bell-package")


def test_a_word_that_the_table_lacks_is_refused(pack_of_tests: pytest.Pytester) -> None:
    text = """
        import pytest
        @pytest.mark.needs("trumpet")
        def test_it(): pass
    """
    pack_of_tests.makepyfile(**{"tests/test_it": text})
    session = pack_of_tests.runpytest_subprocess()
    assert session.ret == pytest.ExitCode.USAGE_ERROR
    session.stderr.fnmatch_lines("*test_it needs trumpet, which system-packages.txt does not list")
