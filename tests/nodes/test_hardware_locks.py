from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys

import pytest

from qarunner.errors import NodeBusyError
from qarunner.nodes import hardware_locks
from qarunner.nodes.hardware_locks import HardwareLocks
from qarunner.nodes.names import lock_name

RESOURCE = f"/dev/fake-{os.getpid()}"

HOLDER = """
import sys, time
from qarunner.nodes.hardware_locks import HardwareLocks
from qarunner.nodes.names import lock_name
locks = HardwareLocks("living-room")
locks.take([sys.argv[1]])
print("holds", flush=True)
time.sleep(60)
"""


def test_the_second_is_told_who_holds_the_hardware_and_it_is_free_when_that_process_is_killed() -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, RESOURCE], stdout=subprocess.PIPE)
    with holder, HolderEnd(holder):
        assert holder.stdout is not None
        holder.stdout.readline()
        locks = HardwareLocks("kitchen")
        with pytest.raises(NodeBusyError) as caught:
            locks.take([RESOURCE])
        assert caught.value.problem.startswith(f"{RESOURCE} is in use by you for node 'living-room' (process ")
        assert str(holder.pid) in caught.value.problem
        holder.kill()
        holder.wait()
        locks.take([RESOURCE])
        locks.close()


class HolderEnd:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_exception: object) -> None:
        self.process.kill()


def test_either_all_resources_are_taken_or_none() -> None:
    first, second = HardwareLocks("one"), HardwareLocks("two")
    first.take([f"{RESOURCE}-b"])
    with pytest.raises(NodeBusyError):
        second.take([f"{RESOURCE}-a", f"{RESOURCE}-b"])
    assert hardware_locks.ask(f"{RESOURCE}-a") is None
    first.close()


def test_a_holder_that_does_not_answer_is_still_named_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware_locks, "ANSWER_LIMIT", 0.05)
    monkeypatch.setattr(HardwareLocks, "_answer", lambda _self: None)
    locks = HardwareLocks("one")
    locks.take([RESOURCE])
    error = hardware_locks.held_by(RESOURCE)
    assert f"{RESOURCE} is in use by you (process {os.getpid()}: " in error.problem
    askers = []
    while "a process that does not answer" not in error.problem:  # until its queue is full
        askers.append(socket.socket(socket.AF_UNIX))
        askers[-1].settimeout(0)
        with contextlib.suppress(BlockingIOError):
            askers[-1].connect(lock_name(RESOURCE))
        error = hardware_locks.held_by(RESOURCE)
    for asker in askers:
        asker.close()
    locks.close()
