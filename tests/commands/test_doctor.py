"""``qarunner doctor``: what works is tried, what is missing is named with the command that brings it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qarunner import Check
from qarunner.commands import findings, machine_checks
from qarunner.nodes.hardware_locks import HardwareLocks

if TYPE_CHECKING:
    from tests.commands.conftest import Qarunner

DRIVER = """
    from qarunner import Check, Driver, hookimpl

    def doctor():
        {doctor}

    @hookimpl
    def qa_drivers():
        yield Driver("capture", "mine", "for tests", open, doctor=doctor, resources=lambda context: ("/dev/mine",))
"""
NODE = '[nodes.tv]\ncapture = "mine:"\n'


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes its time and is not what these tests are about."""
    monkeypatch.setattr(machine_checks, "opencv", lambda: Check("opencv", "works"))


def checks(qarunner: Qarunner, *words: str) -> dict[str, Any]:
    """Return what is found, by subject."""
    found = qarunner("doctor", *words, "--json").json
    return {finding["check"]["subject"]: {"needed": finding["needed"], **finding["check"]} for finding in found}


def test_a_machine_on_which_all_works_is_told_so(qarunner: Qarunner) -> None:
    said = qarunner("doctor")
    assert said.code == 0
    assert [line for line in said.out.splitlines() if not line.startswith(" ")][:3] == [
        "Machine",
        "Configuration",
        "Drivers",
    ]
    for line in (
        f"  works    python: {platform.python_version()} on {platform.machine()}",
        "  works    shared memory: memfd, abstract sockets and pidfd",
        "  works    drivers: capture virtual:, remote virtual:, power virtual:",
    ):
        assert line in said.out.splitlines()
    assert "  works    video: H.264 by PyAV" in said.out
    assert said.out.endswith("\nAll that is needed works.\n")


