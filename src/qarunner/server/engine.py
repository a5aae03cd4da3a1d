"""Makes the part of the services that runs jobs: test pack, farm and jobs, in this order; they end in the other."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qarunner.dialects.spec import Services
from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    import threading

    from qarunner.access import Access
    from qarunner.config import Configuration
    from qarunner.engine_choice import OpenEngine
    from qarunner.job_engines import JobEnding, JobEngineContext
    from qarunner.server_config import ServerConfig
    from qarunner.store.engine import Store
    from qarunner.testcases import TestcaseSource

logger = logging.getLogger(__name__)

LOCAL = "local"
"""The engine for the server's own machine."""
REPORT_URL, REPORT_TOKEN = "QARUNNER_REPORT_URL", "QARUNNER_REPORT_TOKEN"
"""Variables by which a job's reporter reaches the server."""


@dataclass(frozen=True)
class Parts:
    """What the services are made of.

    :param local_url: how this machine reaches the server, once it listens.
    """

    store: Store
    access: Access
    config: ServerConfig
    stopping: threading.Event
    local_url: Callable[[], str]

    def services(self, jobs: Any, farm: Any, packs: Any) -> Services:
        """Return the services."""
        return Services(
            store=self.store,
            access=self.access,
            jobs=jobs,
            farm=farm,
            packs=packs,
            external_url=self.config.external_url.rstrip("/"),
            upload_limit=self.config.upload_limit,
            zone=zone_of(self.config),
            stopping=self.stopping,
        )


def zone_of(config: ServerConfig) -> tzinfo:
    """Return the server's time zone.

    :raises ConfigurationError: there is none of that name.
    """
    from qarunner.store.filter.times import zone_named

    try:
        return zone_named(config.time_zone)
    except ValueError as error:
        raise ConfigurationError(f"time_zone in [server]: {error}", "Write it like Europe/Berlin.") from error


Engine = Callable[[ExitStack, Parts], Services]
"""Makes the services; what must be ended goes on the stack."""


def with_jobs(
    configuration: Configuration,
    sources: Sequence[TestcaseSource],
    blocked: Sequence[str] = (),
    open_engine: OpenEngine | None = None,
) -> Engine:
    """Return what makes services with nodes and jobs.

    :param configuration: with the nodes.
    :param sources: the kinds of files that hold testcases.
    :param blocked: plugins that exporters do not load.
    :param open_engine: opens what runs the jobs; by default the engine for one machine.
    """

    def make(stack: ExitStack, parts: Parts) -> Services:
        from qarunner.jobs import Jobs
        from qarunner.jobs.farm import Farm
        from qarunner.jobs.packs import Packs
        from qarunner.jobs.service import RunAs

        config = parts.config
        address = config.test_pack or str(_empty_pack(parts.store.data))
        work = _job_folder(config)
        run_as = RunAs(config.job_user, work, config.job_python)
        trees = work / "trees" if work else None  # where the user of the jobs can read them
        packs = Packs(address, parts.store.data, sources, trees=trees, largest_snapshot=config.snapshot_limit)
        packs.fetch()
        expiry = config.licence_expiry or None
        farm = Farm(parts.store, configuration, packs, blocked=blocked, job_user=run_as.user_of, licence_expiry=expiry)
        stack.callback(farm.close)

        def tokens(user: str, job: str) -> Mapping[str, str]:
            url = _report_url(parts)
            return {REPORT_URL: url, REPORT_TOKEN: parts.access.job_token(user, job)} if url else {}

        engine = open_engine(_context(parts.store)) if open_engine else None
        ended = [parts.access.end_job_tokens]
        jobs = Jobs(parts.store, packs, farm, engine=engine, run_as=run_as, tokens=tokens, on_end=ended)
        stack.callback(jobs.close)
        # Nodes are free for others only once what an earlier server left is looked after.
        for uid in jobs.recover():
            logger.warning("job %s was left running by an earlier server", uid)
        farm.start()
        if jobs.warning and config.test_pack:
            logger.warning("%s (job_user in [server])", jobs.warning)
        return parts.services(jobs, farm, packs)

    return make


def without_jobs(_stack: ExitStack, parts: Parts) -> Services:
    """Return services that only keep results: no test pack, no farm, no jobs. For tests of everything else."""
    nothing: Any = None
    return parts.services(nothing, nothing, nothing)


def _report_url(parts: Parts) -> str:
    """Return where a job's reporter reaches the server; empty when that is left to the job's supervisor."""
    config = parts.config
    if config.job_engine != LOCAL:
        return config.external_url.rstrip("/") or parts.local_url()
    # Nobody's certificate is good for 127.0.0.1, and a supervisor of this machine brings all results in by itself.
    return "" if config.tls_cert else parts.local_url()


def _context(store: Store) -> JobEngineContext:
    """Return what an engine is opened with, but its options."""
    from qarunner.job_engines import JobEngineContext
    from qarunner.jobs.records import close_job, remember

    def close(uid: str, ending: JobEnding, detail: str, exit_code: int | None) -> None:
        close_job(store, uid, ending, detail, exit_code)

    return JobEngineContext(store, close, partial(remember, store))


def _job_folder(config: ServerConfig) -> Path | None:
    """Return the folder for the files of jobs, made if need be: others pass through it, and list nothing."""
    if not config.job_folder:
        return None
    folder = Path(config.job_folder).expanduser().absolute()
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        problem = f"the folder for the files of jobs cannot be made: {error}"
        raise ConfigurationError(problem, "Name another job_folder in [server].") from error
    return folder


def _empty_pack(data: Path) -> Path:
    """Return a repository with an empty test pack, for a server that was given none: it has no testcases to run."""
    folder = data / "packs" / "none"
    if not (folder / ".git").exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / ".stbt.conf").write_text("[test_pack]\n", encoding="utf-8")
        who = ("-c", "user.name=qarunner", "-c", "user.email=qarunner@localhost", "-c", "commit.gpgsign=false")
        for command in (
            ("init", "--quiet", "--template=", "--initial-branch=main"),
            ("add", ".stbt.conf"),
            (*who, "commit", "--quiet", "--message=An empty test pack"),
        ):
            subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    return folder
