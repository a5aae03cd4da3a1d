"""What the server brings along: its own pages, its own API, and the engine that runs jobs on its own machine.

Nothing of it is loaded before it serves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qarunner.dialects.spec import Claim, Dialect, PageLink, Problem, Services
from qarunner.hookspecs import hookimpl
from qarunner.job_engines import JobEngine, JobEngineContext, JobEngineDescription

if TYPE_CHECKING:
    from flask import Blueprint, Response

OWN_DOORS = ("token", "bearer", "bare", "basic", "session")


@hookimpl
def qa_dialects() -> Iterable[Dialect]:
    """Offer them."""
    return (
        Dialect(
            "portal",
            "pages for people",
            [Claim("/"), Claim("/app")],
            ("session",),
            _portal,
            _portal_error,
            navigation=(PageLink("Farm", "/app/"), PageLink("Jobs", "/app/jobs"), PageLink("Results", "/app/results")),
        ),
        Dialect(
            "server",
            "health, metrics and events",
            [Claim("/healthz"), Claim("/readyz"), Claim("/metrics"), Claim("/qarunner")],
            OWN_DOORS,
            _own,
            own_error,
        ),
    )


@hookimpl
def qa_job_engines() -> Iterable[JobEngineDescription]:
    """Offer the engine for one machine."""
    return (JobEngineDescription("local", "runs jobs on the server's own machine", _local_engine),)


def _local_engine(context: JobEngineContext) -> JobEngine:
    from qarunner.jobs.local_engine import LocalEngine

    return LocalEngine(context.store)


def own_error(problem: Problem) -> Response:
    """Return an error as our own API says it: ``{"error": "..."}``."""
    from qarunner.server.own import error

    return error(problem)


def _own(services: Services) -> Blueprint:
    from qarunner.server.own import blueprint

    return blueprint(services)


def _portal(services: Services) -> Blueprint:
    from qarunner.server.portal import blueprint

    return blueprint(services)


def _portal_error(problem: Problem) -> Response:
    from qarunner.server.portal import error

    return error(problem)
