"""The dialects that the server brings along: its own pages and its own API. Flask is loaded when they serve."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qarunner.dialects.spec import Claim, Dialect, Problem, Services
from qarunner.hookspecs import hookimpl

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
