"""Reads a run directory: ``run.json`` and the ``result.json`` of each of its folders."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from qarunner.decoding import decoder_of
from qarunner.results import RESULT_FILE, RUN_FILE, Result, Run, from_json


@dataclass(frozen=True)
class Unreadable:
    """A file of a run directory that cannot be used, and why."""

    path: Path
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@dataclass(frozen=True)
class RunDirectory:
    """What was found in a run directory.

    `run`: None when ``run.json`` is missing or damaged. `results`: in the order they started. `unreadable`: files that
    are damaged, and folders' results that cannot be read; a folder without ``result.json`` is no result.
    """

    folder: Path
    run: Run | None
    results: list[Result]
    unreadable: list[Unreadable]


def run_folders(root: Path) -> list[Path]:
    """Return the run directories below a results folder, oldest first; empty when there is no such folder.

    ``latest`` and other links are left out, and so are directories without ``run.json``.
    """
    try:
        with os.scandir(root) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [root / name for name in sorted(names) if (root / name / RUN_FILE).is_file()]


def read_run(folder: Path) -> Run | Unreadable:
    """Read ``run.json``, or say what is wrong with it."""
    path = folder / RUN_FILE
    try:
        return from_json(Run, path.read_bytes())
    except (OSError, ValueError) as error:
        return Unreadable(path, _problem(error))


def read_run_directory(folder: Path) -> RunDirectory:
    """Read a run directory; whatever is damaged is named in the answer and never raised.

    :raises OSError: the folder itself is missing or may not be read.
    """
    run = read_run(folder)
    unreadable = [run] if isinstance(run, Unreadable) else []
    results: list[Result] = []
    decode = decoder_of(Result).decode
    base = os.fspath(folder)
    for name in _subfolders(base):
        path = f"{base}/{name}/{RESULT_FILE}"
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - 5,000 of them; a Path doubles the time
                result = decode(file.read())
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            unreadable.append(Unreadable(Path(path), _problem(error)))
            continue
        # The folder it lies in counts, not what a copied or tampered file says.
        results.append(result if result.folder == name else msgspec.structs.replace(result, folder=name))
    results.sort(key=lambda result: (result.started, result.attempt, result.id))
    return RunDirectory(folder, None if isinstance(run, Unreadable) else run, results, unreadable)


def _subfolders(base: str) -> list[str]:
    with os.scandir(base) as entries:
        return sorted(entry.name for entry in entries if entry.name[0] != "." and entry.is_dir(follow_symlinks=False))


def _problem(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
