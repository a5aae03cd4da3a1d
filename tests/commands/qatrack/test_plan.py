"""``qarunner qatrack plan``."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.commands.conftest import Qarunner
from tests.peers.run_directory import RunMaker

from qarunner.results import Measurement
from qarunner.store.engine import Store

PROPOSED = """\
# Proposed from 2026-03-14_09-00-00-bbbbbbbb. Read it, mend it, then: qarunner qatrack show
units:
  - {node: living-room, type: ACME STB-4K}
lists:
  - name: tests/live.py
    tests:
      - test_zap
      - {macro: zap_time, high: 2.0, formatting: '%.4g s'}
  - name: features/menu.feature
    tests:
      - {macro: settings_open, display_name: Settings open}
"""


@pytest.fixture
def runs(here: Path) -> Path:
    """Two runs; the newer one has a measurement and a scenario."""
    (here / ".stbt.conf").write_text("", encoding="utf-8")
    root = here / "qa-results"
    older = RunMaker(root, "2026-03-13_09-00-00-aaaaaaaa")
    older.add("tests/old.py::test_old")
    older.finish(0)
    newer = RunMaker(root, "2026-03-14_09-00-00-bbbbbbbb")
    newer.add("tests/live.py::test_zap", measurements=(Measurement(name="zap_time", value=1.2, unit="s", high=2.0),))
    newer.add("features/menu.feature::Settings open")
    newer.finish(0)
    (root / "latest").symlink_to(newer.name)
    return root


@pytest.mark.usefixtures("runs")
def test_the_newest_run_is_proposed(qarunner: Qarunner) -> None:
    said = qarunner("qatrack", "plan")
    assert (said.code, said.err) == (0, "")
    assert said.out == PROPOSED


def test_a_run_can_be_named(qarunner: Qarunner, runs: Path) -> None:
    assert qarunner("qatrack", "plan", runs / "latest").out == PROPOSED
    assert "tests/old.py" in qarunner("qatrack", "plan", runs / "2026-03-13_09-00-00-aaaaaaaa").out


def test_what_is_proposed_can_be_applied_as_it_is(qarunner: Qarunner, runs: Path, store: Store) -> None:
    file = runs.parent / "config" / "qatrack" / "living-room.yaml"
    assert qarunner("qatrack", "plan", "-o", file).out == f"{file}\n"
    assert file.read_text(encoding="utf-8") == PROPOSED
    done = qarunner("qatrack", "apply", "--data", store.data)
    assert done.code == 0
    assert "features/menu.feature::settings_open on living-room: reference yes" in done.out


def test_a_file_that_is_there_is_kept(qarunner: Qarunner, runs: Path) -> None:
    file = runs.parent / "mine.yaml"
    file.write_text("units: [mine]\n", encoding="utf-8")
    said = qarunner("qatrack", "plan", "-o", file)
    assert (said.code, file.read_text(encoding="utf-8")) == (2, "units: [mine]\n")
    assert f"{file} is there already\n  Give another name, or --overwrite" in said.err
    assert qarunner("qatrack", "plan", "-o", file, "--overwrite").code == 0
    assert file.read_text(encoding="utf-8") == PROPOSED


def test_without_results_there_is_nothing_to_propose(qarunner: Qarunner, here: Path) -> None:
    assert "there are no results in" in qarunner("qatrack", "plan").err
    (here / "qa-results").mkdir()
    assert "there are no runs in" in qarunner("qatrack", "plan").err
    RunMaker(here / "qa-results", "2026-03-13_09-00-00-aaaaaaaa").finish(0)
    assert "holds no results" in qarunner("qatrack", "plan").err
