"""From end to end: a test is recorded on the virtual box, then replayed against its own recording."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.outbox.run_directory import read_run_directory
from qarunner.testing import check_capture

if TYPE_CHECKING:
    from tests.plugins.capture_video.conftest import Studio

    from qarunner.results import Result

TEST = """
import stbt_core as stbt

def test_home_answers():
    stbt.press("KEY_HOME")
    assert stbt.wait_for_transition_to_end(stable_secs=0.3)
    assert stbt.press_and_wait("KEY_RIGHT", stable_secs=0.3)
    assert stbt.press_and_wait("{key}", stable_secs=0.3)
"""


def run(pack: Path, node: str) -> tuple[Result, Path]:
    """Run the pack on a node; return its only result and its evidence."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--qa-node={node}"],
        cwd=pack,
        env={name: value for name, value in os.environ.items() if name != "PYTEST_DISABLE_PLUGIN_AUTOLOAD"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    folder = (pack / "qa-results" / "latest").resolve()
    assert folder.is_dir(), done.stdout + done.stderr
    (result,) = read_run_directory(folder).results
    return result, folder / result.folder


def test_a_test_passes_against_its_own_recording_and_not_when_it_presses_another_key(tmp_path: Path) -> None:
    box, replay = (f"test-{uuid.uuid4().hex[:8]}" for _name in range(2))
    (tmp_path / "tests").mkdir()
    (tmp_path / ".stbt.conf").touch()
    (tmp_path / "qarunner.toml").write_text(
        f'[nodes.{box}]\ncapture = "virtual:"\nremote = "virtual:"\nlinger = 1\n'
        f'[nodes.{replay}]\ncapture = "replay:recorded"\nremote = "replay:recorded"\nlinger = 0.2\n'
    )
    (tmp_path / "tests" / "home.py").write_text(TEST.format(key="KEY_DOWN"))
    recorded, evidence = run(tmp_path, box)
    assert recorded.outcome == "pass", recorded.failure
    evidence.rename(tmp_path / "recorded")
    replayed, _evidence = run(tmp_path, replay)
    assert replayed.outcome == "pass", replayed.failure
    (tmp_path / "tests" / "home.py").write_text(TEST.format(key="KEY_UP"))
    changed, _evidence = run(tmp_path, replay)
    assert changed.outcome == "error"
    assert changed.failure is not None
    assert "recorded was KEY_DOWN, the test presses KEY_UP" in changed.failure.message


def test_a_file_keeps_the_rules_of_a_capture(studio: Studio) -> None:
    studio.write("video.mp4", [number * 0.04 for number in range(10)])
    check_capture("video:video.mp4", pack=studio.pack)
    check_capture("video:video.mp4?loop=true&speed=2", pack=studio.pack, frames=30)
