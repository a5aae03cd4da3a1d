"""The routes of sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qarunner.access import Action
from qarunner.dialects.qatrack.joining.joiner import Joiner
from qarunner.dialects.qatrack.lists import WRITTEN, names_of
from qarunner.dialects.qatrack.methods import install_others, install_view
from qarunner.dialects.qatrack.reading.addresses import addresses_of
from qarunner.dialects.qatrack.sessions import files
from qarunner.dialects.qatrack.sessions.answering import session_answer
from qarunner.dialects.qatrack.sessions.body import read_body
from qarunner.dialects.qatrack.sessions.changing import Changer
from qarunner.dialects.qatrack.sessions.definitions import Definitions, Desk
from qarunner.dialects.qatrack.sessions.posting import Poster
from qarunner.dialects.routes import allow, caller

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from qarunner.dialects.qatrack.sessions.writing import Written
    from qarunner.dialects.spec import Services


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

    lists, rows = ([f"{name}/{end}" for name in names_of(WRITTEN)] for end in ("", "<int:number>/"))
    install_view(routes, lists, "post_session", post_session, ["POST"])
    install_others(routes, lists, "sessions", ["GET", "POST"], options=False)
    install_view(routes, rows, "patch_session", patch_session, ["PATCH"])
    install_others(routes, rows, "session", ["GET", "PATCH"], options=False)
