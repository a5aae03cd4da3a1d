from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.peers.run_directory import RunMaker

from qarunner.outbox.run_reports import finish_run, reports_missing

if TYPE_CHECKING:
    from qarunner import Result, Run


class Counting:
    """Reports how many results a run has."""

    def finish(self, run: Run, results: Sequence[Result], folder: Path) -> str | None:
        (folder / "count.txt").write_text(f"{run.node}: {len(results)}")
        return f"count: {folder / 'count.txt'}"


class Broken:
    def finish(self, _run: Run, _results: Sequence[Result], _folder: Path) -> str | None:
        raise ValueError("no such server: https://anna:secret@host/")


class Silent:
    def finish(self, _run: Run, _results: Sequence[Result], _folder: Path) -> str | None:
        return None


class Hanging:
    def __init__(self) -> None:
        self.let_go = threading.Event()

    def finish(self, _run: Run, _results: Sequence[Result], _folder: Path) -> str | None:
        self.let_go.wait(30)
        return None


def test_each_report_is_made_and_its_line_shown(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    maker.add()
    maker.finish()
    lines = finish_run(maker.folder, {"silent": Silent(), "count": Counting(), "for results only": object()})
    assert lines == [f"count: {maker.folder / 'count.txt'}"]
    assert (maker.folder / "count.txt").read_text() == "living-room: 1"


def test_a_report_that_fails_or_hangs_is_named_and_the_others_are_made(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path).finish()
    hanging = Hanging()
    reporters = {"broken": Broken(), "hanging": hanging, "count": Counting()}
    broken, late, count = finish_run(maker.folder, reporters, limit=0.1)
    hanging.let_go.set()
    assert "'broken' failed in its report: ValueError: no such server: https://***@host/" in broken
    assert "'hanging' has not come back from its report" in late
    assert count.startswith("count: ")
    assert set(reports_missing(maker.folder, reporters)) == {"broken", "hanging"}


def test_a_report_is_missing_again_when_the_run_has_been_mended(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path).finish()
    reporters = {"count": Counting()}
    assert set(reports_missing(maker.folder, reporters)) == {"count"}
    finish_run(maker.folder, reporters)
    assert reports_missing(maker.folder, reporters) == {}
    run_file = maker.folder / "run.json"
    later = run_file.stat().st_mtime + 60
    os.utime(run_file, (later, later))
    assert set(reports_missing(maker.folder, reporters)) == {"count"}


def test_damaged_evidence_is_named_and_the_rest_reported(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    damaged = maker.add("tests/a.py::test_damaged")
    maker.add("tests/a.py::test_whole")
    maker.finish()
    (maker.folder / damaged.folder / "result.json").write_bytes(b"")
    first, _count = finish_run(maker.folder, {"count": Counting()})
    assert first.startswith("damaged evidence: ")
    assert damaged.folder in first
    assert (maker.folder / "count.txt").read_text() == "living-room: 1"


def test_a_run_that_cannot_be_read_gets_no_report_but_a_word(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    (maker.folder / "run.json").unlink()
    assert "cannot be read" in finish_run(maker.folder, {"count": Counting()})[-1]
    assert "No such file" in finish_run(tmp_path / "missing", {"count": Counting()})[-1]
