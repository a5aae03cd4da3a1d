"""What is installed: the checkout in development, everything needed in a wheel, and no second OpenCV."""

from __future__ import annotations

import email
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import qarunner
import qarunner_plugins

if TYPE_CHECKING:
    from tests.house.conftest import Run

LEFT_OUT = {"__pycache__", ".pytest_cache", "qa-results"}


@pytest.fixture(scope="session")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the checkout, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    [built] = folder.glob("qarunner-*.whl")
    unpacked = folder / "unpacked"
    zipfile.ZipFile(built).extractall(unpacked)
    return unpacked


def files_below(folder: Path) -> set[str]:
    """Names of the files, relative to the folder, without what running leaves behind."""
    names = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return {name.as_posix() for name in names if not LEFT_OUT & set(name.parts)}


def test_an_editable_install_runs_the_checkout(root: Path) -> None:
    assert Path(qarunner.__file__).parent == root / "src" / "qarunner"
    assert Path(qarunner_plugins.__file__).parent == root / "plugins" / "qarunner_plugins"


def test_an_editable_install_holds_no_copy_that_could_grow_stale() -> None:
    site_packages = Path(sysconfig.get_path("purelib"))
    assert not list(site_packages.glob("qarunner*/**/*.py"))


@pytest.mark.parametrize(
    ("source", "installed"),
    [
        ("src/qarunner", "qarunner"),
        ("plugins/qarunner_plugins", "qarunner_plugins"),
        ("test_pack", "qarunner/example_pack"),
    ],
)
def test_the_wheel_holds_every_file(root: Path, wheel: Path, source: str, installed: str) -> None:
    expected = files_below(root / source)
    assert expected
    assert expected <= files_below(wheel / installed)


def test_the_wheel_installs_nothing_else(wheel: Path) -> None:
    tops = {entry.name for entry in wheel.iterdir() if not entry.name.endswith(".dist-info")}
    assert tops == {"qarunner", "qarunner_plugins"}


def test_the_wheel_works_outside_the_repository(wheel: Path, run: Run) -> None:
    script = "import qarunner, qarunner_plugins; print(qarunner.__file__, qarunner_plugins.__file__, qarunner.Outcome)"
    seen = run(sys.executable, "-c", script, PYTHONPATH=str(wheel))
    assert seen.stdout.split()[:2] == [
        str(wheel / "qarunner" / "__init__.py"),
        str(wheel / "qarunner_plugins" / "__init__.py"),
    ], seen.stderr


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    [info] = wheel.glob("*.dist-info")
    metadata = email.message_from_string((info / "METADATA").read_text(encoding="utf-8"))
    assert metadata["License-Expression"] == "Apache-2.0"
    assert "Apache License" in (info / "licenses" / "LICENSE").read_text(encoding="utf-8")
    assert metadata["Version"] == qarunner.__version__
    entry_points = (info / "entry_points.txt").read_text(encoding="utf-8")
    assert "qarunner = qarunner.commands.main:main" in entry_points
    assert "qarunner = qarunner.runner.plugin" in entry_points


def test_only_one_package_brings_opencv(root: Path) -> None:
    lock = tomllib.loads((root / "uv.lock").read_text(encoding="utf-8"))
    assert [package["name"] for package in lock["package"] if "opencv" in package["name"]] == ["opencv-python"]


def test_numpy_stays_below_the_release_that_breaks_match_all(root: Path) -> None:
    lock = tomllib.loads((root / "uv.lock").read_text(encoding="utf-8"))
    [version] = [package["version"] for package in lock["package"] if package["name"] == "numpy"]
    assert (2, 0) <= tuple(int(part) for part in version.split(".")[:2]) < (2, 3)
