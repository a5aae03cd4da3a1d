"""The routes of sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from qarunner.access import Action
from qarunner.dialects.qatrack.joining.joiner import Joiner
from qarunner.dialects.qatrack.lists import names_of
from qarunner.dialects.qatrack.reading.addresses import addresses_of
from qarunner.dialects.qatrack.sessions import files
from qarunner.dialects.qatrack.sessions.answering import session_answer
from qarunner.dialects.qatrack.sessions.body import read_body
from qarunner.dialects.qatrack.sessions.changing import Changer
from qarunner.dialects.qatrack.sessions.definitions import Definitions, Desk
from qarunner.dialects.qatrack.sessions.posting import Poster
from qarunner.dialects.routes import RefusedError, allow, caller

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.sessions.writing import Written
    from qarunner.dialects.spec import Services

RESOURCE = "qa/testlistinstances"
ALLOWED = [("Allow", "GET, POST, PATCH, HEAD")]


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""
    files.install(routes, services)
    desk = Desk(services.store, Definitions(services.store), services.zone)
    poster, changer, joiner = Poster(desk), Changer(desk), Joiner(services.store, services.zone)

    def answer(written: Written, status: int) -> Response:
        response = session_answer(written, addresses_of(services), status)
        if written.session["results_due"]:
            response.call_on_close(joiner.work)  # when it is out
        return response

    @allow(Action.DELIVER_RESULTS, body_limit=services.upload_limit)
    def post_session() -> Response:
        return answer(poster.post(read_body(), caller()), 201)

    @allow(Action.CHANGE_RESULTS, body_limit=services.upload_limit)
    def patch_session(number: int) -> Response:
        return answer(changer.change(number, read_body(), caller()), 200)

    # A plain user hears that they may not change anything, before hearing that it is not done this way.
    @allow(Action.CHANGE_RESULTS)
    def never(number: int = 0) -> Response:  # noqa: ARG001 - part of the address
        raise RefusedError(405, f"{request.method} is not possible here", ALLOWED)

    for name in names_of(RESOURCE):
        routes.add_url_rule(f"{name}/", "post_session", post_session, methods=["POST"])
        routes.add_url_rule(f"{name}/", "refused_session", never, methods=["PUT", "PATCH", "DELETE"])
        routes.add_url_rule(f"{name}/<int:number>/", "patch_session", patch_session, methods=["PATCH"])
        routes.add_url_rule(f"{name}/<int:number>/", "refused_session", never, methods=["PUT", "POST", "DELETE"])
