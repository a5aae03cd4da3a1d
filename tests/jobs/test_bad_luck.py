"""Servers and supervisors that are killed in the middle of a job, and links that a testcase leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.jobs.test_jobs import outcomes
from tests.peers.farm_rig import FarmRig
from tests.peers.pack_run import kill, until
from tests.peers.stores import EmptyStores

from qarunner.jobs.delivery import open_inside
from qarunner.jobs.processes import MARK
from qarunner.store.engine import Store

ROOT = Path(__file__).parents[2]
TESTCASES = """
    import os, subprocess, sys, time

    def test_first():
        pass

    def test_second():
        open("written.txt", "w").write("half")
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        time.sleep(600)
"""
WANTED = ("tests/long.py::test_first", "tests/long.py::test_second")


@pytest.fixture
def rig(empty_stores: EmptyStores, tmp_path: Path) -> Iterator[FarmRig]:
    with Store.open(*empty_stores.new("sqlite", tmp_path / "data")) as opened:
        made = FarmRig(tmp_path, opened)
        made.pack.write("tests/long.py", TESTCASES)
        made.pack.commit()
        yield made
        made.close()


def start_server(rig: FarmRig) -> tuple[subprocess.Popen[str], str]:
    """Let another process be the server; return it and the uid of its job, whose second testcase runs."""
    rig.close()
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.peers.farm_server",
            rig.folder,
            rig.store.data,
            rig.pack.folder,
            rig.node,
            *WANTED,
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    uid = json.loads(server.stdout.readline())["uid"]
    until(lambda: any(rig.store.data.glob("jobs/*/work/results/*/*/written.txt")), "the second testcase runs")
    return server, uid


def marked(uid: str) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={uid}".encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def check_ended(rig: FarmRig, uid: str) -> None:
    job = rig.jobs.job(uid)
    assert job.ending == "server stopped"
    assert outcomes(rig, uid) == {"test_first": "pass", "test_second": "error"}
    assert (job.pass_count, job.error_count) == (1, 1)
    assert rig.farm.ownership.holder(rig.node) is None
    assert marked(uid) == []


def test_a_job_whose_server_is_killed_ends_by_itself(rig: FarmRig):
    server, uid = start_server(rig)
    assert marked(uid)
    kill(server)
    until(lambda: not rig.jobs.job(uid).running, "the supervisor has ended the job")
    check_ended(rig, uid)


def test_a_job_whose_server_and_supervisor_are_killed_ends_at_the_next_start(rig: FarmRig):
    server, uid = start_server(rig)
    supervisor = (rig.jobs.job(uid).process or {})["pid"]
    os.kill(supervisor, signal.SIGKILL)
    kill(server)
    assert rig.jobs.job(uid).running
    rig.open()
    assert rig.jobs.recover() == [uid]
    assert not rig.jobs.await_completion(uid, 60).running
    check_ended(rig, uid)
    rig.pack.write("tests/a.py", "def test_a(): pass\n")
    rig.pack.commit()
    # What the farm last heard of the killed pytest's lease may be older than its end.
    until(lambda: rig.farm.node(rig.node).available, "the node is free")
    assert rig.finished(rig.run("tests/a.py::test_a")).pass_count == 1


def test_a_job_whose_supervisor_is_killed_is_an_error(rig: FarmRig):
    job = rig.run(*WANTED)
    until(lambda: any(rig.store.data.glob("jobs/*/work/results/*/*/written.txt")), "the second testcase runs")
    os.kill((rig.jobs.job(job.uid).process or {})["pid"], signal.SIGKILL)
    ended = rig.finished(job)
    assert ended.ending == "error"
    assert "supervisor" in ended.ending_detail
    assert outcomes(rig, job.uid) == {"test_first": "pass", "test_second": "error"}
    assert marked(job.uid) == []


def test_a_server_that_goes_down_in_order_ends_its_jobs(rig: FarmRig):
    job = rig.run(*WANTED)
    until(lambda: any(rig.store.data.glob("jobs/*/work/results/*/*/written.txt")), "the second testcase runs")
    rig.jobs.close()
    check_ended(rig, job.uid)


def test_links_that_a_testcase_leaves_are_not_followed(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("hush")
    folder = tmp_path / "result"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "fine.txt").write_text("fine")
    (folder / "file").symlink_to(secret)
    (folder / "folder").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    with open_inside(folder, "inner/fine.txt") as file:
        assert file.read() == b"fine"
    for path in ("file", "folder/secret", "../secret", "inner/../../secret", "pipe", "inner", "", "/etc/passwd"):
        with pytest.raises((OSError, ValueError)), open_inside(folder, path):
            pass
