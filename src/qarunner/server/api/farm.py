"""Nodes and jobs: shows them, starts and stops jobs, and follows their logs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from flask import Response
from sqlalchemy import select

from qarunner.access import Action
from qarunner.dialects.endpoint import Answer, Body, Endpoint, Query
from qarunner.dialects.routes import RefusedError, caller
from qarunner.store.models import Job, JobState

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services
    from qarunner.jobs.node_info import NodeInfo
    from qarunner.jobs.records import JobInfo
    from qarunner.jobs.rules import Holder

LOG_PART = 1024 * 1024
"""Bytes of a log in one answer."""
PATIENCE = 55
"""Seconds of a long poll."""
OPEN = (JobState.QUEUED, JobState.RUNNING)


class HolderView(Answer, frozen=True):
    """Who has a node."""

    kind: str
    user: str
    reason: str
    since: datetime | None
    until: datetime | None
    """When it ends by itself; null for never."""
    job: str | None
    reservation: int | None
    """Its number, where it is one."""


class NodeView(Answer, frozen=True):
    """A node."""

    id: str
    online: bool
    offline_reason: str
    available: bool
    not_available_reason: str | None
    holder: HolderView | None
    job: str | None
    """Uid of the job that runs on it, or of the last one that did."""
    friendly_name: str | None
    device_type: str | None
    last_used_by: str | None
    last_used_time: datetime | None


class NodeList(Answer, frozen=True):
    """All nodes."""

    nodes: list[NodeView]


class JobView(Answer, frozen=True):
    """A job."""

    number: int
    uid: str
    node: str
    state: JobState
    running: bool
    ending: str
    """Why it is over: finished, stopped, time limit, server stopped or error; empty while it runs."""
    ending_detail: str
    exit_code: int | None
    """The runner's."""
    revision: str
    branch: str | None
    category: str
    tags: dict[str, str]
    user: str
    created: datetime
    ended: datetime | None
    pass_count: int
    fail_count: int
    error_count: int
    skip_count: int
    total_count: int


class JobPage(Answer, frozen=True):
    """Some jobs, newest first."""

    jobs: list[JobView]
    next: int | None
    """What the next page starts after; null on the last one."""


class JobListing(Query, frozen=True):
    """Which jobs."""

    node: str | None = None
    running: bool | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    after: Annotated[int, msgspec.Meta(ge=1, le=2**53)] | None = None
    """`next` of the page before."""


class NewJob(Body, frozen=True):
    """What to run."""

    node: str
    testcases: list[str]
    revision: str = "HEAD"
    """Branch, tag, commit or ref of the test pack."""
    remote_control: str = ""
    category: str = "default"
    forever: bool = False
    shuffle: bool = False
    tags: dict[str, str] = {}
    time_limit: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """Seconds for the whole job; 0 for none."""


class Following(Query, frozen=True):
    """From where on."""

    offset: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0
    """Bytes that are known already."""


class Waiting(Query, frozen=True):
    """How long to wait for the end."""

    wait: Annotated[float, msgspec.Meta(ge=0, le=PATIENCE)] = 0.0
    """Seconds."""


class TestcaseNames(Answer, frozen=True):
    """The testcases of a revision."""

    __test__ = False

    revision: str
    """The commit."""
    testcases: list[str]


class OfRevision(Query, frozen=True):
    """Which revision."""

    revision: str = "HEAD"


