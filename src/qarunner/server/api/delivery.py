"""Takes results in: one or many, each once, however often it comes. A job's own token speaks for its job only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from sqlalchemy import select

from qarunner.access import Action
from qarunner.dialects.endpoint import Answer, Body, Endpoint
from qarunner.dialects.routes import RefusedError, caller
from qarunner.results import Result, Run
from qarunner.store.ingest import ingest_batch, ingest_run
from qarunner.store.models import Job, StoredResult
from qarunner.store.portions import in_portions
from qarunner.store.submission import RejectedResultError, Stored, Submission, check

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.access import Identity
    from qarunner.dialects.spec import Services

MOST_RESULTS = 1000
LARGEST_BATCH = 64 * 1024 * 1024
"""Bytes of a request with results."""


class OneResult(Body, frozen=True):
    """A result, and what its run's results have in common if that is known."""

    result: Result
    run: Run | None = None


class ManyResults(Body, frozen=True):
    """Results, and the runs they belong to. All are stored or none."""

    results: Annotated[list[Result], msgspec.Meta(max_length=MOST_RESULTS)] = []
    runs: Annotated[list[Run], msgspec.Meta(max_length=MOST_RESULTS)] = []


class StoredResults(Answer, frozen=True):
    """What became of results, in the order in which they came."""

    results: list[Stored]


def endpoints(services: Services) -> Iterable[Endpoint]:
    """Return the routes."""

    def deliver_result(result: str, body: OneResult) -> Stored:
        if body.result.id != result:
            raise RefusedError(400, f"the address names result {result[:80]!r}", place="body $.result.id")
        return _deliver(services, [body.result], [body.run] if body.run else [])[0]

    def deliver_results(body: ManyResults) -> StoredResults:
        return StoredResults(results=_deliver(services, body.results, body.runs))

    yield Endpoint(
        "PUT",
        "/results/{result}",
        "Deliver one result; again changes nothing, unless it was running before",
        deliver_result,
        Action.DELIVER_RESULTS,
        answer=Stored,
        body=OneResult,
        body_limit=LARGEST_BATCH,
        statuses=(413, 415, 507),
    )
    yield Endpoint(
        "POST",
        "/results",
        f"Deliver up to {MOST_RESULTS} results in one transaction",
        deliver_results,
        Action.DELIVER_RESULTS,
        answer=StoredResults,
        body=ManyResults,
        body_limit=LARGEST_BATCH,
        statuses=(413, 415, 507),
    )


def _deliver(services: Services, results: Sequence[Result], runs: Sequence[Run]) -> list[Stored]:
    identity = caller()
    by_id = {run.id: run for run in runs}
    submissions = [_submission(identity, result, by_id.get(result.run_id)) for result in results]
    if identity.job is not None:
        with services.store.read() as connection:
            _check_job(connection, identity.job, results, runs)
    of_results = {result.run_id for result in results}
    for run in by_id.values():
        if run.id not in of_results:
            ingest_run(services.store, run)
    try:
        return ingest_batch(services.store, submissions) if submissions else []
    except RejectedResultError as error:
        raise RefusedError(400, _sentence(error), place=_place_of_bad(submissions)) from error


def _place_of_bad(submissions: Sequence[Submission]) -> str:
    for position, submission in enumerate(submissions):
        try:
            check(submission)
        except RejectedResultError:
            return f"body $.results[{position}]"
    return ""


def _sentence(error: RejectedResultError) -> str:
    return f"{error.problem}. {error.advice}" if error.advice else error.problem


def _submission(identity: Identity, result: Result, run: Run | None) -> Submission:
    # Who delivers is known for certain; a run only says what the desk's machine calls its user.
    return Submission(result=result, run=run, job=identity.job or "", user=identity.user)


def _check_job(connection: Connection, job: str, results: Sequence[Result], runs: Sequence[Run]) -> None:
    """Refuse what a job may not say: results of another node or another job, or of runs that are not its own."""
    node = connection.execute(select(Job.node).where(Job.uid == job)).scalar()
    for position, run in enumerate(runs):
        if run.job_uid not in ("", job):
            raise RefusedError(403, f"this token is good for job {job} only", place=f"body $.runs[{position}].job_uid")
    for position, result in enumerate(results):
        if node is not None and result.node not in ("", node):
            place = f"body $.results[{position}].node"
            raise RefusedError(403, f"job {job} runs on node {node}, not on {result.node[:80]!r}", place=place)
    check_results(connection, job, [result.id for result in results])


def check_results(connection: Connection, job: str | None, results: Sequence[str]) -> None:
    """Refuse a job's token where one of the results belongs to another job. :param job: None for ordinary tokens.

    :raises RefusedError: 403.
    """
    if job is None:
        return
    for some in in_portions([result for result in results if "\0" not in result]):
        foreign: Any = select(StoredResult.id).where(StoredResult.id.in_(some), StoredResult.job != job)
        if found := connection.execute(foreign.limit(1)).scalar():
            raise RefusedError(403, f"this token is good for job {job} only, and result {found} is not of it")
