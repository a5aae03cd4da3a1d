"""What a job is to do, as the server hands it to an engine, and what an engine says of its end."""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import msgspec

from qarunner.node_config import NodeConfig


class Ending(enum.StrEnum):
    """Why a job is over."""

    FINISHED = "finished"
    STOPPED = "stopped"
    TIME_LIMIT = "time limit"
    SERVER_STOPPED = "server stopped"
    ERROR = "error"


class JobOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One job, complete: whoever runs it needs to ask nobody.

    `data`, `database`: what `qarunner.store.engine.Store.open` takes. `folder`: the job's own.
    `time_limit`: seconds for the whole job, 0 for none. `secrets`: in clear; never written to disk but for the job.
    `os_user`: the user of the host the testcases run as; empty for the server's own.
    `environment`: further variables for the testcases.
    """

    uid: str
    node: NodeConfig
    sha: str
    testcases: tuple[str, ...]
    user: str
    data: str
    database: str
    folder: str
    work: str = ""
    """Where the testcases' own files go; empty for a folder within the job's."""
    mirror: str
    prefix: str
    trees: str
    forever: bool = False
    shuffle: bool = False
    category: str = "default"
    tags: dict[str, str] = {}
    remote_control: str = ""
    secrets: dict[str, str] = {}
    time_limit: float = 0.0
    os_user: str = ""
    environment: dict[str, str] = {}
    python: str = ""
    """The interpreter that runs pytest; empty for the server's own."""

    @property
    def log(self) -> Path:
        """The live log."""
        return Path(self.folder) / LOG


LOG = "job.log"
RESULTS = "results"
"""Folder of a job's run directories, within its own."""

OnEnd = Callable[[str], None]
"""Called with the job's uid once it and all it started are gone and its record says so."""


@runtime_checkable
class JobEngine(Protocol):
    """Runs jobs. Methods may be called from any thread."""

    def start(self, order: JobOrder, on_end: OnEnd) -> None:
        """Begin a job whose record says ``running``; return as soon as somebody looks after it.

        :raises QarunnerError: it could not be started; its record is the caller's to close.
        """

    def stop(self, uid: str, user: str) -> None:
        """Ask a job to end; `on_end` tells when it has. Nothing happens when it has ended already."""

    def recover(self, uid: str, process: dict[str, Any] | None, folder: Path, on_end: OnEnd) -> None:
        """Look after a job that an earlier server process began and whose record still says ``running``."""

    def close(self) -> None:
        """End all jobs of this engine as ``server stopped`` and return when they are gone."""


def work_folder(folder: Path) -> Path:
    """Return where the testcases of a job keep their files, wherever that is."""
    return (folder / "work").resolve()


def job_folder(data: Path, number: int) -> Path:
    """Return where a job keeps its log and results."""
    return data / "jobs" / f"{number:08d}"
