"""Makes the run directory and says what the run is: ``qa-results/<start time>-<short id>/run.json``."""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from qarunner._version import __version__
from qarunner.errors import ConfigurationError
from qarunner.outbox.files import write_whole
from qarunner.outbox.processes import this_process
from qarunner.plugins import name_and_version
from qarunner.results import RUN_FILE, Run, from_json, new_id, to_json
from qarunner.runner.job import job_uid

RESULTS_FOLDER = "qa-results"
LATEST = "latest"
WATCHED_LIBRARIES = ("pytest", "stbt-core", "behave", "opencv-python")
"""Libraries whose versions a run notes down, because they may change an outcome."""


def describe_run(node: str, pack: Path | None, command_line: list[str]) -> Run:
    """Return the record of a run that begins now."""
    return Run(
        id=new_id(),
        node=node,
        pack=str(pack or ""),
        revision=git_revision(pack) if pack else "",
        started=datetime.now(UTC),
        command_line=tuple(command_line),
        user=_user(),
        job_uid=job_uid(),
        process=this_process(),
        versions={
            "qarunner": __version__,
            "python": platform.python_version(),
            **dict(name_and_version(metadata.distribution(name)) for name in WATCHED_LIBRARIES),
        },
    )


def make_run_folder(run: Run, fixed: str, directory: Path) -> Path:
    """Make the run directory with its ``run.json``.

    :param fixed: the folder that was asked for, or empty for a new one in ``qa-results/`` of `directory`.
    :raises ConfigurationError: the folder cannot be made or holds something else.
    """
    try:
        folder = _fixed_folder(Path(fixed)) if fixed else _new_folder(run, directory / RESULTS_FOLDER)
        write_run(run, folder)
    except OSError as error:
        problem = f"the folder for results cannot be made: {error}"
        raise ConfigurationError(problem, "Name another with --qa-results DIR") from error
    return folder


def write_run(run: Run, folder: Path) -> None:
    """Write ``run.json``."""
    write_whole(folder / RUN_FILE, to_json(run))


def _new_folder(run: Run, parent: Path) -> Path:
    folder = parent / folder_name(run.started, run.id)
    folder.mkdir(parents=True)
    link_latest(folder)
    return folder


def folder_name(started: datetime, run_id: str) -> str:
    """Return the name of a run directory in a folder of runs."""
    return f"{started:%Y-%m-%d_%H-%M-%S}-{run_id[-8:]}"


def link_latest(folder: Path) -> None:
    """Let ``latest``, beside a run directory, lead to it."""
    beside = folder.with_name(f".{LATEST}-{folder.name[-8:]}")
    with contextlib.suppress(OSError):  # a file system without links has no `latest`
        beside.symlink_to(folder.name)
        beside.replace(folder.with_name(LATEST))


def _fixed_folder(folder: Path) -> Path:
    """Make the folder, or empty it of an earlier run by moving that aside: no evidence is overwritten."""
    if (folder / RUN_FILE).is_file():
        earlier = from_json(Run, (folder / RUN_FILE).read_bytes())
        folder.rename(folder.with_name(f"{folder.name}-{folder_name(earlier.started, earlier.id)}"))
    elif folder.is_dir() and any(folder.iterdir()):
        raise ConfigurationError(f"{folder} holds something that is no run", "Name another folder, or empty it")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def git_revision(pack: Path) -> str:
    """Return the commit of a pack's checkout, with ``-dirty`` when it has changes; empty outside of git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(pack), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def command_line() -> list[str]:
    """Return how this process was started, the program by its name only."""
    return [Path(sys.argv[0]).name, *sys.argv[1:]]
