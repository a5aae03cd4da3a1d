"""Jobs from the request to the results in the store, with a real supervisor, a real pytest and a real exporter."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.peers.farm_rig import FarmRig
from tests.peers.pack_run import until
from tests.peers.stores import EmptyStores

from qarunner.errors import UnknownNodeError
from qarunner.jobs.errors import BadRequestError, NodeInUseError, UnknownJobError
from qarunner.jobs.processes import descendants
from qarunner.pack.revisions import UnknownRevisionError
from qarunner.store.artifacts import artifacts_of
from qarunner.store.engine import Store
from qarunner.store.models import StoredResult


@pytest.fixture
def rig(empty_stores: EmptyStores, tmp_path: Path) -> Iterator[FarmRig]:
    with Store.open(*empty_stores.new("sqlite", tmp_path / "data")) as opened:
        made = FarmRig(tmp_path, opened)
        yield made
        made.close()


@pytest.fixture
def rig_of_each_database(store: Store, tmp_path: Path) -> Iterator[FarmRig]:
    made = FarmRig(tmp_path, store)
    yield made
    made.close()


def outcomes(rig: FarmRig, job: str) -> dict[str, str]:
    query = select(StoredResult.testcase, StoredResult.outcome).where(StoredResult.job == job)
    with rig.store.read() as connection:
        return {testcase.partition("::")[2]: str(outcome) for testcase, outcome in connection.execute(query)}


def test_a_job_has_the_strategy_of_its_own_revision(rig: FarmRig):
    rig.pack.git("checkout", "--quiet", "-b", "with-a-strategy")
    rig.pack.write(f"config/test-farm/{rig.node}.conf", "[node]\nstrategy = ways:box\n")
    rig.pack.write(
        "ways.py",
        """
        from qarunner import Strategy
        box = Strategy()
        box.state("here")(lambda node: True)
        """,
    )
    rig.pack.write("tests/a.py", "def test_a(node): node.go_to('here')\n")
    rig.pack.commit()
    rig.pack.git("checkout", "--quiet", "main")
    ended = rig.finished(rig.run("tests/a.py::test_a", revision="with-a-strategy"))
    assert ended.pass_count == 1, rig.log(ended)
    assert rig.farm.config(rig.node).strategy == ""


def sleeping(supervisor: int) -> list[int]:
    return [pid for pid in descendants(supervisor) if b"time.sleep" in command(pid)]


def command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_job_runs_its_testcases_and_its_results_are_in_the_store(rig_of_each_database: FarmRig):
    rig = rig_of_each_database
    (rig.pack.folder / "pytest.ini").unlink()
    (rig.folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = nonsense that no job reads\n")
    rig.pack.write(
        "tests/menu.py",
        """
        import stbt_core as stbt

        def test_pass():
            stbt.press("KEY_OK")
            for _number, _frame in zip(range(15), stbt.frames()):
                pass
            open("mine.txt", "w").write("hello")

        def test_fail():
            print("on the way")
            assert stbt.get_config("result.tags", "build") == "2"
        """,
    )
    sha = rig.pack.commit()
    job = rig.run("tests/menu.py::test_pass", "tests/menu.py::test_fail", tags={"build": "1"}, category="nightly/x")
    assert job.running
    assert job.total_count == 2
    with pytest.raises(NodeInUseError, match=job.uid):
        rig.run("tests/menu.py::test_pass", user="ben")
    ended = rig.finished(job)
    assert (ended.ending, ended.exit_code) == ("finished", 1), rig.log(job)
    assert outcomes(rig, job.uid) == {"test_pass": "pass", "test_fail": "fail"}, rig.log(job)
    assert (ended.pass_count, ended.fail_count, ended.error_count) == (1, 1, 0)
    assert rig.farm.ownership.holder(rig.node) is None
    with rig.store.read() as connection:
        row = connection.execute(
            select(StoredResult.number, StoredResult.category, StoredResult.revision, StoredResult.user).where(
                StoredResult.testcase == "tests/menu.py::test_pass"
            )
        ).one()
        names = {entry.path: entry.sha256 for entry in artifacts_of(connection, row.number)}
    assert tuple(row[1:]) == ("nightly/x", sha, "anna")
    assert {"mine.txt", "video.mp4", "screenshot.png", "timeline.json"} <= names.keys()
    assert all(names.values())
    assert "1 failed, 1 passed" in rig.log(job)
    assert rig.status() == 200, "the job did not end the exporter, which is the server's"


REFUSED: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"node": "nothing"}, UnknownNodeError),
    ({"revision": "nothing"}, UnknownRevisionError),
    ({"category": ""}, BadRequestError),
    ({"category": "-x"}, BadRequestError),
    ({"category": "a:b"}, BadRequestError),
    ({"category": "a\nb"}, BadRequestError),
    ({"tags": {"a=b": "c"}}, BadRequestError),
    ({"tags": {"/a": "c"}}, BadRequestError),
    ({"tags": {"a": "b\nc"}}, BadRequestError),
    ({"remote_control": "sky"}, BadRequestError),
    ({"time_limit": -1}, BadRequestError),
]


def test_a_request_that_cannot_be_met_is_refused(rig: FarmRig):
    rig.pack.write("config/remote-control/roku.lircd.conf", "")
    rig.pack.write("tests/a.py", "def test_a(): pass\n")
    rig.pack.commit()
    for change, error in REFUSED:
        with pytest.raises(error):
            rig.run("tests/a.py::test_a", **change)
    with pytest.raises(BadRequestError, match=r"tests/a\.py::test_a"):
        rig.run("tests/a.py::test_b")
    with pytest.raises(UnknownJobError):
        rig.jobs.job("/x/0000/1")
    assert rig.farm.ownership.holder(rig.node) is None
    assert rig.jobs.latest(rig.node) is None


def test_stop_returns_when_every_process_of_the_job_is_gone(rig: FarmRig):
    rig.pack.write(
        "tests/long.py",
        """
        import os, signal, subprocess, sys, time

        HIDDEN = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"

        def test_long():
            for _number in range(3):
                subprocess.Popen([sys.executable, "-c", HIDDEN], start_new_session=True, env={})
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    time.sleep(600)
                os._exit(0)
            print("all started", flush=True)
            time.sleep(600)

        def test_never():
            pass
        """,
    )
    rig.pack.commit()
    job = rig.run("tests/long.py::test_long", "tests/long.py::test_never")
    until(lambda: (rig.jobs.job(job.uid).process or {}).get("pid"), "the supervisor is there")
    supervisor = (rig.jobs.job(job.uid).process or {})["pid"]
    until(lambda: len(sleeping(supervisor)) >= 3, "the test's processes are there")
    below = descendants(supervisor)
    stopped = rig.jobs.stop(job.uid, "anna")
    assert not stopped.running
    assert (stopped.ending, stopped.stop_user) == ("stopped", "anna")
    assert [pid for pid in below if is_there(pid)] == []
    assert outcomes(rig, job.uid).keys() == {"test_long"}
    assert rig.jobs.stop(job.uid, "anna").ending == "stopped"
    rig.pack.write("tests/short.py", "def test_short(): pass\n")
    rig.pack.commit()
    assert rig.finished(rig.run("tests/short.py::test_short")).pass_count == 1


def test_after_a_hard_end_of_pytest_the_remaining_testcases_run(rig: FarmRig):
    rig.pack.write(
        "tests/hard.py",
        """
        import os

        def test_first(): pass
        def test_dies(): os.abort()
        def test_last(): pass
        """,
    )
    rig.pack.write("tests/broken.py", "import not_there\ndef test_broken(): pass\n")
    rig.pack.commit()
    wanted = [f"tests/hard.py::test_{name}" for name in ("first", "dies", "last")]
    ended = rig.finished(rig.run(*wanted, "tests/broken.py::test_broken"))
    expected = {"test_first": "pass", "test_dies": "error", "test_last": "pass", "test_broken": "error"}
    assert outcomes(rig, ended.uid) == expected, rig.log(ended)
    assert (ended.ending, ended.pass_count, ended.error_count) == ("finished", 2, 2)


def test_a_job_that_takes_too_long_is_ended(rig: FarmRig):
    rig.pack.write("tests/long.py", "import time\ndef test_long(): time.sleep(600)\n")
    rig.pack.commit()
    ended = rig.finished(rig.run("tests/long.py::test_long", time_limit=4))
    assert ended.ending == "time limit"
    assert outcomes(rig, ended.uid) == {"test_long": "error"}


def test_run_for_ever_goes_on_until_it_is_stopped(rig: FarmRig):
    rig.pack.write("tests/a.py", "def test_a(): pass\ndef test_b(): pass\n")
    rig.pack.commit()
    job = rig.run("tests/a.py::test_a", "tests/a.py::test_b", forever=True, shuffle=True)
    until(lambda: rig.jobs.job(job.uid).pass_count >= 5, "five passes")
    assert rig.jobs.job(job.uid).running
    stopped = rig.jobs.stop(job.uid, "anna")
    assert stopped.ending == "stopped"
    assert stopped.pass_count >= 5


def test_all_who_wait_are_released_at_once_when_the_job_ends(rig: FarmRig):
    rig.pack.write("tests/a.py", "def test_a(): pass\n")
    rig.pack.commit()
    job = rig.run("tests/a.py::test_a")
    released: list[float] = []

    def wait() -> None:
        assert not rig.jobs.await_completion(job.uid, 60).running
        released.append(time.monotonic())

    waiters = [threading.Thread(target=wait) for _number in range(50)]
    for waiter in waiters:
        waiter.start()
    assert rig.jobs.await_completion(job.uid, 0.05).running
    for waiter in waiters:
        waiter.join(60)
    assert len(released) == 50


def test_secrets_are_read_in_jobs_and_hidden_in_all_they_write(rig: FarmRig):
    value = 'p4ss "w\u00f6rd"'
    encrypted = rig.packs.secrets.encrypt(value)
    rig.pack.write(".stbt.conf", f"[encrypted_secrets]\nwifi = {encrypted}\n")
    rig.pack.write(
        "tests/secret.py",
        """
        import logging, sys
        import stbt_core as stbt

        def test_secret():
            secret = stbt.get_config("secrets", "wifi")
            print("the secret is", secret)
            sys.stderr.write(secret + "\\n")
            logging.getLogger("mine").warning("logged %s", secret)
            assert len(secret) != 11, "it is " + secret
        """,
    )
    rig.pack.commit()
    ended = rig.finished(rig.run("tests/secret.py::test_secret"))
    assert outcomes(rig, ended.uid) == {"test_secret": "fail"}, rig.log(ended)
    spellings = [text.encode() for text in (value, value.replace('"', '\\"'), "p4ss")]
    left = [
        path
        for path in rig.store.data.rglob("*")
        if path.is_file() and any(text in path.read_bytes() for text in spellings)
    ]
    assert left == []
    assert "the secret is ***" in rig.log(ended) or "it is ***" in rig.log(ended)


def test_testcases_see_nothing_of_the_servers_environment(rig: FarmRig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "hush")
    rig.pack.write(
        "tests/env.py",
        """
        import json, os

        def test_environment():
            assert "DATABASE_PASSWORD" not in os.environ
            assert os.environ["QARUNNER_JOB_UID"].startswith("/test-")

        def test_node(node):
            with open(os.environ["QARUNNER_JOB_NODE"]) as file:
                known = json.load(file)
            assert known["capture"] == {"uri": "pattern:", "options": {}, "fetched": []}
            assert node.status().capture.signal == "frames"
        """,
    )
    rig.pack.commit()
    ended = rig.finished(rig.run("tests/env.py::test_environment", "tests/env.py::test_node"))
    assert ended.pass_count == 2, rig.log(ended)
