"""Where a job keeps its files."""

from __future__ import annotations

from pathlib import Path

RESULTS = "results"
"""Folder of a job's run directories, within its own."""


def work_folder(folder: Path) -> Path:
    """Return where the testcases of a job keep their files, wherever that is."""
    return (folder / "work").resolve()


def job_folder(data: Path, number: int) -> Path:
    """Return where a job keeps its log and results."""
    return data / "jobs" / f"{number:08d}"
