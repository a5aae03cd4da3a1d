"""What a server throws away by itself."""

from __future__ import annotations

import logging
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from tests.peers.git_pack import GitPack
from tests.peers.pack_run import until
from tests.peers.sample_results import sample

from qarunner.job_engines import LOG
from qarunner.jobs.orders import job_folder
from qarunner.jobs.packs import KEPT_TREES, Packs
from qarunner.server import upkeep
from qarunner.server.upkeep import Upkeep, retention_of
from qarunner.server_config import ServerConfig
from qarunner.store.artifacts import keep_artifact
from qarunner.store.clock import now
from qarunner.store.engine import Store
from qarunner.store.errors import StoreBusyError
from qarunner.store.ingest import ingest
from qarunner.store.models import Content, Job, JobState
from qarunner.store.retention import Retention
from qarunner.store.submission import Submission
from qarunner.store.upsert import table_of


def add_job(store: Store, number: int, days: float | None) -> Path:
    ended = None if days is None else now() - timedelta(days=days)
    state = JobState.RUNNING if ended is None else JobState.EXITED
    columns = {"number": number, "uid": f"/{number}", "node": f"{number}", "host": "", "state": state, "ended": ended}
    texts = dict.fromkeys(("ending", "ending_detail", "revision", "category", "username", "stop_user"), "")
    counts = dict.fromkeys((f"{kind}_count" for kind in ("pass", "fail", "error", "skip", "total")), 0)
    with store.write() as connection:
        row = {**columns, **texts, **counts, "request": {}, "tags": {}, "created": now()}
        connection.execute(insert(table_of(Job)), row)
    log = job_folder(store.data, number) / LOG
    log.parent.mkdir(parents=True)
    log.write_text("it ran\n", encoding="utf-8")
    return log


def add_result(store: Store) -> None:
    result = sample(started=now() - timedelta(days=1))
    ingest(store, Submission(result=result))
    with store.contents.stage([os.urandom(1_000_000)]) as staged:
        keep_artifact(store, result.id, "a", staged)
    with store.write() as connection:
        connection.execute(update(Content).values(created=now() - timedelta(days=1)))


def test_limits_are_those_of_the_configuration() -> None:
    assert retention_of(ServerConfig()) == Retention(None, None, None)
    config = ServerConfig(keep_days=30, keep_gigabytes=1.5, free_gigabytes=20)
    assert retention_of(config) == Retention(30, 1_500_000_000, 20_000_000_000)


def test_logs_go_with_the_age_of_their_jobs(store: Store) -> None:
    old, new, running = add_job(store, 1, 40), add_job(store, 2, 1), add_job(store, 3, None)
    Upkeep(store, ServerConfig()).round(thorough=True)
    assert old.exists(), "no limit is no limit"
    Upkeep(store, ServerConfig(keep_days=30)).round(thorough=False)
    assert [log.exists() for log in (old, new, running)] == [False, True, True]


def test_exported_trees_that_nobody_uses_go_once_a_day(store: Store, tmp_path: Path) -> None:
    pack = GitPack(tmp_path / "pack")
    shas = [pack.commit(f"Change {number}") for number in range(KEPT_TREES + 2)]
    packs = Packs(str(pack.folder), store.data, [])
    packs.fetch()
    for number, sha in enumerate(shas):
        with packs.tree(sha):
            pass
        os.utime(packs.trees.folder / f"{sha}.lock", (number, number))
    keeper = Upkeep(store, ServerConfig(), packs=packs)
    keeper.round(thorough=False)
    assert packs.trees.path(shas[0]).exists()
    keeper.round(thorough=True)
    assert [packs.trees.path(sha).exists() for sha in shas] == [False, False] + [True] * KEPT_TREES


def test_deleting_ends_for_a_day_where_it_makes_no_room(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=19_999_500_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)  # such as a disk with a backup of links
    keeper = Upkeep(store, ServerConfig(free_gigabytes=20))
    for _ in range(3):
        add_result(store)
    assert keeper.round(thorough=False).results == 1
    assert "did not make room" in caplog.text
    assert keeper.round(thorough=False).results == 0
    keeper._wait_for_space = 0
    assert keeper.round(thorough=False).results == 1


def test_it_goes_on_after_a_round_that_failed(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    rounds: list[bool] = []

    def fail(_self: Upkeep, *, thorough: bool) -> None:
        rounds.append(thorough)
        raise OSError("the disk is away")

    monkeypatch.setattr(Upkeep, "round", fail)
    keeper = Upkeep(store, ServerConfig(), first=0.01, every=0.01)
    keeper.start()
    until(lambda: len(rounds) > upkeep.THOROUGH + 1, "rounds")
    keeper.close()
    assert "is tried again later" in caplog.text
    assert [number for number, thorough in enumerate(rounds) if thorough][:2] == [1, upkeep.THOROUGH + 1]


def test_what_others_want_to_be_done_is_done_each_round_also_after_a_failure(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    def chore() -> None:
        done.append(len(done))
        if len(done) == 1:
            raise StoreBusyError("the database was busy for too long", "Try again.")

    worker = Upkeep(store, ServerConfig(), chores=[chore], first=0.01, every=0.01)
    worker.start()
    try:
        until(lambda: len(done) > 2, "three rounds")
    finally:
        worker.close()
    assert "the upkeep of the store failed, and is tried again later" in caplog.text
