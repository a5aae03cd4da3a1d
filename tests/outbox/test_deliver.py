from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.peers.results_store import HttpReporter, Store, wait_until
from tests.peers.run_directory import DEAD_PROCESS, RunMaker

from qarunner import Outcome, Result, Run
from qarunner.outbox.deliver import deliver
from qarunner.outbox.delivery_state import add_to_plan, delivery_lock, read_delivery, read_plan
from qarunner.outbox.processes import this_process

if TYPE_CHECKING:
    from qarunner.outbox.courier import Pauses

ROOT = Path(__file__).parents[2]

# A session that delivers the results of a run directory, slowly, until it is killed.
SESSION = """
import pathlib, sys
from qarunner.outbox.outbox import Outbox
from qarunner.outbox.run_directory import read_run_directory
from tests.peers.results_store import HttpReporter
folder = pathlib.Path(sys.argv[1])
outbox = Outbox(folder, {"store": HttpReporter(sys.argv[2])})
for result in read_run_directory(folder).results:
    outbox.put(result)
print("all put", flush=True)
outbox.close(limit=60)
"""


class Names:
    """Reports the outcomes of a run in a file."""

    def finish(self, _run: Run, results: Sequence[Result], folder: Path) -> str | None:
        (folder / "names.txt").write_text(" ".join(str(result.outcome) for result in results))
        return None


def silent(_line: str) -> None:
    pass


def planned_run(root: Path, number: int = 3, name: str = "run", reporters: Sequence[str] = ("store",)) -> RunMaker:
    maker = RunMaker(root, name, process=DEAD_PROCESS)
    for index in range(number):
        maker.add(f"tests/{name}.py::test_{index}")
    add_to_plan(maker.folder, reporters)
    return maker


def test_a_kill_in_the_middle_of_delivering_loses_nothing_and_doubles_nothing(tmp_path: Path, store: Store) -> None:
    maker = planned_run(tmp_path, 60).finish()
    store.delay = 0.02
    command = [sys.executable, "-c", SESSION, str(maker.folder), store.url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as session:
        wait_until(lambda: len(store.kept) >= 10)
        session.kill()
    assert len(store.kept) < 60
    store.delay = 0
    summary = deliver(tmp_path, {"store": HttpReporter(store.url)}, say=silent)
    assert summary.exit_code == 0
    assert set(store.kept) == {result.id for result in maker.results}
    again = {identity: number for identity, number in store.received.items() if number > 1}
    assert len(again) <= 1, "only the one that was on its way may come again, under the same id"


def test_what_a_killed_session_left_is_closed_reported_and_delivered(tmp_path: Path, store: Store) -> None:
    maker = planned_run(tmp_path, 1, reporters=("store", "names"))
    maker.add("tests/a.py::test_killed", None)
    said: list[str] = []
    summary = deliver(tmp_path, {"store": HttpReporter(store.url), "names": Names()}, say=said.append)
    assert [result.outcome for result in summary.closed] == [Outcome.ERROR]
    assert (maker.folder / "names.txt").read_text() == "pass error"
    assert len(store.kept) == 2
    assert (summary.sent, summary.exit_code) == (2, 0)
    assert said[0].startswith("run: closed tests/a.py::test_killed as error: the test process ended")
    assert said[-1] == "run: store: 2 of 2 delivered"


def test_a_second_call_does_nothing(tmp_path: Path, store: Store) -> None:
    maker = planned_run(tmp_path, reporters=("store", "names")).finish()
    reporters = {"store": HttpReporter(store.url), "names": Names()}
    deliver(tmp_path, reporters, say=silent)
    assert read_plan(maker.folder).complete
    made = (maker.folder / "names.txt").stat().st_mtime_ns
    said: list[str] = []
    summary = deliver(tmp_path, reporters, say=said.append)
    assert (said, summary.sent, summary.exit_code) == ([], 0, 0)
    assert (maker.folder / "names.txt").stat().st_mtime_ns == made
    assert set(store.received.values()) == {1}


def test_a_store_that_stays_down_is_given_up_and_the_next_call_delivers(
    tmp_path: Path, store: Store, quick: Pauses
) -> None:
    for name in ("run1", "run2"):
        planned_run(tmp_path, name=name).finish()
    store.stop()
    said: list[str] = []
    summary = deliver(tmp_path, {"store": HttpReporter(store.url)}, quiet=1.0, pauses=quick, say=said.append)
    assert (summary.sent, summary.pending, summary.exit_code) == (0, 6, 1)
    assert any("Connection refused" in line for line in said)
    store.start()
    summary = deliver(tmp_path, {"store": HttpReporter(store.url)}, say=silent)
    assert (summary.sent, summary.pending, summary.exit_code) == (6, 0, 0)


def test_refused_results_are_sent_again_only_when_asked(tmp_path: Path, store: Store) -> None:
    maker = planned_run(tmp_path).finish()
    reporters = {"store": HttpReporter(store.url)}
    store.answer = lambda _testcase: 400
    summary = deliver(tmp_path, reporters, say=silent)
    assert (summary.rejected, summary.exit_code) == (3, 1)
    store.answer = lambda _testcase: 200
    assert deliver(tmp_path, reporters, say=silent).sent == 0
    assert deliver(tmp_path, reporters, rejected_too=True, say=silent).sent == 3
    assert read_delivery(maker.folder / maker.results[0].folder, "store").state == "sent"


def test_a_reporter_does_not_get_runs_that_were_not_made_for_it(tmp_path: Path, store: Store) -> None:
    planned_run(tmp_path, reporters=("names",)).finish()
    summary = deliver(tmp_path, {"store": HttpReporter(store.url), "names": Names()}, say=silent)
    assert (summary.sent, summary.exit_code, len(store.kept)) == (0, 0, 0)


def test_a_reporter_that_is_not_configured_here_is_named(tmp_path: Path) -> None:
    maker = planned_run(tmp_path).finish()
    summary = deliver(tmp_path, {}, say=silent)
    assert summary.problems == ["run: was to go to store, which is not configured here"]
    assert summary.exit_code == 1
    assert not read_plan(maker.folder).complete


def test_a_run_that_goes_on_is_left_to_its_own_process(tmp_path: Path, store: Store) -> None:
    maker = RunMaker(tmp_path, process=this_process())
    maker.add()
    add_to_plan(maker.folder, ["store"])
    said: list[str] = []
    assert deliver(tmp_path, {"store": HttpReporter(store.url)}, say=said.append).sent == 0
    assert "its process lives" in said[0]


def test_two_at_once_do_not_deliver_the_same_run(tmp_path: Path, store: Store) -> None:
    maker = planned_run(tmp_path).finish()
    said: list[str] = []
    with delivery_lock(maker.folder) as held:
        assert held
        assert deliver(tmp_path, {"store": HttpReporter(store.url)}, say=said.append).sent == 0
    assert said == ["run: another process is delivering it"]
    assert deliver(tmp_path, {"store": HttpReporter(store.url)}, say=silent).sent == 3


@pytest.mark.parametrize("damage", ["result.json", "run.json", ".delivery/store.json"])
def test_damaged_files_are_named_and_the_rest_is_delivered(tmp_path: Path, store: Store, damage: str) -> None:
    maker = planned_run(tmp_path).finish()
    folder = maker.folder / maker.results[0].folder
    path = maker.folder / damage if damage == "run.json" else folder / damage
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b'{"damaged": ')
    summary = deliver(tmp_path, {"store": HttpReporter(store.url)}, say=silent)
    assert summary.sent == (2 if damage == "result.json" else 3)
    assert [damage in problem for problem in summary.problems] == ([] if "store" in damage else [True])
