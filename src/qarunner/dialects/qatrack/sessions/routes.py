"""The routes of sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from qarunner.access import Action
from qarunner.dialects.qatrack.lists import names_of
from qarunner.dialects.qatrack.reading.addresses import addresses_of
from qarunner.dialects.qatrack.sessions import files
from qarunner.dialects.qatrack.sessions.answering import session_answer
from qarunner.dialects.qatrack.sessions.body import read_body
from qarunner.dialects.qatrack.sessions.definitions import Definitions
from qarunner.dialects.qatrack.sessions.posting import Poster
from qarunner.dialects.routes import RefusedError, allow, caller

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

RESOURCE = "qa/testlistinstances"
ALLOWED = [("Allow", "GET, POST, PATCH, HEAD")]


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""
    files.install(routes, services)
    poster = Poster(services.store, Definitions(services.store), services.zone)

    @allow(Action.DELIVER_RESULTS, body_limit=services.upload_limit)
    def post_session() -> Response:
        fields, judgement, written = poster.post(read_body(), caller())
        return session_answer(
            written.session,
            judgement,
            written.numbers,
            written.files,
            fields.comment,
            addresses_of(services),
            201,
        )

    # A plain user hears that they may not change anything, before hearing that it is not done this way.
    @allow(Action.CHANGE_RESULTS)
    def never(number: int = 0) -> Response:  # noqa: ARG001 - part of the address
        raise RefusedError(405, f"{request.method} is not possible here", ALLOWED)

    for name in names_of(RESOURCE):
        routes.add_url_rule(f"{name}/", "post_session", post_session, methods=["POST"])
        routes.add_url_rule(f"{name}/", "never_session", never, methods=["PUT", "PATCH", "DELETE"])
        routes.add_url_rule(f"{name}/<int:number>/", "never_session", never, methods=["PUT", "POST", "DELETE"])
