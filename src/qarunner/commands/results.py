"""``qarunner results``: the runs in a folder with their counts, and the results that ask for attention."""

from __future__ import annotations

import argparse
import os
import textwrap
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qarunner.commands.context import context_of
from qarunner.commands.results_folder import add_folder, report_url, results_folder
from qarunner.commands.terminal import add_json, note, painted, say, say_json, say_table, seconds
from qarunner.outbox.processes import is_alive
from qarunner.outbox.run_directory import RunDirectory, read_run_directory, run_folders
from qarunner.results import RUN_FILE, Outcome, Result

LOOKS = {"pass": "green", "fail": "red", "error": "yellow", "skip": "dim"}
UNFINISHED = "unfinished"


@dataclass
class RunView:
    """One run as it is shown."""

    directory: RunDirectory
    counts: Counter[str]
    state: str
    """``finished``, ``running``, ``killed``, or ``damaged``."""

    @property
    def attention(self) -> list[Result]:
        """The results that did not go well."""
        return [result for result in self.directory.results if word_of(result) not in ("pass", "skip")]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    add_folder(parser)
    parser.add_argument("--last", action="store_true", help="only the newest run, with all its results")
    parser.add_argument("--failed", action="store_true", help="show the results that are a fail or an error")
    parser.add_argument("--open", action="store_true", help="print only the address of the newest run's HTML report")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List them, the oldest run first; 0 whatever the results are."""
    folder = results_folder(context_of(arguments), arguments.folder)
    is_run = (folder / RUN_FILE).is_file()
    folders = [folder] if is_run else run_folders(folder)
    if not folders:
        if arguments.json:
            say_json([])
        else:
            note(f"no runs in {folder}")
        return 0
    newest_only = arguments.last or arguments.open
    if newest_only:
        folders = folders[-1:]
    if arguments.open:
        return _say_report(folders[0])
    views = [_view(read_run_directory(path)) for path in folders]
    with_all = (arguments.last or is_run) and not arguments.failed
    if arguments.json:
        say_json([_as_json(view, shown=_shown(view, with_all=with_all)) for view in views])
        return 0
    _say_runs(views)
    for view in views if arguments.failed else views[-1:]:
        _say_results(view, _shown(view, with_all=with_all))
    return 0


def _say_report(folder: Path) -> int:
    url = report_url(folder)
    if not url:
        note(f"{folder} has no HTML report (yet); `qarunner deliver` makes the missing report of a run that was killed")
        return 1
    say(url)
    return 0


def word_of(result: Result) -> str:
    """Return the outcome's word, or ``unfinished``."""
    return str(result.outcome) if result.finished and result.outcome else UNFINISHED


def _view(directory: RunDirectory) -> RunView:
    counts = Counter(word_of(result) for result in directory.results)
    run = directory.run
    if run is None:
        state = "damaged"
    elif run.duration is not None:
        state = "finished"
    else:
        state = "running" if run.process and is_alive(run.process) is not False else "killed"
    return RunView(directory, counts, state)


def _shown(view: RunView, *, with_all: bool) -> list[Result]:
    return view.directory.results if with_all else view.attention


def _say_runs(views: list[RunView]) -> None:
    words = [str(outcome) for outcome in Outcome]
    rows, looks = [], []
    for view in views:
        run = view.directory.run
        started = f"{run.started:%Y-%m-%d %H:%M:%S}" if run else "?"
        took = seconds(run.duration) if run and run.duration is not None else view.state
        counts = [str(view.counts[word] or "-") for word in words]
        rows.append([started, run.node or "-" if run else "?", *counts, took, shortest(view.directory.folder)])
        looks.append(["", "", *(LOOKS[word] if view.counts[word] else "" for word in words), "", ""])
    say_table(["STARTED (UTC)", "NODE", *(word.upper() for word in words), "TOOK", "FOLDER"], rows, looks)


def _say_results(view: RunView, results: list[Result]) -> None:
    folder = view.directory.folder
    if results:
        say()
    for result in results:
        word = word_of(result)
        look = LOOKS.get(word, "yellow")
        attempt = f"  (attempt {result.attempt})" if result.attempt > 1 else ""
        say(f"{painted(word.ljust(5), look)}  {result.testcase}  {seconds(result.duration)}{attempt}")
        text = result.failure.message if result.failure else result.reason
        if text:
            say(textwrap.shorten(text, 160, placeholder=" ...", initial_indent="       "))
        if word not in ("pass", "skip"):
            say(f"       {shortest(folder / result.folder)}")
    for unreadable in view.directory.unreadable:
        say(painted(f"damaged: {unreadable}", "yellow"))
    if view.state == "killed":
        say(painted(f"\n{shortest(folder)} was killed; `qarunner deliver` closes and reports it", "yellow"))
    url = report_url(folder)
    if url:
        say(f"\nreport: {url}")


def shortest(path: Path) -> str:
    """Return a path as it is shortest to type from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _as_json(view: RunView, *, shown: list[Result]) -> dict[str, Any]:
    return {
        "folder": str(view.directory.folder.absolute()),
        "state": view.state,
        "counts": {str(outcome): view.counts[outcome] for outcome in Outcome} | {UNFINISHED: view.counts[UNFINISHED]},
        "report": report_url(view.directory.folder),
        "run": view.directory.run,
        "results": shown,
        "damaged": [str(unreadable) for unreadable in view.directory.unreadable],
    }
