"""`Jobs`: starts, follows and stops jobs, and lets any number of callers wait for their end."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from qarunner.errors import QarunnerError
from qarunner.job_engines import LOG, JobEnding, JobEngine, JobOrder
from qarunner.jobs.errors import NodeInUseError, NodeOfflineError
from qarunner.jobs.local_engine import LocalEngine
from qarunner.jobs.orders import job_folder
from qarunner.jobs.records import JobInfo, close_job, latest_job, make_job, read_job, running_jobs
from qarunner.jobs.requests import RunRequest, check_remote_control, check_request, check_testcases
from qarunner.jobs.rules import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qarunner.jobs.farm import Farm
    from qarunner.jobs.packs import Packs
    from qarunner.pack.revisions import Revision
    from qarunner.store.engine import Store

STOP_PATIENCE = 55.0
"""Seconds a client's stop waits for the end of its job."""

Tokens = Callable[[str, str], Mapping[str, str]]
"""Called with a user and a job's uid: gives the variables by which the job's reporter reaches the server."""


@dataclass(frozen=True)
class RunAs:
    """Who runs the testcases.

    `os_user`: a user of this host, ``{node}`` in it stands for the node; empty for the server's own, whose files the
    testcases can then read. `work`: where their files go; needed with `os_user`, who cannot look into the data folder.
    `python`: the interpreter, with qarunner and what the pack needs; empty for the server's own.
    """

    os_user: str = ""
    work: Path | None = None
    python: str = ""

    def user_of(self, node: str) -> str:
        """Return the user of this host that jobs on a node run as; empty for the server's own."""
        return self.os_user.replace(NODE_WORD, node)


NODE_WORD = "{node}"
SAME_USER = RunAs()


