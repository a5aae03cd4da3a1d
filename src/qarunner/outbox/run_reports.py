"""Makes the reports of a whole run, at its end and again when it has been mended."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from qarunner.errors import QarunnerError
from qarunner.outbox.delivery_state import Delivery, read_delivery, write_delivery
from qarunner.outbox.run_directory import read_run_directory
from qarunner.outbox.scrub import scrubbed
from qarunner.plugin_guard import run_limited
from qarunner.protocols import RunReporter
from qarunner.results import RUN_FILE, Result, Run

LIMIT = 300.0
"""Seconds one report may take."""


def finish_run(
    folder: Path,
    reporters: Mapping[str, object],
    limit: float = LIMIT,
    known: tuple[Run, Sequence[Result]] | None = None,
) -> list[str]:
    """Have each reporter of whole runs make its report from what lies in the run directory; return lines to be shown.

    Call it after ``run.json`` has been written for the last time. A reporter that fails or hangs, and evidence that is
    damaged, become lines too: reports never change an outcome or an exit code.

    :param known: the run and its results where the caller has them at hand, sorted by start; else they are read.
    """
    run_reporters = {name: reporter for name, reporter in reporters.items() if isinstance(reporter, RunReporter)}
    if not run_reporters:
        return []
    lines: list[str] = []
    if known is None:
        try:
            directory = read_run_directory(folder)
        except OSError as error:
            return [f"no reports: {error}"]
        lines += [f"damaged evidence: {unreadable}" for unreadable in directory.unreadable]
        if directory.run is None:
            return [*lines, f"no reports of {folder.name}: its {RUN_FILE} cannot be read"]
        known = directory.run, directory.results
    run, results = known
    for name, reporter in run_reporters.items():
        problem = ""
        try:
            line = run_limited(name, "its report", limit, partial(reporter.finish, run, results, folder))
            lines += [str(line)] if line else []
        except QarunnerError as error:
            problem = scrubbed(error.problem)
            lines.append(problem)
        _keep(folder, name, problem)
    return lines


def reports_missing(folder: Path, reporters: Mapping[str, object]) -> dict[str, RunReporter]:
    """Return the reporters whose report of this run has not been made since ``run.json`` was last written."""
    written = (folder / RUN_FILE).stat().st_mtime
    missing = {}
    for name, reporter in reporters.items():
        if isinstance(reporter, RunReporter):
            made = read_delivery(folder, name)
            if made.state != "sent" or made.updated is None or made.updated.timestamp() < written:
                missing[name] = reporter
    return missing


def _keep(folder: Path, reporter: str, problem: str) -> None:
    known = read_delivery(folder, reporter)
    made = Delivery(
        reporter=reporter,
        state="pending" if problem else "sent",
        attempts=known.attempts + 1,
        last_error=problem,
    )
    with contextlib.suppress(OSError):
        write_delivery(folder, made)
