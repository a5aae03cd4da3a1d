"""What the first page shows: all nodes, the newest jobs and the newest results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from qarunner.store.models import Job, Node, Ownership, StoredResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qarunner.store.engine import Store

MOST_NODES, MOST_JOBS, MOST_RESULTS = 200, 15, 40


@dataclass(frozen=True)
class Overview:
    """Rows of the first page, newest first."""

    nodes: Sequence[Any]
    jobs: Sequence[Any]
    results: Sequence[Any]


def overview(store: Store) -> Overview:
    """Read it."""
    nodes = (
        select(
            Node.id,
            Node.friendly_name,
            Node.device_type,
            Node.online,
            Node.offline_reason,
            Node.last_seen,
            Ownership.kind,
            Ownership.holder,
            Ownership.reason,
        )
        .outerjoin(Ownership, Ownership.node == Node.id)
        .order_by(Node.id)
        .limit(MOST_NODES)
    )
    jobs = (
        select(
            Job.uid,
            Job.node,
            Job.state,
            Job.ending,
            Job.category,
            Job.user.label("user"),
            Job.created,
            Job.pass_count,
            Job.fail_count,
            Job.error_count,
            Job.total_count,
        )
        .order_by(Job.number.desc())
        .limit(MOST_JOBS)
    )
    results = (
        select(
            StoredResult.id,
            StoredResult.testcase,
            StoredResult.node,
            StoredResult.outcome,
            StoredResult.failure_reason,
            StoredResult.started,
            StoredResult.duration,
            StoredResult.build,
        )
        .order_by(StoredResult.started.desc())
        .limit(MOST_RESULTS)
    )
    with store.read() as connection:
        return Overview(*(connection.execute(query).all() for query in (nodes, jobs, results)))
