"""The list of jobs, and the page of one: how it stands, its results, its log while it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request, url_for

from qarunner.access import Action
from qarunner.dialects.routes import RefusedError, allow, caller
from qarunner.server.api.farm import JobListing, Waiting
from qarunner.server.api.results import Listing
from qarunner.server.portal.links import filter_of
from qarunner.server.portal.logs import Ending, ending_of
from qarunner.server.portal.page import change, page

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Problem, Services
    from qarunner.server.portal.answers import Answers

ROWS = 50
RESULTS = 200
JOB = "/app/jobs/<node>/<group>/<number>"
PATIENCE = 20.0
"""Seconds in which a job that is stopped usually ends; the page follows one that needs longer."""
NO_LOG = Ending("", 0, 0)


def install(routes: Blueprint, services: Services, answers: Answers) -> None:
    """Make the routes."""

    @routes.get("/app/jobs")
    @allow(Action.SEE_RESULTS)
    def jobs() -> Response:
        """Show jobs, newest first."""
        node, after = request.args.get("node", ""), request.args.get("after", "")
        query = JobListing(node=node or None, after=_number(after), limit=ROWS)
        found = answers.jobs(query)
        following = url_for("portal.jobs", node=node or None, after=found.next) if found.next else ""
        twin = url_for("server.api.get_jobs", node=node or None, after=after or None)
        return page("jobs.html", twin=twin, jobs=found.jobs, of_node=node, following=following, is_first=not after)

    @routes.get(JOB)
    @allow(Action.SEE_RESULTS)
    def job(node: str, group: str, number: str) -> Response:
        """Show a job."""
        return show(node, group, number)

    @routes.post(f"{JOB}/stop")
    @allow(Action.RUN_JOBS, limit="unlimited", body_limit=10_000)
    def stop_job(node: str, group: str, number: str) -> Response:
        """End a job, and show it."""
        if services.jobs is None:
            raise RefusedError(503, "this server runs no jobs")
        return change(
            lambda: services.jobs.stop(f"/{node}/{group}/{number}", caller().user, PATIENCE),
            url_for("portal.job", node=node, group=group, number=number),
            lambda problem: show(node, group, number, problem),
        )

    def show(node: str, group: str, number: str, problem: Problem | None = None) -> Response:
        found = answers.job(node, group, number, Waiting())
        order = request.args.get("after", "")
        listing = Listing(filter=filter_of(job=found.uid), sort="date:desc", limit=RESULTS, after=order, running=True)
        results = answers.results(listing)
        place: dict[str, Any] = {"node": node, "group": group, "number": number}
        return page(
            "job.html",
            status=problem.status if problem else 200,
            twin=url_for("server.api.get_job", **place),
            problem=problem,
            job=found,
            place=place,
            results=results.results,
            following=url_for("portal.job", **place, after=results.next) if results.next else "",
            is_first=not order,
            log=_log(found.uid),
            may_stop=found.running and caller().may(Action.RUN_JOBS),
        )

    def _log(uid: str) -> Ending:
        try:
            with services.jobs.log_file(services.jobs.job(uid)).open("rb") as file:
                return ending_of(file)
        except FileNotFoundError:
            return NO_LOG  # its pytest does not run yet, or the log was thrown away with age


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):  # noqa: PLR2004 - digits of the largest number
        raise RefusedError(400, f"after={text[:40]!r} is not what a page of jobs gave. Start with the first page")
    return int(text)
