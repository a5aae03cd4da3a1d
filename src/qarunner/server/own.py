"""What the server says of itself: whether it is alive, whether it can do its work, and what changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from flask import Blueprint, Response
from sqlalchemy import text

from qarunner.dialects.routes import RefusedError, public
from qarunner.server import api
from qarunner.server.live.events import add_events
from qarunner.server.live.feed import Feed
from qarunner.server.live.metrics import Metrics
from qarunner.store.errors import StoreError

if TYPE_CHECKING:
    from qarunner.dialects.spec import Problem, Services


def json_answer(value: Any, status: int = 200) -> Response:
    """Return a value as JSON."""
    return Response(msgspec.json.encode(value) + b"\n", status, mimetype="application/json")


def error(problem: Problem) -> Response:
    """Return an error as our own API says it."""
    body = {"error": problem.reason} | ({"place": problem.place} if problem.place else {})
    answer = json_answer(body, problem.status)
    if problem.status == 401:  # noqa: PLR2004 - Unauthorized
        answer.headers["WWW-Authenticate"] = 'Bearer realm="qarunner"'
    return answer


def blueprint(services: Services) -> Blueprint:
    """Make the routes."""
    routes = Blueprint("server", __name__)
    feed = Feed(services.store, services.stopping)
    add_events(routes, feed, services.stopping)
    Metrics(services.store, feed).install(routes)

    @routes.get("/healthz")
    @public(limit="unlimited")
    def healthz() -> Response:
        """Say that the process answers."""
        return json_answer({"status": "ok"})

    @routes.get("/readyz")
    @public(limit="unlimited")
    def readyz() -> Response:
        """Say whether requests can be worked on: the database answers and the server is not about to end."""
        if services.stopping.is_set():
            raise RefusedError(503, "the server is stopping")
        try:
            with services.store.read() as connection:
                connection.execute(text("SELECT 1"))
        except StoreError as problem:
            raise RefusedError(503, "the database does not answer") from problem
        return json_answer({"status": "ok"})

    routes.register_blueprint(api.blueprint(services))
    return routes
