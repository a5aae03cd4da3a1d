"""Which role may do what: one table, and nothing else decides it."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from qarunner.store.models import Role


class Action(enum.StrEnum):
    """What a route lets a person or a script do."""

    SEE_NODES = "see nodes"
    """Nodes, their pictures and who holds them."""
    SEE_RESULTS = "see results"
    """Jobs, results, artifacts, testcase names."""
    CONTROL_NODES = "control nodes"
    """Press keys, switch power, reserve."""
    RUN_JOBS = "run jobs"
    """Start and stop jobs."""
    DELIVER_RESULTS = "deliver results"
    """Send results and artifacts. A job's own token may do this for its job, and nothing else."""
    CHANGE_RESULTS = "change results"
    """Delete or re-file results, change what is kept beside them."""
    DEFINE_TESTS = "define tests"
    """Say which tests there are and within which limits they pass. Whoever writes a test pack says that already."""
    OWN_ACCOUNT = "own account"
    """See and change one's own tokens and password."""
    MANAGE_USERS = "manage users"
    MANAGE_SERVER = "manage server"
    """Settings, secrets, retention, the log of who did what."""
    SEE_METRICS = "see metrics"


_EVERYONE = frozenset(Role)
_READERS = frozenset({Role.ADMIN, Role.WRITE, Role.READ})
_WRITERS = frozenset({Role.ADMIN, Role.WRITE})
_CONTROLLERS = frozenset({Role.ADMIN, Role.WRITE, Role.MANUAL})
_ADMINS = frozenset({Role.ADMIN})

PERMISSIONS: Mapping[Action, frozenset[Role]] = {
    Action.SEE_NODES: _EVERYONE,
    Action.SEE_RESULTS: _READERS,
    Action.CONTROL_NODES: _CONTROLLERS,
    Action.RUN_JOBS: _WRITERS,
    Action.DELIVER_RESULTS: _WRITERS,
    Action.CHANGE_RESULTS: _WRITERS,
    Action.DEFINE_TESTS: _WRITERS,
    Action.OWN_ACCOUNT: _EVERYONE,
    Action.MANAGE_USERS: _ADMINS,
    Action.MANAGE_SERVER: _ADMINS,
    Action.SEE_METRICS: _READERS,
}


def may(role: Role, action: Action) -> bool:
    """Whether users with this role may do it."""
    return role in PERMISSIONS[action]


def job_token_may(action: Action) -> bool:
    """Whether a token that is good for one job only may do it; what it touches must belong to that job besides."""
    return action is Action.DELIVER_RESULTS
