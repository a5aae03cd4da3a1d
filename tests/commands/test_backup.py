"""``qarunner backup`` and ``restore`` beside a server in a process of its own, on both databases."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from sqlalchemy import insert
from tests.commands.conftest import end
from tests.peers.deliverer import API, Deliverer, deliver, hash_of_artifact
from tests.peers.pack_run import until
from tests.peers.stores import database

from qarunner.store.clock import now
from qarunner.store.engine import Store
from qarunner.store.models import Job, JobState
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from tests.commands.conftest import Qarunner, Served

__all__ = ["database"]

Serve = Callable[..., "Served"]


def test_what_was_acknowledged_before_a_backup_began_is_in_it_whatever_happens_meanwhile(
    serve: Serve, qarunner: Qarunner, here: Path, database: Callable[[], tuple[str, ...]]
) -> None:
    first, second = database(), database()
    child, ready = serve(*first)
    with Deliverer(ready["url"], ready["token"]) as deliverer:
        until(lambda: len(deliverer.acknowledged) >= 20, "results are stored")
        before = dict(deliverer.acknowledged)
        said = qarunner("backup", here / "backup", "--data", here / "data", *first)
        assert said.code == 0, said.err
        until(lambda: len(deliverer.acknowledged) >= len(before) + 20, "more are stored")
    end(child, signal.SIGKILL)
    assert "all that was stored before" in said.out

    said = qarunner("restore", here / "backup", "--data", here / "restored", *second)
    assert said.code == 0, said.err
    _child, again = serve(*second, data="restored")
    assert "token" not in again, "users and tokens came along"
    found = {result: hash_of_artifact(again["url"], ready["token"], result) for result in before}
    assert found == before
    for result, sha256 in deliverer.acknowledged.items():
        assert result in before or hash_of_artifact(again["url"], ready["token"], result) in (sha256, "404")
    with requests.Session() as session:
        deliver(session, again["url"] + API, ready["token"], {})


def test_a_store_is_restored_while_its_server_works(
    serve: Serve, qarunner: Qarunner, here: Path, database: Callable[[], tuple[str, ...]]
) -> None:
    options = ("--data", here / "data", *database())
    child, ready = serve(*options[2:])
    kept: dict[str, str] = {}
    with requests.Session() as session:
        deliver(session, ready["url"] + API, ready["token"], kept)
        assert qarunner("backup", here / "backup", *options).code == 0
        lost = deliver(session, ready["url"] + API, ready["token"], {}).id
        refused = qarunner("restore", here / "backup", *options)
        assert refused.code == 2
        assert "there is a store" in refused.err
        assert "--replace" in refused.err
        assert hash_of_artifact(ready["url"], ready["token"], lost) != "404"
        said = qarunner("restore", here / "backup", "--replace", *options)
        assert said.code == 0, said.err
        assert f"Restart the server (process {child.pid})" in said.err
        assert {result: hash_of_artifact(ready["url"], ready["token"], result) for result in kept} == kept
        assert hash_of_artifact(ready["url"], ready["token"], lost) == "404"
        deliver(session, ready["url"] + API, ready["token"], kept)


def test_nothing_is_restored_under_a_running_job(serve: Serve, qarunner: Qarunner, here: Path) -> None:
    _child, _ready = serve()
    options = ("--data", here / "data")
    assert qarunner("backup", here / "backup", *options).code == 0
    columns = {"uid": "/node/0a23/1", "node": "node", "host": "elsewhere", "state": JobState.RUNNING, "created": now()}
    defaults = {"ending": "", "ending_detail": "", "revision": "", "category": "", "username": "ci"}
    counts = dict.fromkeys((f"{kind}_count" for kind in ("pass", "fail", "error", "skip", "total")), 0)
    row = {**columns, **defaults, **counts, "stop_user": "", "request": {}, "tags": {}}
    with Store.open(here / "data") as store, store.write() as connection:
        connection.execute(insert(table_of(Job)), row)
    said = qarunner("restore", here / "backup", "--replace", *options)
    assert said.code == 2
    assert "runs a job: /node/0a23/1" in said.err


def test_logs_of_jobs_come_back_and_folders_of_unknown_ones_go(qarunner: Qarunner, here: Path) -> None:
    old, new = (here / "data" / "jobs" / number for number in ("00000000", "00000007"))
    Store.open(here / "data").close()
    old.mkdir(parents=True)
    (old / "job.log").write_text("it ran\n", encoding="utf-8")
    assert qarunner("backup", here / "backup", "--data", here / "data").code == 0
    shutil.rmtree(old)
    new.mkdir()
    assert qarunner("restore", here / "backup", "--replace", "--data", here / "data").code == 0
    assert (old / "job.log").read_text(encoding="utf-8") == "it ran\n"
    assert not new.exists(), "the next job would get its number, and find its results"


def test_keys_are_in_a_backup_when_asked_for(serve: Serve, qarunner: Qarunner, here: Path) -> None:
    child, _ready = serve()
    end(child)
    key = (here / "data" / "keys" / "server.key").read_bytes()
    without = qarunner("backup", here / "without", "--data", here / "data")
    assert f"keep a copy of {here / 'data' / 'keys'}" in without.err
    assert [file for file in (here / "without").rglob("*") if file.is_file() and file.read_bytes() == key] == []
    said = qarunner("backup", here / "with", "--with-keys", "--data", here / "data", "--json")
    assert (said.json["keys"], said.json["contents"], said.json["database"]) == (True, 0, "sqlite")
    assert qarunner("restore", here / "with", "--data", here / "restored").err == ""
    restored = here / "restored" / "keys" / "server.key"
    assert restored.read_bytes() == key
    assert restored.stat().st_mode & 0o777 == 0o600
    assert (here / "restored").stat().st_mode & 0o777 == 0o700
    assert "put your copy of them into" in qarunner("restore", here / "without", "--data", here / "again").err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("backup", "to", "--data", "nowhere"), "there is no data folder"),
        (("backup", "to", "--data", "empty"), "there is no store in"),
        (("backup", "music", "--data", "data"), "is not empty, and holds no backup: song"),
        (("backup", "data", "--data", "data"), "is the data folder itself"),
        (("restore", "nowhere", "--data", "new"), "there is no whole backup in"),
        (("restore", "music", "--data", "new"), "there is no whole backup in"),
        (("restore", "backup", "--data", "music"), "is not empty, and no data folder of a server: song"),
        (("restore", "backup", "--data", "data"), "there is a store in"),
        (("restore", "backup", "--data", "new", "--database", "postgresql:///x"), "is of sqlite, the store is in post"),
        (("migrate", "--data", "nowhere"), "there is no data folder"),
        (("migrate", "--data", "data", "--backup", "x", "--no-backup"), "a backup is to be made, and none"),
        (("clean", "--data", "data"), "nothing says what is too old"),
        (("clean", "--data", "data", "--days", "-1"), "--days -1 is no limit"),
        (("keys", "list", "--data", "nowhere"), "there is no data folder"),
    ],
)
def test_what_cannot_be_done_is_explained(qarunner: Qarunner, here: Path, words: tuple[str, ...], reason: str) -> None:
    Store.open(here / "data").close()
    for name in ("empty", "music"):
        (here / name).mkdir(mode=0o700)
    (here / "music" / "song").write_bytes(b"la la")
    assert qarunner("backup", here / "backup", "--data", "data").code == 0
    said = qarunner(*words)
    assert said.code == 2
    assert reason in said.err
    assert len(said.err.splitlines()) == 2, "a problem and an advice"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_data_folder_of_another_user_is_left_alone(qarunner: Qarunner, here: Path) -> None:
    Store.open(here / "data").close()
    os.chown(here / "data", 65534, 65534)
    for words in (("backup", "to"), ("clean", "--days", "3"), ("user", "list")):
        said = qarunner(*words, "--data", here / "data")
        assert said.code == 2
        assert "sudo -u nobody qarunner" in said.err


SMALL_DISK = """
import hashlib, os, subprocess, sys
from pathlib import Path
from qarunner.commands.main import main
from qarunner.store.artifacts import keep_artifact
from qarunner.store.engine import Store
from qarunner.store.ingest import ingest
from qarunner.store.submission import Submission
from tests.peers.sample_results import sample
small, data, *options = sys.argv[1:]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", small], check=True)

