"""A farm for tests: a store, a test pack in git, and a node with the pattern driver."""

from __future__ import annotations

import textwrap
import uuid
from pathlib import Path
from typing import Any

from tests.peers.git_pack import GitPack

from qarunner.config import Configuration, load
from qarunner.jobs.farm import Farm
from qarunner.jobs.packs import Packs
from qarunner.jobs.records import JobInfo
from qarunner.jobs.requests import RunRequest
from qarunner.jobs.service import SAME_USER, Jobs
from qarunner.nodes.http_client import NodeHttp
from qarunner.plugins import Plugins
from qarunner.store.engine import Store

USER = "anna"


class FarmRig:
    """One node, one pack, one server's worth of rooms."""

    remote = "pattern:"

    def __init__(self, folder: Path, store: Store, **options: Any) -> None:
        self.folder = folder
        self.store = store
        self.node = f"test-{uuid.uuid4().hex[:8]}"
        self.pack = GitPack(folder / "pack", driver=True)
        self.pack.commit("The pack")
        self.open(**options)

    def open(self, **options: Any) -> None:
        """Come up, as a server does."""
        run_as = options.get("run_as", SAME_USER)
        trees = run_as.work / "trees" if run_as.work else None
        self.packs = Packs(str(self.pack.folder), self.store.data, Plugins().testcase_sources(), trees=trees)
        self.packs.fetch()
        self.farm = Farm(self.store, self.configuration(), self.packs, job_user=run_as.user_of)
        self.farm.start()
        self.jobs = Jobs(self.store, self.packs, self.farm, **options)

    def configuration(self) -> Configuration:
        """Return a configuration with the node."""
        text = f"""
            [nodes.{self.node}]
            capture = "pattern:?fps=25"
            remote = "{self.remote}"
            frame_size = "320x180"
            linger = 0.2
        """
        (self.folder / "qarunner.toml").write_text(textwrap.dedent(text))
        return load(directory=self.folder, environment={})

    def close(self) -> None:
        """Go down; wait until the exporter has left."""
        self.jobs.close()
        self.farm.close()

    def run(self, *testcases: str, user: str = USER, **request: Any) -> JobInfo:
        """Start a job on the newest commit."""
        self.packs.pushed()
        asked = RunRequest(
            node=request.pop("node", self.node),
            revision=request.pop("revision", "main"),
            testcases=testcases,
            **request,
        )
        return self.jobs.run_tests(asked, user)

    def finished(self, job: JobInfo, seconds: float = 60.0) -> JobInfo:
        """Wait for a job's end."""
        ended = self.jobs.await_completion(job.uid, seconds)
        assert not ended.running, self.log(job)
        return ended

    def log(self, job: JobInfo) -> str:
        """Return the job's log."""
        path = self.jobs.log_file(job)
        return path.read_text(errors="replace") if path.exists() else ""

    def status(self) -> int:
        """Return how the node's exporter answers."""
        return NodeHttp.local(self.node).request("GET", "/status")[0]
