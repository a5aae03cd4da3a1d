"""Several threads and processes take results in at once, and some are killed while they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import func, select, text
from tests.peers.sample_results import sample

from qarunner.results import Outcome
from qarunner.store.detail import records_of
from qarunner.store.engine import Store
from qarunner.store.ingest import ingest, ingest_batch
from qarunner.store.models import StoredArtifact, StoredResult, StoredStep, TestcaseDay
from qarunner.store.submission import Submission

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(ROOT)])}
WRITER = """
import sys
from qarunner.results import Artifact, Step
from qarunner.store.engine import Store
from qarunner.store.ingest import ingest_batch
from qarunner.store.submission import Submission
from tests.peers.sample_results import sample
batches = int(sys.argv[1])
store = Store.open(*sys.argv[2:])
step = Step(keyword="Given", name="x", status="passed")
print("ready", flush=True)
sys.stdin.readline()
more = {"steps": (step, step), "artifacts": (Artifact(path="a", size=1),)}
while batches:
    ingest_batch(store, [Submission(result=sample(n, **more)) for n in range(50)])
    print("stored", flush=True)
    batches -= 1
"""


def writer(address: tuple[Path, str], batches: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WRITER, str(batches), *map(str, address)]
    return subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def begin(*writers: subprocess.Popen[bytes]) -> None:
    """Let writers start together, once all are ready."""
    for process in writers:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
    for process in writers:
        assert process.stdin
        process.stdin.write(b"\n")
        process.stdin.flush()


def rows_and_counters(store: Store) -> tuple[int, int, int, int]:
    with store.read() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (StoredResult, StoredStep, StoredArtifact)
        ]
        passed = connection.execute(select(func.sum(TestcaseDay.pass_count))).scalar() or 0
    return counts[0], counts[1], counts[2], int(passed)


def test_results_delivered_by_four_threads_at_once_are_stored_once_each(store: Store) -> None:
    results = [sample(n, outcome=Outcome.PASS) for n in range(40)]
    together = threading.Barrier(4)
    states: list[str] = []

    def deliver() -> None:
        together.wait()
        for result in results:
            states.append(ingest(store, Submission(result=result)).state)  # noqa: PERF401 - seen by the others

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == ["known"] * 120 + ["new"] * 40
    assert rows_and_counters(store) == (40, 0, 0, 40)


def test_two_processes_that_write_at_once_lose_nothing(store_address: tuple[Path, str]) -> None:
    writers = [writer(store_address, 20) for _ in range(2)]
    begin(*writers)
    for process in writers:
        process.communicate(timeout=60)
        assert process.returncode == 0
    with Store.open(*store_address) as store:
        assert rows_and_counters(store) == (2000, 4000, 2000, 2000)


def test_a_process_killed_while_it_stores_leaves_whole_batches_only(store_address: tuple[Path, str]) -> None:
    for _ in range(2):
        process = writer(store_address, -1)
        begin(process)
        assert process.stdout
        for _ in range(3):
            assert process.stdout.readline() == b"stored\n"
        process.send_signal(signal.SIGKILL)
        process.communicate()
    with Store.open(*store_address) as store:
        results, steps, artifacts, passed = rows_and_counters(store)
        assert results >= 300
        assert results % 50 == 0
        assert (steps, artifacts, passed) == (2 * results, results, results)
        if store.is_sqlite:
            with store.read() as connection:
                assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        ingest_batch(store, [Submission(result=sample())])
        with store.read() as connection:
            numbers = list(connection.execute(select(StoredResult.number)).scalars())
            assert len(records_of(connection, numbers)) == results + 1
