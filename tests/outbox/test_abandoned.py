from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.peers.run_directory import DEAD_PROCESS, STARTED, RunMaker

from qarunner import Failure, Outcome, Phase, Result
from qarunner.outbox.abandoned import close_abandoned, close_all_abandoned
from qarunner.outbox.processes import this_process
from qarunner.outbox.run_directory import read_run_directory

ENDED = "the test process ended without finishing this result"

SESSION = """
import faulthandler, os, pathlib, sys, time
import msgspec
from qarunner.outbox.processes import this_process
from qarunner.results import Run, from_json, to_json
path = pathlib.Path("run.json")
path.write_bytes(to_json(msgspec.structs.replace(from_json(Run, path.read_bytes()), process=this_process())))
faulthandler.enable(open("crash.log", "w"), all_threads=True)
print("started", flush=True)
sys.stdin.read()
os.abort()
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[tuple[RunMaker, subprocess.Popen[bytes]]]:
    """A run with one finished and one unfinished result, whose process is a real one; it aborts at end of input."""
    maker = RunMaker(tmp_path)
    maker.add("tests/a.py::test_done")
    maker.add("tests/a.py::test_killed", None, files={"stbt.log": "looking\n", "data/zap.csv": "1\n"})
    command = [sys.executable, "-c", SESSION]
    with subprocess.Popen(command, cwd=maker.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"started\n"
        yield maker, child
        child.kill()


def test_a_killed_run_is_closed_and_its_unfinished_result_is_an_error(
    session: tuple[RunMaker, subprocess.Popen[bytes]],
) -> None:
    maker, child = session
    assert close_abandoned(maker.folder) == [], "its process still lives"
    child.kill()
    child.wait()
    closed = close_abandoned(maker.folder)
    assert [result.testcase for result in closed] == ["tests/a.py::test_killed"]
    directory = read_run_directory(maker.folder)
    done, killed = directory.results
    assert done.outcome is Outcome.PASS
    assert killed == closed[0]
    assert (killed.finished, killed.outcome) == (True, Outcome.ERROR)
    assert killed.failure == Failure(outcome=Outcome.ERROR, phase=Phase.INFRASTRUCTURE, message=f"{ENDED} (killed?)")
    assert [artifact.path for artifact in killed.artifacts] == ["data/zap.csv", "stbt.log"]
    assert directory.run is not None
    assert directory.run.duration is not None
    assert directory.run.exit_code is None
    assert not (maker.folder / "crash.log").exists()
    assert close_abandoned(maker.folder) == [], "it is closed only once"


def test_the_stacks_of_a_crash_lie_beside_the_result_and_its_message_names_the_crash(
    session: tuple[RunMaker, subprocess.Popen[bytes]],
) -> None:
    maker, child = session
    assert child.stdin is not None
    child.stdin.close()
    child.wait()
    (killed,) = close_abandoned(maker.folder)
    assert killed.failure is not None
    assert killed.failure.message == (
        f"{ENDED}: Fatal Python error: Aborted (the stacks of all threads are in stacks.txt)"
    )
    stacks = (maker.folder / killed.folder / "stacks.txt").read_text()
    assert 'File "<string>"' in stacks
    assert "stacks.txt" in {artifact.path for artifact in killed.artifacts}
    assert not (maker.folder / "crash.log").exists()


def unfinished_run(root: Path, number: int = 1) -> RunMaker:
    maker = RunMaker(root, process=msgspec.structs.replace(this_process(), start_ticks=1))
    for index in range(number):
        maker.add(f"tests/a.py::test_{index}", None)
    return maker


def test_the_duration_reaches_to_the_last_sign_of_life(tmp_path: Path) -> None:
    maker = unfinished_run(tmp_path)
    (result,) = maker.results
    video = maker.folder / result.folder / "video.mp4"
    video.write_bytes(b"cut")
    for path in [*maker.folder.iterdir(), *video.parent.iterdir()]:
        os.utime(path, (0, STARTED.timestamp()))
    os.utime(video, (0, result.started.timestamp() + 17))
    (closed,) = close_abandoned(maker.folder)
    assert closed.duration == 17
    run = read_run_directory(maker.folder).run
    assert run is not None
    assert run.duration == 21


def test_what_the_call_found_out_about_the_device_is_kept_and_outranks_the_kill(tmp_path: Path) -> None:
    maker = unfinished_run(tmp_path)
    fail = Failure(outcome=Outcome.FAIL, phase=Phase.CALL, message="black screen")
    maker.add("tests/a.py::test_killed_in_teardown", None, failures=(fail,))
    closed = close_abandoned(maker.folder)[-1]
    assert closed.outcome is Outcome.FAIL
    assert closed.failures[0] == fail
    assert closed.failures[1].phase is Phase.INFRASTRUCTURE


def test_a_supervisor_may_say_how_the_run_ended(tmp_path: Path) -> None:
    (closed,) = close_abandoned(unfinished_run(tmp_path).folder, because="stopped by anna")
    assert closed.failure is not None
    assert closed.failure.message == f"{ENDED}: stopped by anna"


def test_only_the_last_unfinished_result_gets_the_stacks(tmp_path: Path) -> None:
    maker = unfinished_run(tmp_path, 3)
    (maker.folder / "crash.log").write_text("Timeout (0:00:10)!\nThread 1:\n")
    messages = [result.failures[0].message for result in close_abandoned(maker.folder)]
    assert [("Timeout (0:00:10)!" in message) for message in messages] == [False, False, True]


def test_closing_that_was_itself_killed_half_way_is_finished_by_the_next(tmp_path: Path) -> None:
    maker = unfinished_run(tmp_path, 2)
    # The first closing had moved the stacks and written nothing yet.
    (maker.folder / maker.results[1].folder / "stacks.txt").write_text("Fatal Python error: Segmentation fault\n")
    closed = close_abandoned(maker.folder)
    assert "Segmentation fault" in closed[1].failures[0].message


def test_several_at_once_close_each_result_exactly_once(tmp_path: Path) -> None:
    maker = unfinished_run(tmp_path, 40)
    (maker.folder / "crash.log").write_text("Fatal Python error: Aborted\n")
    closed: list[Result] = []
    start = threading.Barrier(4)

    def close() -> None:
        start.wait()
        closed.extend(close_abandoned(maker.folder))

    threads = [threading.Thread(target=close) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.id for result in closed) == sorted(result.id for result in maker.results)
    assert "Aborted" in read_run_directory(maker.folder).results[-1].failures[0].message


def test_a_run_on_another_host_is_closed_only_after_a_long_silence(tmp_path: Path) -> None:
    elsewhere = msgspec.structs.replace(this_process(), host="elsewhere")
    maker = RunMaker(tmp_path, process=elsewhere)
    maker.add(outcome=None)
    assert close_abandoned(maker.folder) == []
    long_ago = time.time() - 4000
    for path in maker.folder.rglob("*"):
        os.utime(path, (long_ago, long_ago))
    assert len(close_abandoned(maker.folder)) == 1


def test_a_damaged_result_stays_and_the_rest_of_the_run_is_closed(tmp_path: Path) -> None:
    maker = unfinished_run(tmp_path, 2)
    damaged = maker.folder / maker.results[0].folder / "result.json"
    damaged.write_bytes(b'{"id": "')
    assert [result.id for result in close_abandoned(maker.folder)] == [maker.results[1].id]
    assert damaged.read_bytes() == b'{"id": "'


def test_a_whole_results_folder_is_closed_and_finished_runs_are_left_alone(tmp_path: Path) -> None:
    finished = RunMaker(tmp_path, "1-finished").finish()
    RunMaker(tmp_path, "2-killed", process=DEAD_PROCESS).add("tests/a.py::test_one", None)
    RunMaker(tmp_path, "3-damaged").add("tests/a.py::test_two", None)
    (tmp_path / "3-damaged" / "run.json").write_bytes(b"")
    before = (finished.folder / "run.json").stat().st_mtime_ns
    assert [result.testcase for result in close_all_abandoned(tmp_path)] == ["tests/a.py::test_one"]
    assert (finished.folder / "run.json").stat().st_mtime_ns == before
