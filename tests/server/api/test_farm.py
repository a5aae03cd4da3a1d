"""Nodes and jobs through our own API: what is told of them, who may start and stop, and what is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert
from tests.peers.farm_people import HOLDING, OFFLINE, World, farm_of_people
from tests.peers.pack_run import until
from tests.peers.stores import EmptyStores

from qarunner.store.clock import now
from qarunner.store.engine import Store
from qarunner.store.models import Job, JobState

API = "/qarunner/api/v1"
LONG, PASS, FAIL = (f"tests/menu.py::test_{word}" for word in ("long", "pass", "fail"))


@pytest.fixture(scope="module")
def world(empty_stores: EmptyStores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("farm")
    with Store.open(*empty_stores.new("sqlite", folder / "data")) as store, farm_of_people(folder, store) as made:
        yield made


@pytest.fixture
def long_job(world: World) -> Iterator[dict[str, Any]]:
    """A job that runs until it is stopped."""
    started = world.ask("POST", f"{API}/jobs", status=201, json={"node": world.node, "testcases": [LONG]})
    yield started
    world.rig.jobs.stop(started["uid"], "anna", 60.0)


def test_a_node_says_who_it_is_and_that_it_is_free(world: World) -> None:
    nodes = world.ask("GET", f"{API}/nodes", "mia")["nodes"]
    assert [node["id"] for node in nodes] == sorted([world.node, HOLDING, OFFLINE])
    node = world.ask("GET", f"{API}/nodes/{world.node}", "mia")
    assert (node["friendly_name"], node["device_type"]) == ("Rack 3 <b>", "roku")
    assert (node["online"], node["available"], node["not_available_reason"], node["holder"]) == (True, True, None, None)
    offline = world.ask("GET", f"{API}/nodes/{OFFLINE}")
    assert (offline["online"], offline["available"]) == (False, False)
    assert "no capture driver" in offline["offline_reason"]
    assert "there is no node 'x'" in world.ask("GET", f"{API}/nodes/x", status=404)["error"]


def test_a_reserved_node_says_by_whom_and_until_when(world: World) -> None:
    [made] = world.rig.farm.reserve([world.node], "ben", "EPG work", 3600)
    try:
        for node in (
            world.ask("GET", f"{API}/nodes/{world.node}"),
            next(node for node in world.ask("GET", f"{API}/nodes")["nodes"] if node["id"] == world.node),
        ):
            holder = node["holder"]
            assert (holder["kind"], holder["user"], holder["reason"]) == ("reservation", "ben", "EPG work")
            assert (holder["reservation"], holder["job"]) == (made.id, None)
            assert holder["until"] > holder["since"]
            assert (node["available"], node["last_used_by"]) == (False, "ben")
            assert node["not_available_reason"] == f"Node {world.node} reserved by @ben"
        refused = world.ask("POST", f"{API}/jobs", status=409, json={"node": world.node, "testcases": [PASS]})
        assert "reserved by @ben" in refused["error"]
    finally:
        world.rig.farm.end(made.id, "ben")


def test_the_testcases_of_a_revision_are_listed(world: World) -> None:
    found = world.ask("GET", f"{API}/testcases?revision=main", "rita")
    assert found["testcases"] == [FAIL, LONG, PASS]
    assert found["revision"] == world.rig.pack.git("rev-parse", "main")
    assert found == world.ask("GET", f"{API}/testcases")
    assert "nowhere" in world.ask("GET", f"{API}/testcases?revision=nowhere", status=404)["error"]


def test_a_job_runs_from_its_start_to_its_end(world: World) -> None:
    asked = {"node": world.node, "testcases": [PASS, FAIL], "category": "smoke", "tags": {"build": "7"}}
    started = world.ask("POST", f"{API}/jobs", status=201, json=asked | {"revision": "main"})
    assert (started["state"], started["running"], started["ended"]) == ("running", True, None)
    assert (started["category"], started["tags"], started["user"]) == ("smoke", {"build": "7"}, "anna")
    assert (started["branch"], started["total_count"]) == ("refs/heads/main", 2)
    job = world.ask("GET", f"{API}/jobs{started['uid']}?wait=55", "rita")
    for _again in range(3):
        job = world.ask("GET", f"{API}/jobs{started['uid']}?wait=55", "rita") if job["running"] else job
    assert (job["state"], job["running"], job["ending"], job["exit_code"]) == ("exited", False, "finished", 1)
    assert job["ended"] > job["created"]
    assert world.ask("GET", f"{API}/nodes/{world.node}")["job"] == started["uid"]
    log = world.ask("GET", f"{API}/jobs{started['uid']}/log", "rita")
    assert "1 failed, 1 passed" in log
    half = len(log.encode()) // 2
    assert world.ask("GET", f"{API}/jobs{started['uid']}/log?offset={half}") == log.encode()[half:].decode()
    assert world.ask("GET", f"{API}/jobs{started['uid']}/log?offset={2**53}") == ""


def test_a_job_is_stopped_and_nothing_of_it_is_left(world: World, long_job: dict[str, Any]) -> None:
    uid = long_job["uid"]
    assert world.ask("GET", f"{API}/nodes/{world.node}")["holder"]["job"] == uid
    refused = world.ask("POST", f"{API}/jobs", status=409, json={"node": world.node, "testcases": [PASS]})
    assert uid in refused["error"]
    began = time.monotonic()
    assert world.ask("GET", f"{API}/jobs{uid}?wait=0.2")["running"]
    assert time.monotonic() - began < 30
    until(lambda: "collected" in world.rig.log(world.rig.jobs.job(uid)), "pytest runs", 120)
    stopped = world.ask("POST", f"{API}/jobs{uid}/stop", "ben")
    assert (stopped["running"], stopped["ending"]) == (False, "stopped")
    assert world.ask("POST", f"{API}/jobs{uid}/stop", "ben") == stopped, "again changes nothing"
    assert world.ask("GET", f"{API}/nodes/{world.node}")["holder"] is None


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"node": "nowhere"}, 404, "there is no node 'nowhere'"),
        ({"node": OFFLINE}, 503, "is offline"),
        ({"testcases": ["tests/menu.py::test_pas"]}, 400, "test_pass"),
        ({"testcases": []}, 400, "testcase"),
        ({"revision": "nowhere"}, 404, "nowhere"),
        ({"category": "a:b"}, 400, "category"),
        ({"time_limit": -1}, 400, "time_limit"),
        ({"tags": {"a": 1}}, 400, "str"),
    ],
)
def test_a_job_that_cannot_be_is_refused_with_the_reason(
    world: World, change: dict[str, Any], status: int, said: str
) -> None:
    asked = {"node": world.node, "testcases": [PASS]} | change
    assert said in world.ask("POST", f"{API}/jobs", status=status, json=asked)["error"]
    assert world.rig.farm.ownership.holder(world.node) is None


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/nodes", {"anna", "rita", "mia"}),
        ("GET", "/nodes/{node}", {"anna", "rita", "mia"}),
        ("GET", "/nodes/{node}/thumbnail.jpg", {"anna", "rita", "mia"}),
        ("GET", "/testcases", {"anna", "rita"}),
        ("GET", "/jobs", {"anna", "rita"}),
        ("POST", "/jobs", {"anna"}),
        ("GET", "/jobs/x/y/1", {"anna", "rita"}),
        ("GET", "/jobs/x/y/1/log", {"anna", "rita"}),
        ("POST", "/jobs/x/y/1/stop", {"anna"}),
    ],
)
def test_each_role_does_what_it_may(world: World, method: str, path: str, allowed: set[str]) -> None:
    let_in = {200: "GET", 404: "", 400: "POST"}
    for name in ("anna", "rita", "mia"):
        status = 403 if name not in allowed else 404 if "/x/y" in path else 400 if method == "POST" else 200
        assert status == 403 or status in let_in
        answer = world.ask(method, API + path.format(node=world.node), name, status, data=b"{}")
        if status == 403:
            assert "may not do this" in answer["error"]


def test_jobs_are_listed_newest_first_by_node_state_and_page(world: World) -> None:
    states = [JobState.EXITED] * 4 + [JobState.RUNNING]
    rows = [
        {"uid": f"/listed/0000/{number}", "node": "listed", "state": state, "user": "ben", "created": now()}
        for number, state in enumerate(states)
    ]
    with world.rig.store.write() as connection:
        connection.execute(insert(Job), rows)
    seen: list[str] = []
    query = f"{API}/jobs?node=listed&limit=2"
    page = world.ask("GET", query)
    while True:
        seen += [job["uid"] for job in page["jobs"]]
        if page["next"] is None:
            break
        page = world.ask("GET", f"{query}&after={page['next']}")
    assert seen == [f"/listed/0000/{number}" for number in (4, 3, 2, 1, 0)]
    running = world.ask("GET", f"{API}/jobs?node=listed&running=true")["jobs"]
    assert [job["uid"] for job in running] == ["/listed/0000/4"]
    assert len(world.ask("GET", f"{API}/jobs?node=listed&running=false")["jobs"]) == 4
    assert world.ask("GET", f"{API}/jobs?limit=0", status=400)["place"] == "query limit"


def test_jobs_that_run_are_found_by_an_index(world: World) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        world.ask("GET", f"{API}/jobs?running=true")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    statement, values = next(one for one in asked if "FROM jobs" in one[0] and "LIMIT" in one[0])
    with world.rig.store.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(values)).all()
    assert any("ix_jobs_state_number" in row[3] for row in plan), plan
