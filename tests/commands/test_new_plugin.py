"""``qarunner new-plugin``: what it makes works as made, in a process that knows nothing but its wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.commands.conftest import Qarunner, command


def installed(project: Path, folder: Path) -> dict[str, str]:
    """Build the project's wheel, unpack it, and return the environment in which it is installed."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheels")]
    subprocess.run(build, cwd=project, check=True, capture_output=True)
    [wheel] = (folder / "wheels").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return os.environ | {"PYTHONPATH": str(folder / "site")}


@pytest.mark.parametrize(
    ("capability", "offers"),
    [("capture", "capture my-box: a moving picture"), ("remote", "remote my-box: "), ("power", "power my-box: ")],
)
def test_the_package_passes_its_own_tests_as_made(
    qarunner: Qarunner, tmp_path: Path, here: Path, capability: str, offers: str
) -> None:
    said = qarunner("new-plugin", "my-box", "--capability", capability)
    assert said.code == 0
    assert "  cd qarunner-my-box\n  pip install -e .\n  pytest\n  qarunner plugins my-box\n" in said.out
    project = here / "qarunner-my-box"
    environment = installed(project, tmp_path)
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "2 passed" in tested.stdout
    listed = subprocess.run(command("plugins", "my-box"), env=environment, capture_output=True, text=True, check=False)
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.startswith("my-box  qarunner-my-box 0.1.0\nhooks: qa_drivers\n")
    assert offers in listed.stdout


def test_a_new_capture_serves_a_node(qarunner: Qarunner, tmp_path: Path, here: Path) -> None:
    qarunner("new-plugin", "my-box", "sources")
    environment = installed(here / "sources", tmp_path)
    toml = f'[nodes.new-{os.getpid()}]\ncapture = "my-box:?fps=20"\nlinger = 0.2\n'
    (here / "qarunner.toml").write_text(toml, encoding="utf-8")
    shot = subprocess.run(
        command("screenshot", f"new-{os.getpid()}"), env=environment, capture_output=True, text=True, check=False
    )
    assert shot.stdout.startswith("screenshot.png: 1280x720"), shot.stderr


def test_nothing_is_overwritten(qarunner: Qarunner, here: Path) -> None:
    (here / "mine").mkdir()
    (here / "mine" / "README.md").write_text("mine", encoding="utf-8")
    said = qarunner("new-plugin", "my-box", "mine")
    assert said.code == 2
    assert "mine is not empty\n  Name a folder that is empty or does not exist" in said.err
    assert [path.name for path in (here / "mine").iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["My_Box"], "'My_Box' cannot be the name of a plugin\n  Use lower-case letters"),
        (["4k"], "'4k' cannot be the name of a plugin"),
        (["virtual"], "there is a capture driver for virtual: already"),
        (["commands"], "there is a plugin 'commands' already"),
        (["my-box", "/proc/nowhere"], "cannot be written"),
        (["my-box", "--capability", "smell"], "invalid choice: 'smell'"),
    ],
)
def test_what_cannot_be_made_is_refused_with_advice(qarunner: Qarunner, words: list[str], answer: str) -> None:
    said = qarunner("new-plugin", *words)
    assert said.code == 2
    assert answer in said.err
