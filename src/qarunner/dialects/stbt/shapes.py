"""What the API's answers are made of: JSON, times, URLs, jobs and rows of results."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from flask import Response

from qarunner.dialects.addresses import api_url, portal_url
from qarunner.dialects.stbt.names import result_name
from qarunner.results import Outcome
from qarunner.store.models import JobState

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services
    from qarunner.jobs.records import JobInfo
    from qarunner.store.rows import ResultRow

API = "/api/v2"
NO_JOB = "0000/0"
"""End of the uid that stands for the job of a node that has run none; numbers of real jobs begin with 1."""


def json_answer(value: Any, status: int = 200) -> Response:
    """Return a value as JSON."""
    return Response(msgspec.json.encode(value) + b"\n", status, mimetype="application/json")


def no_content() -> Response:
    """Return nothing, successfully."""
    answer = Response(status=204)
    del answer.headers["Content-Type"]
    return answer


def zulu(moment: datetime | None) -> str | None:
    """Return a time as jobs and results have it: ``2015-05-28T14:46:35.354791Z``."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def offset(moment: datetime | None) -> str | None:
    """Return a time as nodes and reservations have it: ``2023-02-22T16:56:11+00:00``."""
    return None if moment is None else moment.astimezone(UTC).isoformat()


def job_shape(services: Services, job: JobInfo) -> dict[str, Any]:
    """Return a job as the API shows it."""
    counts = {"pass": job.pass_count, "fail": job.fail_count, "error": job.error_count, "total": job.total_count}
    return _job(services, job.uid, "exited" if job.state is JobState.EXITED else "running", counts) | {
        "start_time": zulu(job.started or job.created),
        "end_time": zulu(job.ended),
    }


def no_job_shape(services: Services, node: str) -> dict[str, Any]:
    """Return the job of a node that has run none: one that is over, so that clients which stop it first go on."""
    return _job(services, f"/{node}/{NO_JOB}", "exited", {"pass": 0, "fail": 0, "error": 0, "total": 0})


def _job(services: Services, uid: str, status: str, counts: dict[str, int]) -> dict[str, Any]:
    url = f"{api_url(services)}{API}/jobs{quote(uid)}"
    return {
        "job_uid": uid,
        "job_url": url,
        "log_url": f"{url}/log",
        "triage_url": f"{portal_url(services)}/app/#/results?filter=job:{quote(uid)}",
        "status": status,
        "start_time": None,
        "end_time": None,
        "result_counts": counts,
    }


def row_shape(services: Services, row: ResultRow) -> dict[str, Any]:
    """Return a result as lists show it."""
    name = result_name(row.job, row.node, row.started, row.number)
    return {
        "result_id": name,
        "job_uid": row.job or None,
        "result_url": f"{api_url(services)}{API}/results{quote(name)}",
        "triage_url": f"{portal_url(services)}/app/#/result/{quote(name)}",
        "start_time": zulu(row.started),
        "end_time": zulu(row.ended),
        "test_pack_sha": row.revision or None,
        "test_case": row.testcase,
        "result": str(row.outcome),
        "failure_reason": None if row.outcome is Outcome.PASS else row.failure_reason or None,
    }
