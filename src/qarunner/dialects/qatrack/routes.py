"""Puts the routes of the dialect together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request

from qarunner.dialects.qatrack import NAME, index, lists, problems, tokens
from qarunner.dialects.qatrack.schema import route as schema
from qarunner.dialects.qatrack.sessions import routes as sessions

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

PARTS = (tokens, index, schema, sessions, lists)


def blueprint(services: Services) -> Blueprint:
    """Make the routes."""
    routes = Blueprint(NAME, __name__, template_folder="templates")
    problems.install(routes)
    routes.before_request(_with_slash)
    for part in PARTS:
        part.install(routes, services)
    return routes


def _with_slash() -> Response | None:
    """Send clients that left out the last slash to the address with it: a POST becomes a GET by that, as ever."""
    if request.path.endswith("/") or request.url_rule is None or not request.url_rule.rule.endswith("/"):
        return None
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    answer: Response = redirect(f"{request.root_path}{request.path}/{query}", 301)  # type: ignore[assignment]  # Flask's own class
    return answer
