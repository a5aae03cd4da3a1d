"""The reporter ``server`` against a real server in a process of its own, which is killed when the test likes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.peers.api_server import ApiServer
from tests.peers.results_store import wait_until
from tests.peers.run_directory import RunMaker

from qarunner import ConfigurationError, DeliveryRejectedError, DeliveryStoppedError, Outcome, Result
from qarunner.config import load
from qarunner.outbox.courier import Pauses
from qarunner.outbox.delivery_state import read_delivery
from qarunner.outbox.outbox import Outbox
from qarunner.outbox.run_reports import finish_run, reports_missing
from qarunner.plugins import Plugins
from qarunner.reporter_choice import open_reporters
from qarunner.results import new_id
from qarunner.store.detail import result_detail
from qarunner.store.engine import Store
from qarunner.store.listing import list_results
from qarunner.store.statistics import node_counts
from qarunner_plugins.report_server import ServerOptions, ServerReporter, open_reporter

QUICK = Pauses(first=0.02, longest=0.1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "data"


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[ApiServer]:
    """A server that is up, for all tests that do not kill it."""
    server = ApiServer(data)
    server.start()
    yield server
    server.kill()


class Requests:
    """A server that answers as told and counts; for answers that no sound server gives on demand."""

    def __init__(self, status: int) -> None:
        self.status, self.received = status, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.received += 1
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def answering() -> Iterator[Any]:
    made: list[Requests] = []

    def make(status: int) -> Requests:
        made.append(Requests(status))
        return made[-1]

    yield make
    for one in made:
        one.http.shutdown()
        one.http.server_close()


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.soak)])
def test_a_server_that_is_killed_again_and_again_loses_nothing_and_doubles_nothing(tmp_path: Path, kills: int) -> None:
    data = tmp_path / "data"
    server = ApiServer(data)
    maker = RunMaker(tmp_path / "results")
    outbox = Outbox(maker.folder, {"server": ServerReporter(server.url, server.token)}, QUICK)
    chance = random.Random(7)
    for _ in range(kills):
        server.start()
        for index in range(12):
            text = f"{index} {chance.random()}\n" * 400
            outbox.put(maker.add(f"tests/a.py::test_{index}", files={"log.txt": text, "same.txt": "same" * 900}))
            time.sleep(chance.random() * 0.01)  # the kill comes at another moment each time
        server.kill()
    server.start()
    maker.finish()
    assert outbox.close(60) == []
    server.kill()
    with Store.open(data) as store, store.read() as connection:
        rows = list_results(connection, limit=1000).rows
        assert sorted(row.id for row in rows) == sorted(result.id for result in maker.results)
        assert {(row.user, row.category, row.run_id) for row in rows} == {("desk", "nightly", maker.run.id)}
        [counted] = node_counts(connection, maker.run.started.date())
        assert (counted.node, counted.counts.passed) == ("living-room", len(maker.results))
        for result in maker.results:
            assert read_delivery(maker.folder / result.folder, "server").state == "sent"
            found = result_detail(connection, result.id)
            assert found.result == result
            for artifact in found.artifacts:
                assert artifact.sha256 is not None
                kept = store.contents.path(artifact.sha256).read_bytes()
                assert kept == (maker.folder / result.folder / artifact.path).read_bytes()


def test_many_results_go_in_one_request(tmp_path: Path, server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = RunMaker(tmp_path / "results")
    reporter = ServerReporter(server.url, server.token)
    asked: list[str] = []
    request = reporter._request

    def counted(method: str, path: str, **keywords: Any) -> tuple[int, str]:
        asked.append(f"{method} {path.split('/')[1]}")
        return request(method, path, **keywords)

    monkeypatch.setattr(reporter, "_request", counted)
    outbox = Outbox(maker.folder, {"server": reporter}, QUICK)
    for index in range(250):
        outbox.put(maker.add(f"tests/a.py::test_{index}", files={"same.txt": "the same everywhere"}))
    assert outbox.close(30) == []
    assert asked.count("POST results") <= 6
    assert asked.count("PUT results") <= 100, "bytes that were there were sent again"


def test_the_end_of_a_run_arrives_though_no_result_follows(tmp_path: Path, server: ApiServer, data: Path) -> None:
    maker = RunMaker(tmp_path / "results")
    reporters = {"server": ServerReporter(server.url, server.token)}
    outbox = Outbox(maker.folder, reporters, QUICK)
    result = maker.add()
    outbox.put(result)
    assert outbox.close(30) == []
    maker.finish(exit_code=6)
    assert finish_run(maker.folder, reporters) == []
    with Store.open(data) as store, store.read() as connection:
        assert result_detail(connection, result.id).run == maker.run
    assert maker.run.exit_code == 6


def test_the_end_of_a_run_that_was_not_taken_is_delivered_later(tmp_path: Path, answering: Any) -> None:
    maker = RunMaker(tmp_path / "results").finish()
    away = {"server": ServerReporter(answering(503).url, "t")}
    [line] = finish_run(maker.folder, away)
    assert "answered 503" in line
    assert set(reports_missing(maker.folder, away)) == {"server"}
    [line] = finish_run(maker.folder, {"server": ServerReporter(answering(401).url, "")})
    assert "needs a token" in line
    [line] = finish_run(maker.folder, {"server": ServerReporter(answering(400).url, "t")})
    assert "was refused" in line
    assert not reports_missing(maker.folder, away)


def test_a_result_that_cannot_be_stored_is_refused_alone(tmp_path: Path, server: ApiServer) -> None:
    maker = RunMaker(tmp_path / "results")
    results = [maker.add(f"t.py::test_{index}", id="no UUID" if index == 2 else new_id()) for index in range(5)]
    outbox = Outbox(maker.folder, {"server": ServerReporter(server.url, server.token)}, QUICK)
    for result in results:
        outbox.put(result)
    lines = outbox.close(30)
    assert lines[0] == "server: refused 1 result"
    assert "is not a UUID" in lines[1]
    states = [read_delivery(maker.folder / result.folder, "server").state for result in results]
    assert states == ["sent", "sent", "rejected", "sent", "sent"]


def test_a_wrong_token_stops_and_says_so(tmp_path: Path, server: ApiServer) -> None:
    maker = RunMaker(tmp_path / "results")
    outbox = Outbox(maker.folder, {"server": ServerReporter(server.url, "qar_wrong")}, QUICK)
    result = maker.add()
    outbox.put(result)
    began = time.monotonic()
    lines = outbox.close(60)
    assert time.monotonic() - began < 30, "it waited for what cannot happen"
    assert "1 result not delivered yet" in lines[0]
    assert "does not accept the token, it says: the credentials" in lines[0]
    assert read_delivery(maker.folder / result.folder, "server").state == "pending"


@pytest.mark.parametrize("status", [429, 500, 503, 404])
def test_what_may_pass_is_tried_again(tmp_path: Path, answering: Any, status: int) -> None:
    maker, other = RunMaker(tmp_path / "results"), answering(status)
    outbox = Outbox(maker.folder, {"server": ServerReporter(other.url, "t")}, QUICK)
    result = maker.add()
    outbox.put(result)
    wait_until(lambda: other.received >= 3)
    outbox.close(0)
    assert read_delivery(maker.folder / result.folder, "server").state == "pending"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, DeliveryRejectedError),
        (413, DeliveryRejectedError),
        (401, DeliveryStoppedError),
        (403, DeliveryStoppedError),
    ],
)
def test_what_cannot_pass_is_not(tmp_path: Path, answering: Any, status: int, kind: type[Exception]) -> None:
    maker, other = RunMaker(tmp_path / "results"), answering(status)
    with pytest.raises(kind):
        ServerReporter(other.url, "t").deliver(maker.add(), maker.folder)
    assert other.received == 1


def test_a_file_that_broke_off_goes_on(tmp_path: Path, server: ApiServer, data: Path) -> None:
    from qarunner.store.uploads import Upload

    maker = RunMaker(tmp_path / "results")
    result = maker.add(files={"big.bin": "0123456789" * 50_000})
    with Store.open(data) as store:
        Upload(store.contents, result.id, "big.bin").append(0, [b"0123456789" * 30_000])
    reporter = ServerReporter(server.url, server.token)
    assert reporter.deliver(result, maker.folder / result.folder) is not None
    with Store.open(data) as store, store.read() as connection:
        [artifact] = result_detail(connection, result.id).artifacts
        assert artifact.sha256 is not None
        assert store.contents.path(artifact.sha256).stat().st_size == 500_000


def test_the_option_and_the_variable_of_a_job_switch_it_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(**settings: str) -> dict[str, Any]:
        return open_reporters(Plugins(), load(settings, directory=tmp_path, environment={}))

    assert "server" not in opened()
    (tmp_path / "token").write_text("qar_of_file\n", encoding="utf-8")
    (tmp_path / "qarunner.toml").write_text(
        f'[reporters.server]\nurl = "http://a"\ntoken_file = "{tmp_path}/token"\n', encoding="utf-8"
    )
    assert opened(server_url="http://b/")["server"]._url == "http://b"
    assert opened()["server"]._token == (tmp_path / "token").read_text(encoding="utf-8").strip()
    (tmp_path / "qarunner.toml").unlink()
    monkeypatch.setenv("QARUNNER_REPORT_URL", "http://c")
    monkeypatch.setenv("QARUNNER_REPORT_TOKEN", "qar_of_job")
    assert (opened()["server"]._url, opened()["server"]._token) == ("http://c", "qar_of_job")


def test_without_an_address_it_says_what_is_missing() -> None:
    with pytest.raises(ConfigurationError, match="not said where the server is"):
        open_reporter(ServerOptions())


def test_results_of_outcomes_come_back_as_they_were(tmp_path: Path, server: ApiServer, data: Path) -> None:
    maker = RunMaker(tmp_path / "results")
    results: list[Result] = [maker.add(f"t.py::{outcome}", outcome, message="no \u2028 picture") for outcome in Outcome]
    results.append(maker.add("t.py::other", id=new_id(), tags={"a": "b"}))
    ServerReporter(server.url, server.token).deliver_many([(one, maker.folder / one.folder) for one in results])
    with Store.open(data) as store, store.read() as connection:
        assert [result_detail(connection, one.id).result for one in results] == results
