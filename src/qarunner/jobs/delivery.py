"""Brings the results of a job's run directories into the store: the safe way, whatever else delivers them.

What testcases leave is not trusted: no link is followed, a record speaks only for its own job and node, and damaged
files are passed over.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec import structs

from qarunner.outbox.files import list_artifacts
from qarunner.outbox.run_directory import read_run, run_folders
from qarunner.results import RESULT_FILE, Failure, Outcome, Phase, Result, Run, from_json, new_id
from qarunner.store.artifacts import keep_artifact
from qarunner.store.clock import now
from qarunner.store.contents import read_chunks
from qarunner.store.errors import StorageFullError, StoreBusyError, StoreError
from qarunner.store.ingest import ingest, ingest_batch
from qarunner.store.portions import in_portions
from qarunner.store.submission import Submission

if TYPE_CHECKING:
    from qarunner.masking import Masking
    from qarunner.store.engine import Store

AT_ONCE = 100
"""Results in one transaction."""
LARGEST_RECORD = 64 * 1024 * 1024
"""Bytes of a ``result.json``."""
SETTLED = 1.0
"""Seconds after its last change that a result is taken: the screenshot is written just after the outcome."""


class Delivery:
    """Delivers one job's results, each once, again and again until all are in.

    :param results: the folder of the job's run directories.
    :param masking: hides the job's secrets in what the runner may have missed.
    """

    def __init__(self, store: Store, results: Path, job: str, node: str, masking: Masking) -> None:
        self._store, self._results = store, results
        self._job, self._node = job, node
        self._masking = masking
        self._done: set[Path] = set()
        self.testcases: set[str] = set()
        """The testcases that have a result by now."""
        self.problems: list[str] = []

    @property
    def delivered(self) -> int:
        """How many results are in the store."""
        return len(self._done)

    def deliver(self, *, everything: bool = False) -> None:
        """Bring in what is new. :param everything: also results that changed a moment ago."""
        for folder in run_folders(self._results):
            with contextlib.suppress(OSError):
                waiting = self._waiting(folder, everything=everything)
                run = read_run(folder) if waiting else None
                for some in in_portions(waiting, AT_ONCE):
                    self._deliver(some, run if isinstance(run, Run) else None)

    def _waiting(self, folder: Path, *, everything: bool) -> list[tuple[Path, Result]]:
        """Return the finished results of a run that are not in the store, with their folders, in their order."""
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        found = []
        for place in (folder / name for name in names if not name.startswith(".")):
            if place in self._done:
                continue
            with contextlib.suppress(OSError, ValueError):
                if everything or _settled(place):
                    with open_inside(place, RESULT_FILE) as file:
                        result = from_json(Result, file.read(LARGEST_RECORD))
                    if result.finished:
                        found.append((place, result))
        return found

    def _deliver(self, waiting: list[tuple[Path, Result]], run: Run | None) -> None:
        """Bring in some results; what the store refuses for good is told once, what it cannot now comes again."""
        submissions = []
        for place, result in waiting:
            trusted = structs.replace(
                self._masking.record(result), node=self._node, artifacts=list_artifacts(place), folder=place.name
            )
            submissions.append(Submission(result=trusted, run=run, job=self._job))
        try:
            ingest_batch(self._store, submissions)
        except (StoreBusyError, StorageFullError) as error:
            self._tell(str(error))
            return
        except StoreError as error:
            if len(waiting) > 1:  # one of them spoils it for the others
                for one in waiting:
                    self._deliver([one], run)
                return
            self._tell(f"{waiting[0][0].name}: {error}")
        for (place, _result), submission in zip(waiting, submissions, strict=True):
            try:
                for artifact in submission.result.artifacts:
                    self._keep(submission.result.id, place, artifact.path)
            except StorageFullError as error:
                self._tell(str(error))
                continue
            self._done.add(place)
            self.testcases.add(submission.result.testcase)

    def _keep(self, result: str, folder: Path, path: str) -> None:
        try:
            with open_inside(folder, path) as file, self._store.contents.stage(read_chunks(file)) as staged:
                keep_artifact(self._store, result, path, staged)
        except StorageFullError:
            raise
        except (StoreError, OSError, ValueError) as error:
            self._tell(f"{folder.name}/{path}: {error}")

    def _tell(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def not_run(self, testcase: str, why: str) -> None:
        """Make an error of a testcase that was to run and never began."""
        failure = Failure(outcome=Outcome.ERROR, phase=Phase.INFRASTRUCTURE, message=self._masking.text(why))
        result = Result(
            id=new_id(),
            run_id=new_id(),
            testcase=testcase,
            folder="",
            node=self._node,
            finished=True,
            outcome=Outcome.ERROR,
            failures=(failure,),
            started=now(),
        )
        ingest(self._store, Submission(result=result, job=self._job))
        self.testcases.add(testcase)


def _settled(folder: Path) -> bool:
    return time.time() - (folder / RESULT_FILE).lstat().st_mtime > SETTLED


@contextlib.contextmanager
def open_inside(folder: Path, path: str) -> Iterator[BinaryIO]:
    """Open an ordinary file below a folder without following any link.

    :raises OSError: there is none, or a part of the path is a link.
    :raises ValueError: it is no ordinary file, or leads outside.
    """
    parts = path.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        raise ValueError(f"{path!r} leads outside")
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=place)
            os.close(place)
            place = inner
        descriptor = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place)
    finally:
        os.close(place)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError(f"{path!r} is no ordinary file")
        yield file
