"""The dialect ``qatrack``: the API of QATrack+, by which devices are held against references and tolerances over time.

`resources` says what can be read, `reading` answers lists and details of it. `sessions` takes completed lists in,
`rules` decides on their values, and `joining` makes results of the store of them. `definition` makes and changes units,
lists and limits. `history` follows one value over time; `portal` has the pages for people, a dialect of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qarunner.dialects.spec import Claim, Dialect, PageLink, Problem, Services
from qarunner.hookspecs import hookimpl

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from qarunner.dialects.endpoint import Endpoint

NAME = "qatrack"
PAGES = "qatrack-pages"
PAGES_PATH = "/app/qatrack"


@hookimpl
def qa_dialects() -> Iterable[Dialect]:
    """Offer the API and the pages. Flask is loaded when the server asks for the routes."""
    claims, doors = [Claim("/api")], ("token", "session")
    return (
        Dialect(NAME, "QATrack+ API", claims, doors, _blueprint, _error, endpoints=_endpoints, upkeep=_upkeep),
        Dialect(
            PAGES,
            "pages on units and what is measured on them",
            [Claim(PAGES_PATH)],
            ("session",),
            _pages,
            _pages_error,
            navigation=(PageLink("Units", PAGES_PATH),),
        ),
    )


def _blueprint(services: Services) -> Blueprint:
    from qarunner.dialects.qatrack.routes import blueprint

    return blueprint(services)


def _endpoints(services: Services) -> Iterable[Endpoint]:
    from qarunner.dialects.qatrack import history_api
    from qarunner.dialects.qatrack.definition.endpoints import endpoints

    return (*endpoints(services), *history_api.endpoints(services))


def _error(problem: Problem) -> Response:
    from qarunner.dialects.qatrack.pages import error

    return error(problem)


def _upkeep(services: Services) -> None:
    """Make results of sessions that were stored just before a server ended."""
    from qarunner.dialects.qatrack.joining.joiner import Joiner

    Joiner(services.store, services.zone).work()


def _pages(services: Services) -> Blueprint:
    from qarunner.dialects.qatrack.portal import blueprint

    return blueprint(services)


def _pages_error(problem: Problem) -> Response:
    from qarunner.dialects.portal_pages import error

    return error(problem)
