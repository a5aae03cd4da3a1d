"""The store's doors: what is kept, who waits, and what is refused."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from qarunner.errors import ConfigurationError, QarunnerError
from qarunner.store.clock import now
from qarunner.store.connect import READERS
from qarunner.store.engine import Store
from qarunner.store.errors import StoreBusyError, StoreError
from qarunner.store.models import Host, Job, JobState


def add_host(store: Store, name: str) -> None:
    with store.write() as connection:
        connection.execute(insert(Host).values(name=name, first_seen=now(), last_seen=now()))


def names(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.execute(select(Host.name).order_by(Host.name)).scalars())


def test_what_was_written_is_there_after_opening_again(store_address: tuple[Path, str]) -> None:
    with Store.open(*store_address) as store:
        add_host(store, "rack-1")
    with Store.open(*store_address) as store:
        assert names(store) == ["rack-1"]


def test_nothing_is_kept_of_a_write_that_raises(store: Store) -> None:
    def write_and_fail() -> None:
        with store.write() as connection:
            connection.execute(insert(Host).values(name="rack-1", first_seen=now(), last_seen=now()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert names(store) == []


def test_a_reader_can_change_nothing(store: Store) -> None:
    with pytest.raises((StoreError, DBAPIError)), store.read() as connection:
        connection.execute(update(Host).values(description="changed"))


def test_a_reader_sees_one_state_while_others_write(store: Store) -> None:
    add_host(store, "rack-1")
    with store.read() as connection:
        before = connection.execute(select(Host.name)).all()
        add_host(store, "rack-2")
        assert connection.execute(select(Host.name)).all() == before
    assert names(store) == ["rack-1", "rack-2"]


def test_threads_that_read_and_then_write_lose_nothing(store: Store) -> None:
    add_host(store, "counter")
    problems: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(20):
                with store.write() as connection:
                    seen = connection.execute(select(Host.description).with_for_update()).scalar_one()
                    connection.execute(update(Host).values(description=str(int(seen or 0) + 1)))
        except BaseException as error:  # noqa: BLE001 - shown by the test
            problems.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    with store.read() as connection:
        assert connection.execute(select(Host.description)).scalar_one() == "80"


def test_a_write_within_a_write_is_named_instead_of_waiting_for_ever(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store, store.write(), pytest.raises(StoreError, match="inside another write"):
        add_host(store, "rack-1")


def test_times_come_back_as_utc_to_the_microsecond(store: Store) -> None:
    moment = now()
    with store.write() as connection:
        connection.execute(insert(Host).values(name="a", first_seen=moment, last_seen=moment))
    with store.read() as connection:
        assert connection.execute(select(Host.first_seen)).scalar_one() == moment
        assert connection.execute(select(Host.first_seen)).scalar_one().utcoffset() == moment.utcoffset()


def test_a_time_without_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="without a time zone"), store.write() as connection:
        connection.execute(insert(Host).values(name="a", first_seen=now().replace(tzinfo=None), last_seen=now()))


def test_the_database_allows_one_running_job_per_node(store: Store) -> None:
    def start(uid: str, state: JobState) -> None:
        with store.write() as connection:
            connection.execute(insert(Job).values(uid=uid, node="living-room", state=state, created=now()))

    start("/living-room/0000/1", JobState.EXITED)
    start("/living-room/0000/2", JobState.RUNNING)
    start("/living-room/0000/3", JobState.QUEUED)
    with pytest.raises(IntegrityError):
        start("/living-room/0000/4", JobState.RUNNING)


@pytest.mark.parametrize("url", ["mysql://somewhere/db", "no address at all", "oracle://x"])
def test_another_database_is_refused_with_advice(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Store.open(tmp_path, url)
    assert "postgresql://" in caught.value.advice


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "qarunner.db").write_text("A letter to grandmother, which is no database. " * 100, encoding="utf-8")
    with pytest.raises(QarunnerError, match=r"qarunner\.db"):
        Store.open(tmp_path)


def test_a_postgresql_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not answer") as caught:
        Store.open(tmp_path, f"postgresql://me:secret-word@/nothing?host={tmp_path}")
    assert "secret-word" not in str(caught.value)


DISK_FULL = """
import subprocess, sys
from qarunner.store.engine import Store
from qarunner.store.errors import StorageFullError
from qarunner.store.ingest import ingest_batch
from qarunner.store.submission import Submission
from tests.peers.sample_results import sample
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", sys.argv[1]], check=True)
store = Store.open(sys.argv[1])
stored = 0
try:
    while True:
        ingest_batch(store, [Submission(result=sample(reason="x" * 2000)) for _ in range(50)])
        stored += 50
except StorageFullError as error:
    print(error)
from sqlalchemy import text
with store.read() as connection:
    print(connection.execute(text("SELECT count(*) FROM results")).scalar() == stored > 0)
"""


@pytest.mark.skipif(not shutil.which("unshare"), reason="system package not installed: util-linux")
def test_a_full_disk_keeps_what_was_stored_and_says_what_to_do(tmp_path: Path) -> None:
    isolated = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-c", DISK_FULL, str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(isolated, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert "qarunner.db is full\n  Make room" in done.stdout
    assert done.stdout.endswith("True\n")


def test_more_readers_than_connections_are_told_to_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(tmp_path) as store:
        monkeypatch.setattr(store._reader.pool, "_timeout", 0.01)
        with contextlib.ExitStack() as readers:
            for _ in range(READERS):
                readers.enter_context(store.read())
            with pytest.raises(StoreBusyError, match="in use"), store.read():
                pass
        assert names(store) == []


def test_a_database_that_another_process_keeps_is_reported_as_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qarunner.store.connect.BUSY_SECONDS", 0.1)
    with Store.open(tmp_path) as store, contextlib.closing(sqlite3.connect(tmp_path / "qarunner.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="busy for too long"):
            add_host(store, "rack-1")
        other.rollback()
        add_host(store, "rack-2")
        assert names(store) == ["rack-2"]
