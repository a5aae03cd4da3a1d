"""Jobs through the API, with a real supervisor, a real pytest and a real node."""

from __future__ import annotations

import json
import threading
import time

import pytest
from tests.dialects.stbt.conftest import URL, World

from qarunner.dialects.stbt import jobs as routes


def start(world: World, *names: str, user: str = "anna", **more: object) -> dict[str, object]:
    body = {
        "node_id": world.node,
        "test_pack_revision": "main",
        "test_cases": [f"tests/menu.py::{name}" for name in names],
    }
    answer = world.ask("POST", "/api/v2/run_tests", user, data=json.dumps(body | more).encode())
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json or {}
    return found


def test_a_job_runs_and_everything_of_it_can_be_read(world: World) -> None:
    job = start(
        world, "test_pass", "test_fail", category="refs/snapshots/anna", tags={"jenkins/BUILD_ID": 7, "x": None}
    )
    uid = str(job["job_uid"])
    assert uid.startswith(f"/{world.node}/")
    assert job["job_url"] == f"{URL}/api/v2/jobs{uid}"
    assert (job["status"], job["end_time"]) == ("running", None)
    assert job["result_counts"] == {"pass": 0, "fail": 0, "error": 0, "total": 2}
    assert world.ask("GET", f"/api/v2/nodes/{world.node}/job").json["job_uid"] == uid  # type: ignore[index]  # None fails as well
    ended = world.ask("GET", f"/api/v2/jobs{uid}/await_completion")
    assert (ended.status_code, (ended.json or {})["status"]) == (200, "exited")
    assert (ended.json or {})["result_counts"] == {"pass": 1, "fail": 1, "error": 0, "total": 2}
    assert str((ended.json or {})["end_time"]).endswith("Z")
    rows = world.ask("GET", f"/api/v2/results?filter=job:{uid}&sort=date:asc").json or []
    assert [row["result"] for row in rows] == ["pass", "fail"]
    assert rows[0]["failure_reason"] is None
    assert rows[1]["failure_reason"].startswith("the menu is shut")
    detail = world.ask("GET", f"/api/v2/results{rows[1]['result_id']}").json or {}
    assert (detail["test_pack_branch"], detail["job_category"]) == ("refs/heads/main", "refs/snapshots/anna")
    assert (detail["username"], detail["tags"]["jenkins/BUILD_ID"]) == ("anna", "7")
    assert "test_fail" in detail["traceback"]
    log = world.ask("GET", f"/api/v2/results{rows[0]['result_id']}/stbt.log?tz=Europe/Berlin").text
    [line] = [line for line in log.splitlines() if "hello from the test" in line]
    assert line[10] == "T"
    assert line[26:32] in ("+01:00", "+02:00")
    picture = world.ask("GET", f"/api/v2/results{rows[0]['result_id']}/screenshot.png")
    assert picture.data.startswith(b"\x89PNG")
    whole = world.ask("GET", f"/api/v2/jobs{uid}/log")
    assert "1 failed, 1 passed" in whole.text
    rest = world.ask("GET", f"/api/v2/jobs{uid}/log", headers={"Range": "bytes=20-"})
    assert (rest.status_code, rest.data) == (206, whole.data[20:])


def test_a_sha_has_no_branch(world: World) -> None:
    sha = world.rig.pack.git("rev-parse", "main")
    uid = str(start(world, "test_pass", test_pack_revision=sha)["job_uid"])
    world.ask("GET", f"/api/v2/jobs{uid}/await_completion")
    [row] = world.ask("GET", f"/api/v2/results?filter=job:{uid}").json or []
    detail = world.ask("GET", f"/api/v2/results{row['result_id']}").json or {}
    assert (detail["test_pack_sha"], detail["test_pack_branch"]) == (sha, None)


def test_a_running_job_keeps_others_out_until_it_is_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    uid = str(start(world, "test_long")["job_uid"])
    again = {"node_id": world.node, "test_pack_revision": "HEAD", "test_cases": ["tests/menu.py::test_pass"]}
    assert world.ask("POST", "/api/v2/run_tests", json=again).status_code == 409
    reserve = {"node_ids": [world.node], "message": "mine"}
    assert world.ask("POST", "/api/v2/reservations", json=reserve).status_code == 409
    assert world.ask("POST", f"/api/v2/nodes/{world.node}/press", json={"key": "KEY_OK"}).status_code == 409
    node = world.ask("GET", f"/api/v2/nodes/{world.node}").json or {}
    assert (node["available"], node["job"]["job_uid"], node["job"]["status"]) == (False, uid, "running")
    assert uid in node["not_available_reason"]
    monkeypatch.setattr(routes, "PATIENCE", 0.2)
    waited = world.ask("GET", f"/api/v2/jobs{uid}/await_completion")
    assert (waited.status_code, (waited.json or {})["status"]) == (202, "running")
    monkeypatch.undo()
    released: list[float] = []
    polls = [threading.Thread(target=lambda: released.append(poll(world, uid))) for _ in range(5)]
    for thread in polls:
        thread.start()
    assert world.ask("POST", f"/api/v2/jobs{uid}/stop").status_code == 200
    stopped = time.monotonic()
    for thread in polls:
        thread.join(30)
    assert len(released) == 5
    assert max(released) - stopped < 20, "long polls end with the job, not with their 55 seconds"
    assert (world.ask("GET", f"/api/v2/jobs{uid}").json or {})["status"] == "exited"
    assert world.ask("PUT", f"/api/v2/jobs{uid}/stop").status_code == 200, "again is as good"
    assert (world.ask("GET", f"/api/v2/nodes/{world.node}").json or {})["available"] is True


def poll(world: World, uid: str) -> float:
    assert world.ask("GET", f"/api/v2/jobs{uid}/await_completion").status_code == 200
    return time.monotonic()


def test_a_long_poll_ends_when_the_server_is_about_to(world: World) -> None:
    uid = str(start(world, "test_long")["job_uid"])
    try:
        world.services.stopping.set()
        assert world.ask("GET", f"/api/v2/jobs{uid}/await_completion").status_code == 202
    finally:
        world.services.stopping.clear()
        assert world.ask("POST", f"/api/v2/nodes/{world.node}/job/stop").status_code == 200