class Jobs:
    """All jobs of a server. Safe for threads.

    :param engine: runs them; by default on this machine.
    :param run_as: who runs the testcases, where and with what.
    :param tokens: makes the environment of a job's reporter.
    :param on_end: called with each job's uid when it is over, such as to end its tokens.
    """

    def __init__(
        self,
        store: Store,
        packs: Packs,
        farm: Farm,
        *,
        engine: JobEngine | None = None,
        run_as: RunAs = SAME_USER,
        tokens: Tokens = lambda _user, _job: {},
        on_end: Sequence[Callable[[str], None]] = (),
    ) -> None:
        self._store, self._packs, self._farm = store, packs, farm
        self._engine = engine or LocalEngine(store)
        self._run_as = run_as
        self._tokens = tokens
        self._on_end = tuple(on_end)
        self._host = socket.gethostname()
        self._lock = threading.Lock()
        self._ended: dict[str, threading.Event] = {}

    @property
    def warning(self) -> str:
        """What an administrator must know of how jobs run here; empty when there is nothing."""
        user = self._run_as.os_user
        if not user:
            return (
                "jobs run as the server's own user: testcases can read its store and its keys."
                " Name another user of this host to run them as"
            )
        if NODE_WORD not in user and len(self._farm.node_ids()) > 1:
            return (
                f"jobs of all nodes run as {user}: a testcase can read files and token of a job on another node."
                f" Name a user for each node, such as qa-{NODE_WORD}"
            )
        return ""

    def run_tests(self, request: RunRequest, user: str) -> JobInfo:
        """Start a job and return it, running.

        :raises BadRequestError: a parameter is not usable (400).
        :raises UnknownNodeError, UnknownRevisionError: there is no such node or commit (404).
        :raises NodeInUseError: somebody has the node (409).
        :raises NodeOfflineError: it does not answer, or the engine cannot start the job (503).
        """
        check_request(request)
        self._farm.known(request.node)
        revision = self._packs.resolve(request.revision)
        check_testcases(request.testcases, self._packs.testcase_names(revision.sha), request.revision)
        remote = check_remote_control(
            request.remote_control,
            self._packs.remote_controls(revision.sha),
            self._packs.default_remote_control(revision.sha, request.node),
        )
        secrets = self._packs.secret_values(revision.sha, request.node)
        self._farm.check(request.node, user, Action.RUN)
        self._farm.require_online(request.node)
        made = self._make(request, revision, user)
        return self._start(request, revision, user, made, (remote, secrets))

    def _make(self, request: RunRequest, revision: Revision, user: str) -> tuple[int, str]:
        """Take the node and make the job's row, both or neither."""
        row = {
            "node": request.node,
            "request": request.original,
            "revision": revision.sha,
            "branch": revision.branch,
            "category": request.category,
            "tags": request.tags,
            "user": user,
            "total_count": len(request.testcases),
        }
        row["username"] = row.pop("user")
        try:
            with self._store.write() as connection:
                number, uid = make_job(connection, row, self._host)
                self._farm.ownership.begin_job(connection, request.node, user, uid)
        except IntegrityError as error:
            raise NodeInUseError(f"Node {request.node} is running a test job", "Wait for it, or stop it") from error
        return number, uid

    def _start(
        self,
        request: RunRequest,
        revision: Revision,
        user: str,
        made: tuple[int, str],
        extras: tuple[str, dict[str, str]],
    ) -> JobInfo:
        """Hand a job to the engine. :param made: its number and uid. :param extras: remote control, secrets."""
        number, uid = made
        remote_control, secrets = extras
        with self._lock:
            self._ended[uid] = threading.Event()
        try:
            self._farm.touch(request.node, user)
            order = JobOrder(
                uid=uid,
                node=self._farm.config(request.node),
                sha=revision.sha,
                testcases=request.testcases,
                user=user,
                data=str(self._store.data),
                database=self._store.url.render_as_string(hide_password=False) if not self._store.is_sqlite else "",
                folder=str(job_folder(self._store.data, number)),
                work=str(self._run_as.work / f"{number:08d}") if self._run_as.work else "",
                mirror=str(self._packs.mirror.folder),
                prefix=self._packs.mirror.prefix,
                trees=str(self._packs.trees.folder),
                forever=request.forever,
                shuffle=request.shuffle,
                category=request.category,
                tags=request.tags,
                remote_control=remote_control,
                secrets=secrets,
                time_limit=request.time_limit,
                os_user=self._run_as.user_of(request.node),
                python=self._run_as.python,
                environment=dict(self._tokens(user, uid)),
            )
            self._farm.guard(request.node)
            self._hand_over(order)
        except BaseException as error:
            detail = str(error) if isinstance(error, QarunnerError) else type(error).__name__
            close_job(self._store, uid, JobEnding.ERROR, detail)
            self._note_end(uid)
            raise
        return read_job(self._store, uid)

    def _hand_over(self, order: JobOrder) -> None:
        try:
            self._engine.start(order, self._note_end)
        except QarunnerError as error:
            raise NodeOfflineError(f"Node {order.node.id} cannot run it: {error.problem}", error.advice) from error

    def _note_end(self, uid: str) -> None:
        with self._lock:
            event = self._ended.pop(uid, None)
        if event is not None:
            event.set()
        for tell in self._on_end:
            tell(uid)

    def job(self, uid: str) -> JobInfo:
        """Return a job.

        :raises UnknownJobError: there is none.
        """
        return read_job(self._store, uid)

    def latest(self, node: str) -> JobInfo | None:
        """Return the job that runs on a node, else the last one that did, else None."""
        return latest_job(self._store, node)

    def log_file(self, job: JobInfo) -> Path:
        """Return the file of a job's live log; it is there once its pytest runs."""
        return job_folder(self._store.data, job.number) / LOG

    def await_completion(self, uid: str, seconds: float) -> JobInfo:
        """Return a job as soon as it has ended, or as it stands after so many seconds. Nothing is asked meanwhile.

        :raises UnknownJobError: there is none.
        """
        with self._lock:
            event = self._ended.get(uid)
        if event is not None:
            event.wait(seconds)
        return read_job(self._store, uid)

    def stop(self, uid: str, user: str, seconds: float = STOP_PATIENCE) -> JobInfo:
        """End a job and return it once all it started is gone, or as it stands after so many seconds.

        :raises UnknownJobError: there is none.
        :raises NodeInUseError: another user has reserved its node.
        """
        job = read_job(self._store, uid)
        if not job.running:
            return job
        self._farm.ownership.check(job.node, user, Action.STOP)
        self._farm.touch(job.node, user)
        self._request_stop(uid, user)
        self._engine.stop(uid, user)
        return self.await_completion(uid, seconds)

    def _request_stop(self, uid: str, user: str) -> None:
        from sqlalchemy import update

        from qarunner.store.clock import now
        from qarunner.store.models import Job

        first = (Job.uid == uid, Job.stop_requested.is_(None))
        with self._store.write() as connection:
            connection.execute(update(Job).where(*first).values(stop_requested=now(), stop_user=user))

    def recover(self) -> list[str]:
        """Look after jobs that an earlier server process left running; return their uids. Call it at the start."""
        left = running_jobs(self._store, self._host)
        for job in left:
            with self._lock:
                self._ended[job.uid] = threading.Event()
            folder = job_folder(self._store.data, job.number)
            self._engine.recover(job.uid, job.process, folder, self._note_end)
        return [job.uid for job in left]

    def close(self) -> None:
        """End all running jobs as ``server stopped``."""
        self._engine.close()


def may_switch_user() -> bool:
    """Whether this process may run jobs as another OS user."""
    return os.geteuid() == 0
