"""Closes what a killed process left unfinished, so that each result has an outcome and its reader knows why."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from qarunner.outbox.files import list_artifacts, write_whole
from qarunner.outbox.processes import is_alive
from qarunner.outbox.run_directory import read_run, read_run_directory, run_folders
from qarunner.results import RESULT_FILE, RUN_FILE, Failure, Outcome, Phase, Result, Run, to_json

CRASH_LOG = "crash.log"
STACKS_FILE = "stacks.txt"
ENDED = "the test process ended without finishing this result"


def close_all_abandoned(root: Path) -> list[Result]:
    """Close the abandoned runs of a results folder; one that may not be written is left as it is."""
    closed: list[Result] = []
    for folder in run_folders(root):
        with contextlib.suppress(OSError):
            closed += close_abandoned(folder)
    return closed


def close_abandoned(folder: Path, because: str = "", quiet: float = 3600.0) -> list[Result]:
    """Close the unfinished results of a run whose process is gone, and the run itself; return those results.

    Nothing happens to a run that is closed already, or whose process lives. Two processes may do it at once: the
    second finds nothing left to do.

    :param because: what the caller knows about the end, such as "stopped by anna"; empty when it knows nothing.
    :param quiet: a process that cannot be seen from here (other host or container) counts as gone when nothing in the
        run directory changed for that many seconds.
    :raises OSError: the run directory may not be written.
    """
    if not is_abandoned(folder, quiet):
        return []
    with _only_one(folder):
        run = read_run(folder)
        if not isinstance(run, Run) or run.duration is not None:
            return []
        newest = _newest_file_time(folder)
        unfinished = [result for result in read_run_directory(folder).results if not result.finished]
        crashed = unfinished[-1] if unfinished else None
        closed = [_close(folder, result, because, crashed=result is crashed) for result in unfinished]
        # The run comes last: until then, somebody else can finish what this process left half-done.
        finished = msgspec.structs.replace(run, duration=_seconds(run.started, newest))
        write_whole(folder / RUN_FILE, to_json(finished))
        return closed


def is_abandoned(folder: Path, quiet: float = 3600.0) -> bool:
    """Return whether a run is unfinished and its process is gone; a damaged ``run.json`` gives False."""
    run = read_run(folder)
    if not isinstance(run, Run) or run.duration is not None:
        return False
    alive = is_alive(run.process) if run.process else False
    return time.time() - _newest_file_time(folder) > quiet if alive is None else not alive


def _close(run_folder: Path, result: Result, because: str, *, crashed: bool) -> Result:
    folder = run_folder / result.folder
    duration = _seconds(result.started, _newest_file_time(folder))
    stacks = _take_stacks(run_folder, folder) if crashed else ""
    known = because or stacks
    message = f"{ENDED}: {known}" if known else f"{ENDED} (killed?)"
    if stacks:
        message += f" (the stacks of all threads are in {STACKS_FILE})"
    failure = Failure(outcome=Outcome.ERROR, phase=Phase.INFRASTRUCTURE, message=message)
    # What the call had already found out about the device outranks how the process ended.
    device_failed = bool(result.failures) and result.failures[0].outcome is Outcome.FAIL
    closed = msgspec.structs.replace(
        result,
        finished=True,
        outcome=Outcome.FAIL if device_failed else Outcome.ERROR,
        failures=(*result.failures, failure) if device_failed else (failure, *result.failures),
        duration=duration,
        artifacts=list_artifacts(folder),
    )
    write_whole(folder / RESULT_FILE, to_json(closed))
    return closed


def _take_stacks(run_folder: Path, folder: Path) -> str:
    """Move what faulthandler wrote beside the result; return its first line, or an empty string."""
    crash_log, stacks = run_folder / CRASH_LOG, folder / STACKS_FILE
    with contextlib.suppress(FileNotFoundError):
        if crash_log.stat().st_size:
            crash_log.replace(stacks)
        else:
            crash_log.unlink()
    try:
        with stacks.open(encoding="utf-8", errors="replace") as file:
            return file.readline(500).strip()
    except FileNotFoundError:
        return ""


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the run directory's lock; on a file system that knows no locks, go on without."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _newest_file_time(folder: Path) -> float:
    """Return when anything below the folder was last written, in seconds since the epoch."""
    newest = 0.0
    for parent, _folders, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                newest = max(newest, os.lstat(f"{parent}/{name}").st_mtime)
    return newest


def _seconds(started: datetime, ended: float) -> float:
    return max(0.0, round((datetime.fromtimestamp(ended, UTC) - started).total_seconds(), 3))
