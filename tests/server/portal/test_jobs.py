"""Jobs as people follow and stop them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from sqlalchemy import insert
from tests.peers.farm_people import World
from tests.peers.pack_run import until

from qarunner.jobs.records import JobInfo
from qarunner.server.portal import jobs
from qarunner.store.clock import now
from qarunner.store.models import Job, JobState


@contextlib.contextmanager
def running(world: World, *testcases: str, **request: str) -> Iterator[JobInfo]:
    """Start a job and stop it in the end."""
    job = world.rig.run(*testcases, **request)
    try:
        yield job
    finally:
        world.rig.jobs.stop(job.uid, "anna", 60.0)


def test_a_job_is_followed_from_its_page_and_stopped_there(world: World) -> None:
    visitor = world.visitor("anna")
    with running(world, "tests/menu.py::test_pass", "tests/menu.py::test_long", category="soak") as job:
        address = f"/app/jobs{job.uid}"
        until(lambda: "collected 2 items" in world.rig.log(job), world.rig.log(job), 120)
        page = visitor.get(address)
        assert f"Job {job.uid} running" in page.text
        assert "Category soak" in page.text
        assert "test session starts" in page.text
        assert 'data-offset="' in page.html
        assert "Stop" in page.text
        assert "Stop" not in world.visitor("rita").get(address).text, "who only reads"
        assert address in visitor.get("/app/").links()
        seen = visitor.get(f"/app/nodes/{world.node}")
        assert "Runs a job by you since" in seen.text
        assert address in seen.links()
        world.visitor("rita").post(f"{address}/stop", 403)
        assert world.rig.jobs.job(job.uid).running
        assert visitor.post(f"{address}/stop", csrf=page.csrf).location == address
        world.rig.finished(job)
    page = visitor.get(address)
    assert f"Job {job.uid} stopped" in page.text
    assert "Exit code" in page.text
    assert "<button" not in page.html.partition("<main")[2]


def test_what_forbids_to_stop_a_job_is_said_on_its_page(world: World) -> None:
    with running(world, "tests/menu.py::test_long") as job:
        world.rig.farm.ownership.end_desk(world.node, "anna")
        _reserve_under_the_job(world, job, "ben")
        page = world.visitor("anna").post(f"/app/jobs{job.uid}/stop", 409)
        assert f'<p class="problem" role="alert">Node {world.node} reserved by @ben' in page.html
        assert f"Job {job.uid} running" in page.text
        _reserve_under_the_job(world, job, "")


def _reserve_under_the_job(world: World, job: JobInfo, user: str) -> None:
    """Make somebody the holder of the node that the job runs on; its own user when the name is empty."""
    kind, holder = ("reservation", user) if user else ("job", job.user)
    with world.rig.store.write() as connection:
        text = "UPDATE ownership SET kind = ?, holder = ? WHERE node = ?"
        connection.exec_driver_sql(text, (kind, holder, job.node))


def test_results_of_a_job_are_on_its_page_and_on_further_ones(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "RESULTS", 2)
    _old_jobs(world, "page-node", 1)
    uid = "/page-node/0001/1"
    for number in range(3):
        world.keep(number=number, job=uid, testcase=f"tests/many.py::test_{number}")
    page = world.visitor().get(f"/app/jobs{uid}")
    assert page.text.index("test_2") < page.text.index("test_1"), "the newest first"
    assert "test_0" not in page.text
    following = next(link for link in page.links() if "after=" in link)
    assert "tests/many.py::test_0" in world.visitor().get(following).text
    assert "Nothing is written yet" not in page.text
    assert "/app/results?filter=job:/page-node/0001/1" in page.links()


def test_jobs_are_listed_by_node_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "ROWS", 2)
    _old_jobs(world, "list node", 5)
    _old_jobs(world, "other-node", 2)
    visitor, seen = world.visitor("rita"), []
    page = visitor.get("/app/jobs", node="list node")
    while True:
        found = [link for link in page.links() if link.startswith("/app/jobs/list%20node/")]
        seen += [int(link.rpartition("/")[2]) for link in found]
        following = [link for link in page.links() if link.startswith("/app/jobs?") and "after=" in link]
        if not following:
            break
        page = visitor.get(following[0])
    assert seen == [5, 4, 3, 2, 1]
    assert "other-node" not in page.text


def _old_jobs(world: World, node: str, count: int) -> None:
    rows = [
        {"uid": f"/{node}/0001/{number}", "state": JobState.EXITED, "ending": "finished", "total_count": 1}
        for number in range(1, count + 1)
    ]
    with world.rig.store.write() as connection:
        connection.execute(insert(Job), [row | {"node": node, "user": "ben", "created": now()} for row in rows])


def test_a_job_that_runs_long_stays_on_the_first_page(world: World) -> None:
    with world.rig.store.write() as connection:
        row = {"uid": "/soak-node/0001/1", "node": "soak-node", "state": JobState.RUNNING}
        connection.execute(insert(Job).values(row | {"user": "ben", "created": now()}))
    _old_jobs(world, "busy-node", 30)
    assert "/app/jobs/soak-node/0001/1" in world.visitor().get("/app/").links()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/app/jobs/a/b/1", 404), ("/app/jobs?after=x", 400), ("/app/jobs?after=-1", 400)],
)
def test_what_is_no_job_is_answered_in_words(world: World, path: str, status: int) -> None:
    page = world.visitor().get(path, status)
    assert "To the first page" in page.text
    assert "Traceback" not in page.html
