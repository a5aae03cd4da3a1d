"""The engine for one machine: a supervisor process per job, whose end is the job's end."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner.errors import QarunnerError
from qarunner.job_engines import JobEnding, JobOrder, OnEnd
from qarunner.jobs.delivery import Delivery
from qarunner.jobs.orders import RESULTS, work_folder
from qarunner.jobs.processes import end_marked
from qarunner.jobs.records import close_job, read_job
from qarunner.jobs.workspace import clean, masking_of
from qarunner.outbox.abandoned import close_abandoned
from qarunner.outbox.processes import is_alive
from qarunner.outbox.run_directory import run_folders
from qarunner.results import Process

if TYPE_CHECKING:
    from qarunner.store.engine import Store

SERVER_STOPPED = "the server stopped while the job was running"
SUPERVISOR_DIED = "the supervisor of the job ended without finishing it"
RECOVERY_LIMIT = 60.0
"""Seconds an earlier server's supervisor gets to end its job by itself."""


class LocalEngine:
    """Runs jobs on this machine. Safe for threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._supervisors: dict[str, subprocess.Popen[bytes]] = {}
        self._watchers: list[threading.Thread] = []

    def start(self, order: JobOrder, on_end: OnEnd) -> None:
        """Start the supervisor of a job.

        :raises QarunnerError: the process could not be started.
        """
        folder = Path(order.folder)
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        try:
            with (folder / "supervisor.log").open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "qarunner.jobs.supervisor", order.node.id],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,
                )
        except OSError as error:
            raise QarunnerError(f"the job's supervisor cannot be started: {error}") from error
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(msgspec.json.encode(order) + b"\n")
            process.stdin.flush()
        with self._lock:
            self._supervisors[order.uid] = process
        self._begin(lambda: self._await(order, process, on_end), order.uid)

    def _begin(self, work: Any, uid: str) -> None:
        watcher = threading.Thread(target=work, name=f"job {uid}", daemon=True)
        with self._lock:
            self._watchers = [thread for thread in self._watchers if thread.is_alive()] + [watcher]
        watcher.start()

    def _await(self, order: JobOrder, process: subprocess.Popen[bytes], on_end: OnEnd) -> None:
        try:
            process.wait()
            with contextlib.suppress(OSError):
                assert process.stdin is not None
                process.stdin.close()
            self._finish(order.uid, Path(order.folder), JobEnding.ERROR, SUPERVISOR_DIED)
        finally:
            with self._lock:
                self._supervisors.pop(order.uid, None)
            on_end(order.uid)

    def stop(self, uid: str, user: str) -> None:
        """Tell a job's supervisor to end it; `on_end` tells when it is over."""
        with self._lock:
            process = self._supervisors.get(uid)
        if process is not None and process.stdin is not None:
            word = " ".join(user.split())[:200]
            with contextlib.suppress(OSError, ValueError):
                process.stdin.write(f"stop {word}\n".encode())
                process.stdin.flush()

    def recover(self, uid: str, process: dict[str, Any] | None, folder: Path, on_end: OnEnd) -> None:
        """Wait for an earlier server's supervisor to finish the job, or finish it for one that is gone as well."""

        def work() -> None:
            try:
                if process:
                    _await_end(msgspec.convert(process, Process), RECOVERY_LIMIT)
                self._finish(uid, folder, JobEnding.SERVER_STOPPED, SERVER_STOPPED)
            finally:
                on_end(uid)

        self._begin(work, uid)

    def _finish(self, uid: str, folder: Path, ending: JobEnding, detail: str) -> None:
        """Do what a supervisor that was killed could not: end its processes, close its results, write the end down."""
        job = read_job(self._store, uid)
        if not job.running:
            return
        end_marked(uid)
        work = work_folder(folder)
        results = work / RESULTS
        for run in run_folders(results):
            with contextlib.suppress(OSError):
                close_abandoned(run, detail)
        delivery = Delivery(self._store, results, uid, job.node, masking_of(work))
        delivery.deliver(everything=True)
        clean(work, results_too=not delivery.problems)
        close_job(self._store, uid, ending, detail)

    def close(self) -> None:
        """End all jobs as ``server stopped`` and return when they are gone."""
        with self._lock:
            processes, watchers = list(self._supervisors.values()), list(self._watchers)
        for process in processes:
            with contextlib.suppress(OSError, ValueError):
                assert process.stdin is not None
                process.stdin.close()
        for watcher in watchers:
            watcher.join(RECOVERY_LIMIT)


def _await_end(process: Process, limit: float) -> None:
    """Wait until a process that is not our child has ended."""
    if not is_alive(process):
        return
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    try:
        if is_alive(process):
            select.select([descriptor], [], [], limit)
    finally:
        os.close(descriptor)