def add(folder, size, *options):
    with Store.open(folder, *options) as store:
        result = sample()
        ingest(store, Submission(result=result))
        with store.contents.stage([os.urandom(size)]) as staged:
            keep_artifact(store, result.id, "a", staged)
        return result.id

def ids(folder, *options):
    with Store.open(folder, *options) as store, store.read() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT id FROM results")]

address = options[1:]
first = add(data, 100_000, *address)
print(main(["backup", f"{small}/backup", "--data", data, *options]))
second = add(data, 5_000_000, *address)
print(main(["backup", f"{small}/backup", "--data", data, *options]))
print(sorted(path.name.partition("-")[0] for path in Path(small, "backup").iterdir()))
print(main(["restore", f"{small}/backup", "--data", data, "--replace", *options]))
print(ids(data, *address) == [first])
if not options:
    add(data, 5_000_000)
    print(main(["backup", f"{data}-2", "--data", data]))
    Store.open(f"{small}/store").close()
    kept = add(f"{small}/store", 10)
    print(main(["restore", f"{data}-2", "--data", f"{small}/store", "--replace"]))
    print(ids(f"{small}/store") == [kept])
"""


@pytest.mark.skipif(not shutil.which("unshare"), reason="system package not installed: util-linux")
def test_a_full_disk_leaves_the_older_backup_and_the_store_whole(
    here: Path, database: Callable[[], tuple[str, ...]]
) -> None:
    # PostgreSQL's folder is closed to a root that is none outside.
    isolated = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount"]
    small = here / "small"
    small.mkdir()
    done = subprocess.run(
        ["unshare", *isolated, sys.executable, "-c", SMALL_DISK, str(small), str(here / "data"), *database()],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    codes = [line for line in done.stdout.splitlines() if line[0] in "0123456789[TF"]
    assert codes[:5] == ["0", "2", "['artifacts', 'backup.json', 'files', 'qarunner']", "0", "True"], done.stdout
    assert "is full\n  Make room" in done.stderr
    assert codes[5:] in ([], ["0", "2", "True"])
