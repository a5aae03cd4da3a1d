"""Whom an exporter lets in, with real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from qarunner.nodes.peers import Peer
from qarunner.nodes.trust import SUPERVISOR, Trust, in_job_on

STRANGER = os.getuid() + 1
PARENT = """
import subprocess, sys
child = subprocess.Popen(["sleep", "600"])
print(child.pid, flush=True)
sys.stdin.read()
child.kill()
child.wait()
"""


@pytest.fixture
def child_of() -> Iterator[Callable[..., int]]:
    """Start a process that is called like this and has a child; return the child's number."""
    parents: list[subprocess.Popen[str]] = []

    def start(*words: str, **keywords: Any) -> int:
        command = [sys.executable, "-c", PARENT, *words]
        if keywords:
            command = ["/usr/bin/python3", "-c", PARENT, *words]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        parents.append(subprocess.Popen(command, cwd="/", **pipes, **keywords))
        output = parents[-1].stdout
        assert output is not None
        return int(output.readline())

    yield start
    for parent in parents:
        parent.communicate()


def test_a_process_below_the_supervisor_of_a_job_is_of_that_nodes_job(child_of: Callable[..., int]) -> None:
    child = child_of("-m", SUPERVISOR, "living-room")
    assert in_job_on("living-room", child)
    assert not in_job_on("kitchen", child)
    assert not in_job_on("living-room", os.getpid())


@pytest.mark.parametrize("words", [(), ("living-room",), (SUPERVISOR,), ("living-room", SUPERVISOR)])
def test_a_process_below_any_other_is_not(child_of: Callable[..., int], words: tuple[str, ...]) -> None:
    assert not in_job_on("living-room", child_of(*words))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_a_stranger_who_calls_himself_supervisor_is_none(child_of: Callable[..., int]) -> None:
    assert not in_job_on("living-room", child_of("-m", SUPERVISOR, "living-room", user="nobody"))


def test_users_of_jobs_are_let_in_from_within_a_job_only(child_of: Callable[..., int]) -> None:
    trust = Trust("living-room", job_users=frozenset({STRANGER}))
    child = child_of(SUPERVISOR, "living-room")
    assert trust.allows(Peer(child, STRANGER))
    assert not trust.allows(Peer(os.getpid(), STRANGER))
    assert not trust.allows(Peer(child, STRANGER + 1)), "it is not one of them"
    assert not trust.allows(Peer(0, STRANGER)), "it cannot be seen"
    assert trust.allows(Peer(os.getpid(), os.getuid()))
    assert Trust("living-room", users=frozenset({STRANGER})).allows(Peer(os.getpid(), STRANGER))
