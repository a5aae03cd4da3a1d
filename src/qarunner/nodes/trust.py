"""Which processes of other users an exporter lets in: those of users who share the node, and those of the node's job.

Jobs of several nodes may run as one user, and what tests do is not trusted: a testcase on one node must not drive
another. The kernel tells who connects; a job's processes all live below the supervisor of their job, which belongs to
root or to the exporter's own user, stays their ancestor whatever they do, and has the node in its command line.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.nodes.peers import may_use, user_numbers

if TYPE_CHECKING:
    from qarunner.node_config import NodeConfig
    from qarunner.nodes.peers import Peer

SUPERVISOR = "qarunner.jobs.supervisor"
"""The module that a supervisor runs; its argument is the node."""
DEEPEST = 100
"""Generations."""


@dataclass(frozen=True)
class Trust:
    """Who may use an exporter besides root and its own user.

    :param users: numbers of the users who may use the node.
    :param job_users: numbers of the users who may use it from within a job on it.
    """

    node: str = ""
    users: frozenset[int] = frozenset()
    job_users: frozenset[int] = frozenset()

    def allows(self, peer: Peer) -> bool:
        """Whether this process trusts another one of this host."""
        if may_use(peer.uid, self.users):
            return True
        return peer.uid in self.job_users and in_job_on(self.node, peer.pid)


def trust_of(config: NodeConfig) -> Trust:
    """Return whom the exporter of a node lets in.

    :raises ConfigurationError: there is no such user.
    """
    return Trust(config.id, user_numbers(config.users), user_numbers(config.job_users))


def in_job_on(node: str, pid: int) -> bool:
    """Whether a process lives below the supervisor of a job on a node; False when it cannot be seen."""
    for _generation in range(DEEPEST):
        if pid <= 1:
            return False
        try:
            if _is_supervisor(node, pid):
                return True
            pid = _parent(pid)
        except (OSError, ValueError):
            return False
    return False


def _is_supervisor(node: str, pid: int) -> bool:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    if SUPERVISOR not in words or words[words.index(SUPERVISOR) + 1 :][:1] != [node]:
        return False
    # Anybody may call a process what they like. Of its users (real, effective, ...) none may be a stranger.
    lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
    numbers = next(line.split()[1:] for line in lines if line.startswith("Uid:"))
    return {int(number) for number in numbers} <= {0, os.getuid()}


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])