def test_missing_tesseract_is_named_with_its_command_but_is_not_needed(
    qarunner: Qarunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(findings, "_family", lambda: "debian")
    found = checks(qarunner)
    assert found["tesseract"]["status"] == "missing"
    assert not found["tesseract"]["needed"]
    assert found["tesseract"]["advice"].endswith("apt-get install tesseract-ocr")
    assert found["git"]["advice"].endswith("apt-get install git")
    said = qarunner("doctor")
    assert said.code == 0
    assert "  missing, not needed tesseract: testcases cannot read text from the screen\n           " in said.out


def test_too_little_space_is_broken_and_little_space_is_a_note(
    qarunner: Qarunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_checks, "LITTLE", 1e9)
    assert checks(qarunner)["results"]["status"] == "note"
    monkeypatch.setattr(machine_checks, "TOO_LITTLE", 1e9)
    said = qarunner("doctor")
    assert said.code == 1
    assert "Remove old runs, or write elsewhere with --qa-results DIR" in said.out
    assert said.out.endswith("\n1 thing to mend: results\n")


def distribution(folder: Path, name: str, version: str, *, brings: str) -> None:
    """Make what an installed distribution leaves behind."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    (info / "top_level.txt").write_text(f"{brings}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("distributions", "check", "said"),
    [
        (
            [("opencv-python-headless", "4.10.0", "cv2")],
            "opencv",
            "several packages bring cv2 and overwrite each other's files: opencv-python, opencv-python-headless",
        ),
        ([("numpy", "2.3.1", "numpy")], "numpy", "2.3.1 breaks match_all of stbt_core"),
    ],
)
def test_packages_that_do_not_go_together_are_named(
    tmp_path: Path, distributions: list[tuple[str, str, str]], check: str, said: str
) -> None:
    for name, version, brings in distributions:
        distribution(tmp_path / "site", name, version, brings=brings)
    script = f"from qarunner.commands import machine_checks as m; c = m.{check}(); print(c.status, c.detail, c.advice)"
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    ended = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith(f"broken {said} pip ")


@pytest.mark.parametrize(
    ("family", "command"),
    [
        ("debian", "apt-get install tesseract-ocr"),
        ("fedora", "dnf install tesseract"),
        ("", "install tesseract-ocr (its name in Debian) with this system's package manager"),
    ],
)
def test_the_command_is_the_distributions_own(monkeypatch: pytest.MonkeyPatch, family: str, command: str) -> None:
    monkeypatch.setattr(findings, "_family", lambda: family)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    names = {"debian": "tesseract-ocr", "fedora": "tesseract"}
    assert findings.install_command(names) == command
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert findings.install_command(names) == (f"sudo {command}" if family else command)


def test_an_unreadable_configuration_is_one_finding_among_others(qarunner: Qarunner, here: Path) -> None:
    (here / "qarunner.toml").write_text("speed = 3\n", encoding="utf-8")
    said = qarunner("doctor")
    assert said.code == 1
    assert "works    python" in said.out
    assert f"  broken   configuration: {here}/qarunner.toml:1: 'speed' means nothing in the file" in said.out


def test_what_a_driver_says_counts_when_a_node_uses_it(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    says = 'return [Check("grabber", "missing", "no card", "plug it in")]'
    root = pack({"plugins/mine.py": DRIVER.format(doctor=says)})
    said = qarunner("doctor")
    assert said.code == 0
    assert "missing, not needed grabber: no card\n           plug it in" in said.out
    (root / "qarunner.toml").write_text(NODE, encoding="utf-8")
    said = qarunner("doctor")
    assert said.code == 1
    assert "  missing  grabber: no card" in said.out


def test_a_doctor_that_fails_is_named(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    pack({"plugins/mine.py": DRIVER.format(doctor="return 1 / 0"), "qarunner.toml": NODE})
    found = checks(qarunner)
    assert found["capture mine:"]["status"] == "broken"
    assert "ZeroDivisionError" in found["capture mine:"]["detail"]


def test_a_broken_plugin_is_named(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    pack({"plugins/bad.py": "import no_such_module"})
    said = qarunner("doctor")
    assert said.code == 1
    assert "  broken   pack:bad: plugin 'pack:bad' failed in import: ModuleNotFoundError" in said.out


def test_a_node_whose_driver_nobody_offers_is_broken(qarunner: Qarunner, here: Path) -> None:
    (here / "qarunner.toml").write_text('[nodes.tv]\ncapture = "virtaul:"\n', encoding="utf-8")
    said = qarunner("doctor")
    assert said.code == 1
    assert "node 'tv': no capture driver for 'virtaul:'" in said.out
    assert "did you mean 'virtual'?" in said.out


def test_hardware_that_another_exporter_holds_is_told_with_its_holder(
    qarunner: Qarunner, pack: Callable[..., Path]
) -> None:
    pack({"plugins/mine.py": DRIVER.format(doctor="return ()"), "qarunner.toml": NODE})
    assert "/dev/mine" not in checks(qarunner)
    locks = HardwareLocks("bedroom")
    locks.take(["/dev/mine"])
    try:
        held = checks(qarunner)["/dev/mine"]
    finally:
        locks.close()
    assert held["status"] == "note"
    assert "in use by you for node 'bedroom'" in held["detail"]


def test_a_node_that_is_named_is_opened_and_shows_its_picture(qarunner: Qarunner, node: str) -> None:
    said = qarunner("doctor", node)
    assert said.code == 0
    assert f"Node {node}\n" in said.out
    assert "  works    picture: 640x360 at 20 frames a second, after " in said.out
    assert "Node virtual-stb" not in said.out


def test_a_node_without_a_picture_is_broken(qarunner: Qarunner, here: Path) -> None:
    (here / "qarunner.toml").write_text('[nodes.film]\ncapture = "video:none.mp4"\n', encoding="utf-8")
    said = qarunner("doctor", "film")
    assert said.code == 1
    assert "broken   film: " in said.out
    assert "none.mp4" in said.out
