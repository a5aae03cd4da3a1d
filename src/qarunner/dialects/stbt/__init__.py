"""The dialect ``stbt``: the HTTP REST API v2 of Stb-tester, with what its clients use beyond the text of its manual."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qarunner.dialects.spec import Claim, Dialect, Problem, Services
from qarunner.hookspecs import hookimpl

if TYPE_CHECKING:
    from flask import Blueprint, Response

NAME = "stbt"
CLAIMS = ("/api/v2", "/api/_private/workgroup", "/github/post-receive")


@hookimpl
def qa_dialects() -> Iterable[Dialect]:
    """Offer it. Flask is loaded when the server asks for the routes."""
    claims = [Claim(path) for path in CLAIMS]
    doors = ("token", "bearer", "basic", "session")
    return (Dialect(NAME, "Stb-tester HTTP REST API v2", claims, doors, _blueprint, _error),)


def _blueprint(services: Services) -> Blueprint:
    from qarunner.dialects.stbt.routes import blueprint

    return blueprint(services)


def _error(problem: Problem) -> Response:
    from qarunner.dialects.stbt.problems import error

    return error(problem)
