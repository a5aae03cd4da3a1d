"""The row of a job: how it is made, read, and closed exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select, update

from qarunner.jobs.errors import UnknownJobError
from qarunner.jobs.ownership import end_job
from qarunner.store.clock import now
from qarunner.store.models import Job, JobState, JobTag, Node
from qarunner.store.portions import in_portions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qarunner.job_engines import JobEnding
    from qarunner.store.engine import Store

_COLUMNS = (
    Job.number,
    Job.uid,
    Job.node,
    Job.host,
    Job.state,
    Job.ending,
    Job.ending_detail,
    Job.exit_code,
    Job.revision,
    Job.branch,
    Job.category,
    Job.tags,
    Job.user,
    Job.created,
    Job.started,
    Job.ended,
    Job.stop_user,
    Job.process,
    Job.pass_count,
    Job.fail_count,
    Job.error_count,
    Job.skip_count,
    Job.total_count,
    Job.request,
)


@dataclass(frozen=True)
class JobInfo:
    """A job as it stands. `branch` is None when a sha was asked for; `ended` is None while it runs."""

    number: int
    uid: str
    node: str
    host: str
    state: JobState
    ending: str
    ending_detail: str
    exit_code: int | None
    revision: str
    branch: str | None
    category: str
    tags: dict[str, str]
    user: str
    created: datetime
    started: datetime | None
    ended: datetime | None
    stop_user: str
    process: dict[str, Any] | None
    pass_count: int
    fail_count: int
    error_count: int
    skip_count: int
    total_count: int
    request: dict[str, Any]

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.state is not JobState.EXITED


def make_job(connection: Connection, row: dict[str, Any], host: str) -> tuple[int, str]:
    """Make the row of a running job in an open transaction; return its number and its uid.

    :raises sqlalchemy.exc.IntegrityError: a job runs on the node.
    """
    moment = now()
    first = {**row, "uid": f"new {row['node']}", "host": host, "state": JobState.RUNNING}
    made = insert(Job).values({**first, "created": moment, "started": moment}).returning(Job.number)
    number = connection.execute(made).scalar_one()
    uid = f"/{row['node']}/{number // 10000:04x}/{number % 10000}"
    connection.execute(update(Job).where(Job.number == number).values(uid=uid))
    if row["tags"]:
        tags = [{"job": uid, "name": name, "value": value} for name, value in row["tags"].items()]
        connection.execute(insert(JobTag), tags)
    return number, uid


def remember(store: Store, uid: str, process: dict[str, Any]) -> None:
    """Keep what an engine must know of a running job after a restart."""
    with store.write() as connection:
        connection.execute(update(Job).where(Job.uid == uid).values(process=process))


def close_job(store: Store, uid: str, ending: JobEnding, detail: str = "", exit_code: int | None = None) -> bool:
    """Write a job's end and free its node; return False when somebody else has done so before."""
    with store.write() as connection:
        running = (Job.uid == uid, Job.state == JobState.RUNNING)
        values = {
            "state": JobState.EXITED,
            "ending": str(ending),
            "ending_detail": detail[:2000],
            "exit_code": exit_code,
            "ended": now(),
        }
        closed = connection.execute(update(Job).where(*running).values(values)).rowcount == 1
        if closed:
            end_job(connection, uid)
        return closed


def read_job(store: Store, uid: str) -> JobInfo:
    """Return a job.

    :raises UnknownJobError: there is none.
    """
    with store.read() as connection:
        row = None if "\0" in uid else connection.execute(select(*_COLUMNS).where(Job.uid == uid)).one_or_none()
    if row is None:
        raise UnknownJobError(f"there is no job {uid[:200]!r}")
    return JobInfo(*row)


def latest_job(store: Store, node: str) -> JobInfo | None:
    """Return the job that runs on a node, or the last one that did, or None."""
    query = select(*_COLUMNS).where(Job.node == node).order_by(Job.number.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else JobInfo(*row)


def latest_jobs(store: Store, nodes: Sequence[str]) -> dict[str, JobInfo]:
    """Return the latest job of each of these nodes that has run one, by the node's id."""
    # A look into an index for each node: grouping would read the jobs of all time.
    newest = select(func.max(Job.number)).where(Job.node == Node.id).correlate(Node).scalar_subquery()
    found: dict[str, JobInfo] = {}
    with store.read() as connection:
        for some in in_portions(nodes):
            query = select(*_COLUMNS).select_from(Node).join(Job, Job.number == newest).where(Node.id.in_(some))
            found |= {row.node: JobInfo(*row) for row in connection.execute(query)}
    return found


def running_jobs(store: Store, host: str) -> list[JobInfo]:
    """Return the jobs of a host whose rows say that they run."""
    query = select(*_COLUMNS).where(Job.state == JobState.RUNNING, Job.host == host).order_by(Job.number)
    with store.read() as connection:
        return [JobInfo(*row) for row in connection.execute(query)]
