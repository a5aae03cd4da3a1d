"""A job engine of somebody else's: offered by a plugin, chosen by a setting, and used for all jobs of a server."""

from __future__ import annotations

import textwrap
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.peers.git_pack import GitPack
from tests.peers.pack_run import until
from tests.peers.served_farm import node_table

from qarunner import (
    ConfigurationError,
    JobEnding,
    JobEngine,
    JobEngineContext,
    JobEngineDescription,
    JobOrder,
    Options,
    QarunnerError,
    hookimpl,
)
from qarunner.config import Configuration, load
from qarunner.engine_choice import choose_job_engine
from qarunner.plugins import Plugins
from qarunner.server.engine import with_jobs
from qarunner.server.running import RunningServer

NODE = "paper-node"


class PaperOptions(Options, frozen=True):
    """Of the engine."""

    office: str
    refuses: bool = False


class PaperEngine:
    """Runs jobs on paper: writes the orders down, and a job is over when the test says so or somebody stops it."""

    def __init__(self, context: JobEngineContext) -> None:
        self.context = context
        self.orders: dict[str, JobOrder] = {}
        self.ends: dict[str, Callable[[str], None]] = {}
        self.recovered: list[tuple[str, Any]] = []
        self.closed = False

    def start(self, order: JobOrder, on_end: Callable[[str], None]) -> None:
        if self.context.options.refuses:
            raise QarunnerError("the office is shut", "Come back tomorrow")
        self.orders[order.uid], self.ends[order.uid] = order, on_end
        Path(order.folder).mkdir(parents=True)
        order.log.write_text(f"filed in {self.context.options.office}\n", encoding="utf-8")
        self.context.remember(order.uid, {"drawer": 7})

    def end(self, uid: str, ending: JobEnding, detail: str = "", code: int | None = None) -> None:
        self.context.close_job(uid, ending, detail, code)
        self.ends.pop(uid)(uid)

    def stop(self, uid: str, user: str) -> None:
        if uid in self.ends:
            threading.Thread(target=self.end, args=(uid, JobEnding.STOPPED, f"stopped by {user}")).start()

    def recover(self, uid: str, process: dict[str, Any] | None, folder: Path, on_end: Callable[[str], None]) -> None:
        self.recovered.append((uid, process))
        self.ends[uid] = on_end
        assert (folder / "job.log").exists()
        self.end(uid, JobEnding.SERVER_STOPPED)

    def close(self) -> None:
        self.closed = True  # its jobs go on without the server