def endpoints(services: Services) -> Iterable[Endpoint]:
    """Return the routes."""

    def get_nodes() -> NodeList:
        need_farm(services)
        return NodeList(nodes=[_node(node) for node in services.farm.nodes()])

    def get_node(node: str) -> NodeView:
        need_farm(services)
        return _node(services.farm.node(node))

    def get_testcases(query: OfRevision) -> TestcaseNames:
        need_farm(services)
        sha = services.packs.resolve(query.revision).sha
        return TestcaseNames(revision=sha, testcases=list(services.packs.testcase_names(sha)))

    def get_jobs(query: JobListing) -> JobPage:
        return _list_jobs(services, query)

    def get_job(node: str, group: str, number: str, query: Waiting) -> JobView:
        need_farm(services)
        uid = f"/{node}/{group}/{number}"
        return _job(services.jobs.await_completion(uid, query.wait) if query.wait else services.jobs.job(uid))

    def start_job(body: NewJob) -> JobView:
        need_farm(services)
        from qarunner.jobs.requests import RunRequest

        settings = {name: getattr(body, name) for name in body.__struct_fields__ if name != "testcases"}
        original = msgspec.to_builtins(body)
        request = RunRequest(testcases=tuple(body.testcases), original=original, **settings)
        return _job(services.jobs.run_tests(request, caller().user))

    def stop_job(node: str, group: str, number: str) -> JobView:
        need_farm(services)
        return _job(services.jobs.stop(f"/{node}/{group}/{number}", caller().user))

    def get_job_log(node: str, group: str, number: str, query: Following) -> Response:
        need_farm(services)
        path = services.jobs.log_file(services.jobs.job(f"/{node}/{group}/{number}"))
        try:
            with path.open("rb") as file:
                # Beyond its end there is nothing, however far; a file system only seeks so far.
                file.seek(min(query.offset, path.stat().st_size))
                part = file.read(LOG_PART)
        except FileNotFoundError:
            part = b""  # its pytest does not run yet, or the log was thrown away with age
        return Response(part, mimetype="text/plain")

    see, uid = Action.SEE_RESULTS, "/jobs/{node}/{group}/{number}"
    yield Endpoint("GET", "/nodes", "All nodes and who has them", get_nodes, Action.SEE_NODES, answer=NodeList)
    yield Endpoint(
        "GET", "/nodes/{node}", "A node", get_node, Action.SEE_NODES, answer=NodeView, statuses=(404,)
    )  # fmt: skip
    yield Endpoint(
        "GET", "/testcases", "The testcases of a revision of the test pack", get_testcases, see,
        answer=TestcaseNames, query=OfRevision, statuses=(404,),
    )  # fmt: skip
    yield Endpoint("GET", "/jobs", "Jobs, newest first", get_jobs, see, answer=JobPage, query=JobListing)
    yield Endpoint(
        "POST", "/jobs", "Start a job", start_job, Action.RUN_JOBS,
        answer=JobView, body=NewJob, status=201, statuses=(404, 409, 413, 415),
    )  # fmt: skip
    yield Endpoint(
        "GET", uid, "A job; with `wait` as soon as it has ended", get_job, see,
        answer=JobView, query=Waiting, statuses=(404,),
    )  # fmt: skip
    yield Endpoint(
        "POST", f"{uid}/stop", "End a job; answered when all it started is gone", stop_job, Action.RUN_JOBS,
        answer=JobView, statuses=(404, 409),
    )  # fmt: skip
    yield Endpoint(
        "GET", f"{uid}/log", "A job's log from a place on, at most a mebibyte", get_job_log, see,
        media="text/plain", query=Following, statuses=(404,),
    )  # fmt: skip


def need_farm(services: Services) -> None:
    """Refuse what a server without nodes cannot do."""
    if services.jobs is None:
        raise RefusedError(503, "this server keeps results only: it has no nodes and runs no jobs")


def _list_jobs(services: Services, query: JobListing) -> JobPage:
    from qarunner.jobs.records import JobInfo

    columns = [getattr(Job, field.name) for field in fields(JobInfo)]
    statement = select(*columns).order_by(Job.number.desc()).limit(query.limit + 1)
    if query.node is not None:
        statement = statement.where(Job.node == query.node)
    if query.running is not None:
        # By equality, which an index finds: among a million jobs that are over, few are not.
        states = OPEN if query.running else (JobState.EXITED,)
        statement = statement.where(Job.state.in_(states))
    if query.after is not None:
        statement = statement.where(Job.number < query.after)
    make: Any = JobInfo
    with services.store.read() as connection:
        jobs = [_job(make(*row)) for row in connection.execute(statement)]
    more = len(jobs) > query.limit
    return JobPage(jobs=jobs[: query.limit], next=jobs[query.limit - 1].number if more else None)


def _job(job: JobInfo) -> JobView:
    return JobView(**{name: getattr(job, name) for name in JobView.__struct_fields__})


def _node(node: NodeInfo) -> NodeView:
    return NodeView(
        holder=None if node.holder is None else _holder(node.holder),
        job=None if node.job is None else node.job.uid,
        **{name: getattr(node, name) for name in NodeView.__struct_fields__ if name not in ("holder", "job")},
    )


def _holder(holder: Holder) -> HolderView:
    held = {name: getattr(holder, name) for name in HolderView.__struct_fields__}
    return HolderView(**(held | {"kind": str(holder.kind)}))
