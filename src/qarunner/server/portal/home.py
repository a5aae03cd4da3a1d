"""The first page: all nodes, the jobs that run and the last ones, the newest results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, url_for

from qarunner.access import Action
from qarunner.dialects.routes import allow, caller
from qarunner.jobs.ownership import Ownership
from qarunner.server.api.farm import JobListing
from qarunner.server.api.results import Listing
from qarunner.server.portal.page import page

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Services
    from qarunner.server.api.farm import JobView, NodeView
    from qarunner.server.portal.answers import Answers

MOST_RUNNING, MOST_JOBS, MOST_RESULTS = 100, 8, 20


def install(routes: Blueprint, services: Services, answers: Answers) -> None:
    """Make the route."""
    ownership = Ownership(services.store)

    @routes.get("/app/")
    @allow(Action.SEE_NODES)
    def home() -> Response:
        """Show nodes, and jobs and results to those who may see them."""
        shown = caller().may(Action.SEE_RESULTS)
        return page(
            "home.html",
            twin=url_for("server.api.get_nodes"),
            nodes=_nodes(services, answers),
            jobs=_jobs(answers) if shown else None,
            results=answers.results(Listing(limit=MOST_RESULTS, running=True)).results if shown else None,
            interruptions=ownership.interruptions(caller().user),
        )


def _nodes(services: Services, answers: Answers) -> list[NodeView] | None:
    """Return the nodes; None on a server that only keeps results."""
    if services.farm is None:
        return None
    return answers.nodes().nodes


def _jobs(answers: Answers) -> list[JobView]:
    """Return the jobs that run, however long they have, and the last ones besides."""
    running = answers.jobs(JobListing(running=True, limit=MOST_RUNNING)).jobs
    known = {job.uid for job in running}
    last = answers.jobs(JobListing(limit=MOST_JOBS)).jobs
    return [*running, *(job for job in last if job.uid not in known)]