class Office:
    """A server with the engine, in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.engines: list[PaperEngine] = []
        self.pack = GitPack(folder / "pack", driver=True)
        self.pack.write("tests/menu.py", "def test_pass(): pass\n")
        self.pack.commit()
        self.plugins = Plugins()
        self.plugins.register(self.plugin(), "paper")
        self.token = ""

    def plugin(self) -> types.ModuleType:
        def open_engine(context: JobEngineContext) -> PaperEngine:
            self.engines.append(PaperEngine(context))
            return self.engines[-1]

        @hookimpl
        def qa_job_engines() -> list[JobEngineDescription]:
            return [JobEngineDescription("paper", "on paper", open_engine, PaperOptions)]

        module = types.ModuleType("paper")
        module.qa_job_engines = qa_job_engines  # type: ignore[attr-defined]  # as its file would
        return module

    def configured(self, text: str) -> Configuration:
        (self.folder / "qarunner.toml").write_text(textwrap.dedent(text) + node_table(NODE), encoding="utf-8")
        return load(directory=self.folder, environment={})

    def serve(self, text: str) -> RunningServer:
        configuration = self.configured(text)
        given = {"data": str(self.data), "port": 0, "test_pack": str(self.pack.folder)}
        config = configuration.server(given)
        chosen = choose_job_engine(self.plugins, configuration, config.job_engine)
        engine = with_jobs(configuration, self.plugins.testcase_sources(), (), chosen)
        dialects = [dialect for _plugin, dialect in self.plugins.dialects().values()]
        server = RunningServer(config, dialects, engine)
        server.start()
        self.token = server.first_admin.token if server.first_admin else self.token
        return server

    def ask(self, server: RunningServer, method: str, path: str, **body: Any) -> requests.Response:
        headers = {"Authorization": f"token {self.token}"}
        return requests.request(method, server.url + path, headers=headers, json=body or None, timeout=60)

    def run(self, server: RunningServer) -> str:
        asked = {"node_id": NODE, "test_pack_revision": "main", "test_cases": ["tests/menu.py::test_pass"]}
        answer = self.ask(server, "POST", "/api/v2/run_tests", **asked)
        assert answer.status_code == 200, answer.text
        uid: str = answer.json()["job_uid"]
        return uid


PAPER = """
    [server]
    job_engine = "paper"

    [job_engines.paper]
    office = "the cellar"
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_the_chosen_engine_runs_the_jobs_of_the_server(office: Office) -> None:
    server = office.serve(PAPER)
    try:
        [engine] = office.engines
        assert isinstance(engine, JobEngine)
        uid = office.run(server)
        order = engine.orders[uid]
        assert (order.node.id, order.testcases) == (NODE, ("tests/menu.py::test_pass",))
        assert order.environment["QARUNNER_REPORT_URL"] == server.url
        assert office.ask(server, "GET", f"/api/v2/jobs{uid}/log").text == "filed in the cellar\n"
        assert office.ask(server, "GET", f"/api/v2/jobs{uid}").json()["status"] == "running"
        engine.end(uid, JobEnding.FINISHED, code=0)
        assert office.ask(server, "GET", f"/api/v2/jobs{uid}/await_completion").json()["status"] == "exited"
        second = office.run(server)
        assert office.ask(server, "POST", f"/api/v2/jobs{second}/stop").json()["status"] == "exited"
        view = office.ask(server, "GET", f"/qarunner/api/v1/jobs{second}").json()
        assert (view["ending"], view["ending_detail"]) == ("stopped", "stopped by admin")
        third = office.run(server)
    finally:
        server.stop()
    assert engine.closed
    again = office.serve(PAPER)
    try:
        assert office.engines[-1].recovered == [(third, {"drawer": 7})]
        until(lambda: office.ask(again, "GET", f"/api/v2/jobs{third}").json()["status"] == "exited", "it is closed")
        assert office.ask(again, "GET", f"/qarunner/api/v1/jobs{third}").json()["ending"] == "server stopped"
    finally:
        again.stop()


def test_a_job_that_the_engine_does_not_take_is_an_error_and_its_node_is_free(office: Office) -> None:
    server = office.serve(PAPER + "    refuses = true\n")
    try:
        asked = {"node_id": NODE, "test_pack_revision": "main", "test_cases": ["tests/menu.py::test_pass"]}
        for _time in range(2):
            answer = office.ask(server, "POST", "/api/v2/run_tests", **asked)
            assert answer.status_code == 503
            assert answer.json()["error"] == f"Node {NODE} cannot run it: the office is shut. Come back tomorrow"
        job = office.ask(server, "GET", f"/api/v2/nodes/{NODE}/job").json()
        assert job["status"] == "exited"
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[server]\njob_engine = "papre"\n', ["qarunner.toml:2", "there is no job engine 'papre'", "'paper'", "local"]),
        ('[job_engines.papr]\noffice = "x"\n', ["qarunner.toml:1", "'papr'", "did you mean 'paper'"]),
        ('[server]\njob_engine = "paper"\n', ["[job_engines.paper]", "office"]),
        ('[server]\njob_engine = "paper"\n[job_engines.paper]\noffice = 7\n', ["qarunner.toml:3", "office"]),
        ('[job_engines]\npaper = "x"\n', ["job_engines.paper must be a table"]),
    ],
)
def test_an_engine_that_cannot_be_used_is_told_with_its_place(office: Office, text: str, words: list[str]) -> None:
    def choose() -> None:
        configuration = office.configured(text)
        choose_job_engine(office.plugins, configuration, configuration.server().job_engine)

    with pytest.raises(ConfigurationError) as told:
        choose()
    assert [word for word in words if word not in str(told.value)] == [], str(told.value)


def test_the_engine_for_one_machine_is_offered_like_any_other(office: Office) -> None:
    assert {name: plugin for name, (plugin, _engine) in office.plugins.job_engines().items()} == {
        "local": "server",
        "paper": "paper",
    }
