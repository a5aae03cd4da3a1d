"""Events and metrics: who is told what, when."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from sqlalchemy import delete, insert, update
from tests.server.conftest import Serve

from qarunner.dialects.spec import Services
from qarunner.results import Outcome, Result, new_id
from qarunner.server.live.changes import Changes
from qarunner.server.live.feed import Feed
from qarunner.store.clock import now
from qarunner.store.engine import Store
from qarunner.store.ingest import ingest
from qarunner.store.models import HolderKind, Job, JobState, Node, Ownership
from qarunner.store.submission import Submission

EVENTS = "/qarunner/api/v1/events"


def result(outcome: Outcome | None = Outcome.PASS, name: str = "") -> Result:
    return Result(
        id=name or new_id(),
        run_id="run",
        folder="tests_menu",
        testcase="tests/menu.py::test_opens",
        node="living-room",
        started=datetime(2026, 1, 1, tzinfo=UTC),
        duration=1.5,
        finished=outcome is not None,
        outcome=outcome,
    )


def add_node(store: Store, name: str, **values: Any) -> None:
    with store.write() as connection:
        row = {"id": name, "config": {}, "online": True, "first_seen": now()}
        connection.execute(insert(Node).values(row | values))


def add_job(store: Store, uid: str, state: JobState) -> None:
    with store.write() as connection:
        row = {"uid": uid, "node": "living-room", "state": state, "user": "ada", "created": now()}
        connection.execute(insert(Job).values(row))


def test_only_what_changes_is_told(store: Store) -> None:
    add_node(store, "kitchen")
    add_job(store, "/old/1", JobState.EXITED)
    ingest(store, Submission(result=result()))
    changes = Changes(store)
    assert changes.look() == []
    add_node(store, "living-room")
    with store.write() as connection:
        connection.execute(update(Node).where(Node.id == "kitchen").values(online=False, offline_reason="no power"))
    told = changes.look()
    assert [(change.kind, change.id, change.data["online"]) for change in told] == [
        ("node", "kitchen", False),
        ("node", "living-room", True),
    ]
    with store.write() as connection:
        row = {"node": "living-room", "kind": HolderKind.DESK, "holder": "ada", "since": now()}
        connection.execute(insert(Ownership).values(row))
    [held] = changes.look()
    assert (held.data["held_for"], held.data["holder"]) == ("desk", "ada")
    with store.write() as connection:
        connection.execute(delete(Node).where(Node.id == "kitchen"))
    assert [(change.id, change.data) for change in changes.look()] == [("kitchen", {"removed": True})]
    assert changes.look() == []


def test_a_job_is_told_when_it_starts_counts_and_ends(store: Store) -> None:
    changes = Changes(store)
    add_job(store, "/node/1", JobState.RUNNING)
    states = [changes.look()[0].data["state"]]
    for values in ({"pass_count": 1}, {"state": JobState.EXITED, "ending": "finished"}):
        with store.write() as connection:
            connection.execute(update(Job).where(Job.uid == "/node/1").values(values))
        [change] = changes.look()
        states.append((change.data["state"], change.data["pass"], change.data["ending"]))
    assert states == ["running", ("running", 1, ""), ("exited", 1, "finished")]
    assert changes.look() == []


def test_a_result_is_told_when_it_begins_and_when_it_is_over(store: Store) -> None:
    changes = Changes(store)
    running = result(None)
    ingest(store, Submission(result=running))
    assert [change.data["outcome"] for change in changes.look()] == [None]
    assert changes.look() == []
    ingest(store, Submission(result=result(Outcome.FAIL, running.id)))
    [over] = changes.look()
    assert (over.id, over.data["outcome"], over.data["testcase"]) == (running.id, "fail", running.testcase)
    assert changes.look() == []


def test_nobody_asks_the_store_while_nobody_listens(services: Services) -> None:
    feed = Feed(services.store, services.stopping, every=0.01)
    assert feed._thread is None
    feed.join()
    thread = feed._thread
    assert thread is not None
    feed.leave()
    thread.join(10)
    assert not thread.is_alive()


def test_a_listener_that_was_away_too_long_is_told_so(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qarunner.server.live.feed.KEPT", 3)
    feed = Feed(services.store, services.stopping, every=0.01)
    feed.join()
    for number in range(5):
        add_node(services.store, f"node-{number}")
    wait_for(lambda: feed.last >= 5)
    assert feed.after(0, 0.1) is None
    assert [number for number, _change in feed.after(3, 0.1) or ()] == [4, 5]
    feed.leave()


def wait_for(condition: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def read_events(answer: requests.Response) -> Iterator[tuple[int, str, dict[str, Any]]]:
    fields: dict[str, str] = {}
    for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        else:
            if "event" in fields:
                yield int(fields["id"]), fields["event"], json.loads(fields["data"])
            fields = {}


def stream(url: str, token: str, query: str = "", last: str = "") -> requests.Response:
    headers = {"Authorization": f"token {token}"} | ({"Last-Event-ID": last} if last else {})
    answer = requests.get(f"{url}{EVENTS}{query}", headers=headers, stream=True, timeout=20)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    return answer


def test_events_arrive_while_they_happen_and_go_on_after_a_break(
    serve: Serve, store: Store, tokens: dict[str, str]
) -> None:
    url = serve().url
    first = stream(url, tokens["read"])
    add_node(store, "living-room")
    events = read_events(first)
    number, kind, data = next(events)
    assert (kind, data["id"], data["online"]) == ("node", "living-room", True)
    delivered = result(Outcome.FAIL)
    ingest(store, Submission(result=delivered))
    _number, kind, data = next(events)
    assert (kind, data["id"], data["outcome"]) == ("result", delivered.id, "fail")
    first.close()
    with stream(url, tokens["read"], last=str(number)) as second:
        assert next(read_events(second))[2]["id"] == delivered.id
    with stream(url, tokens["read"], last="99999") as third:
        assert next(read_events(third))[1] == "missed"


def test_who_may_only_control_nodes_is_told_of_nodes_only(serve: Serve, store: Store, tokens: dict[str, str]) -> None:
    url = serve().url
    with stream(url, tokens["manual"]) as answer:
        ingest(store, Submission(result=result()))
        add_node(store, "living-room")
        assert next(read_events(answer))[1] == "node"


def test_kinds_can_be_chosen(serve: Serve, store: Store, tokens: dict[str, str]) -> None:
    url = serve().url
    with stream(url, tokens["read"], "?kind=result") as answer:
        add_node(store, "living-room")
        ingest(store, Submission(result=result()))
        assert next(read_events(answer))[1] == "result"
    wrong = requests.get(f"{url}{EVENTS}?kind=x", headers={"Authorization": f"token {tokens['read']}"}, timeout=10)
    assert wrong.status_code == 400


def test_streams_end_when_the_server_does(serve: Serve, services: Services, tokens: dict[str, str]) -> None:
    server = serve()
    with stream(server.url, tokens["read"]) as answer:
        services.stopping.set()
        assert list(read_events(answer)) == []
    assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 503


def test_metrics_tell_of_the_farm_and_of_requests(serve: Serve, store: Store, tokens: dict[str, str]) -> None:
    url = serve().url
    add_node(store, "kitchen")
    add_node(store, "cellar", online=False)
    add_job(store, "/node/1", JobState.RUNNING)
    for outcome in (Outcome.PASS, Outcome.FAIL, Outcome.FAIL):
        ingest(store, Submission(result=result(outcome)))
    headers = {"Authorization": f"Bearer {tokens['read']}"}
    requests.get(f"{url}/qarunner/nothing", headers=headers, timeout=10)
    text = requests.get(f"{url}/metrics", headers=headers, timeout=10).text
    for line in (
        'qarunner_nodes{state="free"} 1.0',
        'qarunner_nodes{state="offline"} 1.0',
        'qarunner_jobs{state="running"} 1.0',
        'qarunner_results_total{node="living-room",outcome="fail"} 2.0',
        'qarunner_requests_total{dialect="nothing",method="-",status="4xx"} 1.0',
    ):
        assert line in text.splitlines()
    assert requests.get(f"{url}/metrics", timeout=10).status_code == 401


def test_health_says_so_to_anybody(serve: Serve) -> None:
    url = serve().url
    assert requests.get(f"{url}/healthz", timeout=10).json() == {"status": "ok"}
    assert requests.get(f"{url}/readyz", timeout=10).json() == {"status": "ok"}


def test_the_database_being_gone_is_not_ready(services: Services) -> None:
    from qarunner.server.app import create_app
    from qarunner.server.builtin import qa_dialects

    class GoneStore:
        def read(self) -> Any:
            from qarunner.store.errors import StoreError

            raise StoreError("it does not answer")

    gone: Any = GoneStore()
    client = create_app(replace(services, store=gone), qa_dialects()).test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"error": "the database does not answer"})
