"""How a plugin describes a job engine, what one is given, and what it must do: it runs the jobs of a server.

The built-in one, ``local``, runs them on the server's own machine. Another one may run them elsewhere: a job's order is
complete, nodes are reached over the network, and results come back through the reporter ``server``, whose address and
token are in the order's environment.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import msgspec

from qarunner.drivers import NoOptions, Options
from qarunner.node_config import NodeConfig

if TYPE_CHECKING:
    from qarunner.store.engine import Store

LOG = "job.log"


class JobEnding(enum.StrEnum):
    """Why a job is over."""

    FINISHED = "finished"
    STOPPED = "stopped"
    TIME_LIMIT = "time limit"
    SERVER_STOPPED = "server stopped"
    ERROR = "error"


class JobOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One job, complete: whoever runs it needs to ask nobody.

    `data`, `database`: what `qarunner.store.engine.Store.open` takes. `folder`: the job's own.
    `mirror`, `prefix`: a bare repository with the test pack, and the pack's root within it. `trees`: exported commits.
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
        """The live log: what is written there is shown to whoever follows the job."""
        return Path(self.folder) / LOG


OnEnd = Callable[[str], None]
"""Called with the job's uid once it and all it started are gone and its record says so."""


@runtime_checkable
class JobEngine(Protocol):
    """Runs jobs. Methods may be called from any thread."""

    def start(self, order: JobOrder, on_end: OnEnd) -> None:
        """Begin a job whose record says ``running``; return as soon as somebody looks after it.

        When it is over, and nothing it started is left, call `JobEngineContext.close_job`, then `on_end`, both once.

        :raises QarunnerError: it could not be started; its record is the caller's to close.
        """

    def stop(self, uid: str, user: str) -> None:
        """Ask a job to end; `on_end` tells when it has. Nothing happens when it has ended already."""

    def recover(self, uid: str, process: dict[str, Any] | None, folder: Path, on_end: OnEnd) -> None:
        """Look after a job that an earlier server process began and whose record still says ``running``.

        :param process: what `JobEngineContext.remember` was given for it, None when it was not called.
        :param folder: the job's own.
        """

    def close(self) -> None:
        """End all jobs of this engine as ``server stopped`` and return when they are gone."""


@dataclass(frozen=True)
class JobEngineContext:
    """What an engine is opened with.

    :param store: the server's, for the built-in engine; others need only what follows.
    :param close_job: writes down a job's end, the first time it is called for it: uid, why it is over, a sentence for
        people or an empty text, and the exit code of its pytest or None.
    :param remember: keeps a JSON object for a running job, by its uid; `JobEngine.recover` gets it after a restart.
    :param options: an instance of the engine's options class.
    """

    store: Store
    close_job: Callable[[str, JobEnding, str, int | None], None]
    remember: Callable[[str, dict[str, Any]], None]
    options: Any = field(default_factory=NoOptions)


@dataclass(frozen=True)
class JobEngineDescription:
    """An engine as a plugin offers it through the `qa_job_engines` hook.

    :param name: by which ``job_engine`` in ``[server]`` chooses it, and ``[job_engines.NAME]`` configures it.
    :param summary: one line for lists.
    :param open: makes the engine when the server starts; imports what it needs here.
    :param options: the typed options.
    """

    name: str
    summary: str
    open: Callable[[JobEngineContext], JobEngine]
    options: type[Options] = NoOptions
