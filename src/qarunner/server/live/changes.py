"""Finds out what changed in the store since the last look.

Results come in by this process, by the supervisors of jobs and by other servers on the same database, so the store
itself is asked: three queries on indexes, and only while somebody wants to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, or_, select

from qarunner.store.models import Job, JobState, Node, Ownership, StoredResult

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.store.engine import Store

MOST = 500
"""Rows told of in one look; the next look goes on from there."""


class Change(msgspec.Struct, frozen=True):
    """One change.

    :param kind: ``node``, ``job`` or ``result``.
    :param id: of the node, uid of the job, id of the result.
    """

    kind: str
    id: str
    data: dict[str, Any]


class Changes:
    """What changed, each time `look` is called. Begins at the present: what is there already is not told."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._nodes: dict[str, dict[str, Any]] = {}
        self._jobs: dict[str, dict[str, Any]] = {}
        self._unfinished: set[str] = set()
        with store.read() as connection:
            self._nodes = _nodes(connection)
            self._last_job = int(connection.execute(select(func.max(Job.number))).scalar() or 0)
            self._last_result = int(connection.execute(select(func.max(StoredResult.number))).scalar() or 0)
            self._jobs = {uid: data for uid, _number, data in _jobs(connection, self._last_job, ())}
            running = select(StoredResult.id).where(StoredResult.outcome.is_(None)).limit(MOST)
            self._unfinished = set(connection.execute(running).scalars())

    def look(self) -> list[Change]:
        """Return what changed since the last look, nodes first, then jobs, then results."""
        with self._store.read() as connection:
            nodes = _nodes(connection)
            jobs = _jobs(connection, self._last_job, self._jobs)
            results = self._results(connection)
        found = [Change("node", node, data) for node, data in nodes.items() if self._nodes.get(node) != data]
        found += [Change("node", node, {"removed": True}) for node in self._nodes if node not in nodes]
        self._nodes = nodes
        for uid, number, data in jobs:
            self._last_job = max(self._last_job, number)
            if self._jobs.get(uid) != data:
                found.append(Change("job", uid, data))
        self._jobs = {uid: data for uid, _number, data in jobs if data["state"] != JobState.EXITED}
        return found + results

    def _results(self, connection: Connection) -> list[Change]:
        columns = (
            StoredResult.number,
            StoredResult.id,
            StoredResult.testcase,
            StoredResult.node,
            StoredResult.job,
            StoredResult.outcome,
            StoredResult.failure_reason,
            StoredResult.duration,
        )
        wanted = or_(StoredResult.number > self._last_result, StoredResult.id.in_(sorted(self._unfinished)[:MOST]))
        found = []
        for row in connection.execute(select(*columns).where(wanted).order_by(StoredResult.number).limit(2 * MOST)):
            number, name, testcase, node, job, outcome, reason, duration = row
            known = number <= self._last_result
            self._last_result = max(self._last_result, number)
            if outcome is None:
                self._unfinished.add(name)
                if known:
                    continue
            else:
                self._unfinished.discard(name)
            data = {
                "testcase": testcase,
                "node": node,
                "job": job,
                "outcome": None if outcome is None else str(outcome),
            }
            found.append(Change("result", name, data | {"failure_reason": reason, "duration": duration}))
        return found


def _nodes(connection: Connection) -> dict[str, dict[str, Any]]:
    columns = (Node.id, Node.online, Node.offline_reason, Ownership.kind, Ownership.holder, Ownership.reason)
    query = select(*columns).outerjoin(Ownership, Ownership.node == Node.id)
    names = ("online", "offline_reason", "held_for", "holder", "reason")
    return {node: dict(zip(names, values, strict=True)) for node, *values in connection.execute(query)}


def _jobs(
    connection: Connection, after: int, watched: Iterable[str] | Mapping[str, Any]
) -> list[tuple[str, int, dict[str, Any]]]:
    """Return jobs that run or wait, that were seen to do so at the last look, or that are new since."""
    columns = (
        Job.uid,
        Job.number,
        Job.node,
        Job.state,
        Job.ending,
        Job.user,
        Job.pass_count,
        Job.fail_count,
        Job.error_count,
        Job.skip_count,
        Job.total_count,
    )
    open_states = (JobState.QUEUED, JobState.RUNNING)
    wanted = or_(Job.number > after, Job.state.in_(open_states), Job.uid.in_(list(watched)))
    names = ("node", "state", "ending", "user", "pass", "fail", "error", "skip", "total")
    rows = connection.execute(select(*columns).where(wanted).order_by(Job.number).limit(2 * MOST))
    return [(row[0], row[1], dict(zip(names, (row[2], str(row[3]), *row[4:]), strict=True))) for row in rows]
