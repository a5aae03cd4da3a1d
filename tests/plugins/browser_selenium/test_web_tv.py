"""The example pack on its web television, in a real Chromium: the testcases of the virtual set-top box, unchanged."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

pytestmark = pytest.mark.needs("chromium")

ROOT = Path(__file__).parents[3]
A_FEW = (
    "tests/power.py",
    "tests/live.py::test_zapping_is_quick",
    "features/menu.feature::The menu key opens the settings",
)


NODES = ["web-tv", pytest.param("web-tv-xvfb", marks=pytest.mark.needs("xvfb"))]
"""The television without a window, and in one that fills an X display."""


def run_pack(node: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run testcases of a copy of the pack, whose node has a name of its own."""
    pack = folder / "pack"
    shutil.copytree(
        ROOT / "test_pack", pack, ignore=shutil.ignore_patterns("qa-results", "__pycache__", ".pytest_cache")
    )
    own = f"{node}-{uuid.uuid4().hex[:8]}"
    settings = pack / "qarunner.toml"
    text = settings.read_text(encoding="utf-8").replace(f"[nodes.{node}]", f"[nodes.{own}]")
    settings.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--qa-node={own}", *arguments]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "QARUNNER_BLOCK_PLUGINS": "report_html,report_junit"}
    return subprocess.run(command, cwd=pack, env=environment, capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.parametrize("node", NODES)
def test_testcases_of_the_virtual_box_pass_on_the_web_television(node: str, tmp_path: Path) -> None:
    finished = run_pack(node, tmp_path, *A_FEW)
    assert finished.returncode == 0, finished.stdout
    assert "3 passed" in finished.stdout


def test_a_fail_on_the_web_television_is_a_fail(tmp_path: Path) -> None:
    finished = run_pack("web-tv", tmp_path, "tests/on_purpose.py")
    assert finished.returncode == 1, finished.stdout
    assert "1 fail" in finished.stdout
    assert "Didn't find match for" in finished.stdout


@pytest.mark.soak
@pytest.mark.parametrize("node", NODES)
def test_all_testcases_pass_on_the_web_television(node: str, tmp_path: Path) -> None:
    finished = run_pack(node, tmp_path, "--deselect", "tests/on_purpose.py")
    assert finished.returncode == 0, finished.stdout
    assert "passed" in finished.stdout


def test_the_television_holds_what_the_virtual_box_holds() -> None:
    script = ROOT / "scripts" / "draw_web_tv.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
