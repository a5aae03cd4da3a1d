"""Runs testcases, and follows and stops jobs, by their uid or by their node."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from qarunner.access import Action
from qarunner.dialects.bodies import decode_json, raw_body
from qarunner.dialects.routes import allow, caller
from qarunner.dialects.stbt.files import growing_file
from qarunner.dialects.stbt.shapes import API, NO_JOB, job_shape, json_answer, no_job_shape
from qarunner.jobs.requests import RunRequest

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from qarunner.dialects.spec import Services
    from qarunner.jobs.records import JobInfo

PATIENCE = 55.0
"""Seconds of a long poll: what the API promises; clients give up after 60."""
LOOK = 2.5
"""Seconds after which a waiting request sees whether the server is about to end."""
ACCEPTED = 202
JOB = f"{API}/jobs/<node_id>/<group>/<number>"
NODE_JOB = f"{API}/nodes/<node_id>/job"
TagValue = str | int | float | bool | None


class RunTests(msgspec.Struct):
    """The body of run_tests; what else it has is passed over."""

    node_id: str
    test_pack_revision: str
    test_cases: list[str]
    remote_control: str | None = None
    category: str | None = None
    soak: Literal["run once", "run forever"] | None = None
    shuffle: bool | None = None
    tags: dict[str, TagValue] | None = None


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""

    @routes.post(f"{API}/run_tests")
    @allow(Action.RUN_JOBS)
    def run_tests() -> Response:
        """Start a job."""
        return json_answer(job_shape(services, services.jobs.run_tests(_request(raw_body()), caller().user)))

    @routes.get(JOB)
    @allow(Action.SEE_RESULTS)
    def job(node_id: str, group: str, number: str) -> Response:
        """Say how a job stands."""
        return _shown(services, node_id, _job(services, node_id, group, number))

    @routes.get(f"{JOB}/log")
    @allow(Action.SEE_RESULTS)
    def log(node_id: str, group: str, number: str) -> Response:
        """Give a job's log as far as it is written; a range gives what came since."""
        found = _job(services, node_id, group, number)
        return growing_file(services.jobs.log_file(found) if found else None)

    @routes.get(f"{JOB}/await_completion")
    @allow(Action.SEE_RESULTS, limit="unlimited")
    def await_completion(node_id: str, group: str, number: str) -> Response:
        """Answer when the job has ended, or 202 after 55 s."""
        return _wait(services, node_id, _job(services, node_id, group, number))

    @routes.route(f"{JOB}/stop", methods=["PUT", "POST"])
    @allow(Action.RUN_JOBS, limit="unlimited")
    def stop(node_id: str, group: str, number: str) -> Response:
        """End a job, and answer when it has ended, or 202 after 55 s."""
        return _stop(services, node_id, _job(services, node_id, group, number))

    @routes.get(NODE_JOB)
    @allow(Action.SEE_RESULTS)
    def node_job(node_id: str) -> Response:
        """Say how a node's job stands, or its last one."""
        return _shown(services, node_id, _latest(services, node_id))

    @routes.get(f"{NODE_JOB}/await_completion")
    @allow(Action.SEE_RESULTS, limit="unlimited")
    def node_await_completion(node_id: str) -> Response:
        """Answer when a node's job has ended, or 202 after 55 s."""
        return _wait(services, node_id, _latest(services, node_id))

    @routes.route(f"{NODE_JOB}/stop", methods=["PUT", "POST"])
    @allow(Action.RUN_JOBS, limit="unlimited")
    def node_stop(node_id: str) -> Response:
        """End a node's job."""
        return _stop(services, node_id, _latest(services, node_id))


def _request(body: bytes) -> RunRequest:
    asked = decode_json(body, RunTests)
    return RunRequest(
        node=asked.node_id,
        revision=asked.test_pack_revision,
        testcases=tuple(asked.test_cases),
        remote_control=asked.remote_control or "",
        category="default" if asked.category is None else asked.category,
        forever=asked.soak == "run forever",
        shuffle=bool(asked.shuffle),
        tags={name: _tag(value) for name, value in (asked.tags or {}).items()},
        original=decode_json(body, dict[str, Any]),
    )


def _tag(value: TagValue) -> str:
    """Return a tag's value as text, numbers as JSON writes them; null is a tag without a value."""
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


def _job(services: Services, node_id: str, group: str, number: str) -> JobInfo | None:
    """Return a job; None for the one that stands for no job of a node that has run none.

    :raises UnknownJobError: there is none. :raises UnknownNodeError: nor is there its node.
    """
    if f"{group}/{number}" == NO_JOB:
        services.farm.known(node_id)
        return None
    return services.jobs.job(f"/{node_id}/{group}/{number}")


def _latest(services: Services, node_id: str) -> JobInfo | None:
    services.farm.known(node_id)
    return services.jobs.latest(node_id)


def _shown(services: Services, node_id: str, job: JobInfo | None, status: int = 200) -> Response:
    shape = no_job_shape(services, node_id) if job is None else job_shape(services, job)
    return json_answer(shape, status)


def _wait(services: Services, node_id: str, job: JobInfo | None) -> Response:
    """Wait without a connection to the database, and let go when the server is about to end."""
    ends = time.monotonic() + PATIENCE
    while job is not None and job.running and not services.stopping.is_set():
        began = time.monotonic()
        if began >= ends:
            break
        share = min(LOOK, ends - began)
        job = services.jobs.await_completion(job.uid, share)
        # A job that another process looks after is not waited for there.
        left = share - (time.monotonic() - began)
        if job.running and left > 0:
            services.stopping.wait(left)
    return _shown(services, node_id, job, _status(job))


def _stop(services: Services, node_id: str, job: JobInfo | None) -> Response:
    if job is not None and job.running:
        job = services.jobs.stop(job.uid, caller().user, PATIENCE)
    return _shown(services, node_id, job, _status(job))


def _status(job: JobInfo | None) -> int:
    return ACCEPTED if job is not None and job.running else 200
