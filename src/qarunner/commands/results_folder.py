"""Where results lie: the folder that is named, or ``qa-results`` of the working directory."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from qarunner.commands.context import Context

REPORT_FILE = "report.html"


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the argument FOLDER."""
    parser.add_argument("folder", nargs="?", metavar="FOLDER", help="folder of runs (default: qa-results)")


def results_folder(context: Context, named: str | None) -> Path:
    """Return the folder of runs.

    :raises ConfigurationError: there is none.
    """
    from qarunner.runner.run_folder import RESULTS_FOLDER

    if named:
        folder = Path(named)
        if not folder.is_dir():
            raise ConfigurationError(f"{named} is no folder", "Name the folder that holds the runs")
        return folder
    here = Path.cwd() / RESULTS_FOLDER
    if here.is_dir():
        return here
    of_pack = context.pack / RESULTS_FOLDER if context.pack else None
    if of_pack is not None and of_pack.is_dir():
        return of_pack
    advice = "Results are kept where pytest is started; go there, or name the folder. To make some: qarunner demo"
    raise ConfigurationError(f"there are no results in {here}", advice)


def report_url(run_folder: Path) -> str:
    """Return the ``file://`` address of a run's HTML report, empty when it has none."""
    report = run_folder / REPORT_FILE
    return report.resolve().as_uri() if report.is_file() else ""
