"""Tells the owner of a reservation who ended it and why, until the owner says that it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, url_for

from qarunner.access import Action
from qarunner.dialects.routes import RefusedError, allow, caller
from qarunner.jobs.ownership import Ownership
from qarunner.server.portal.page import SEE_OTHER

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Services
    from qarunner.server.portal.answers import Answers


def install(routes: Blueprint, services: Services, _answers: Answers) -> None:
    """Make the route."""
    ownership = Ownership(services.store)

    @routes.post("/app/interruptions/<number>/seen")
    @allow(Action.OWN_ACCOUNT, body_limit=10_000)
    def interruption_seen(number: str) -> Response:
        """Note that the owner has read it."""
        if not (number.isascii() and number.isdigit() and len(number) < 19):  # noqa: PLR2004 - digits
            raise RefusedError(404, f"there is no reservation {number[:40]!r}")
        ownership.seen(int(number), caller().user)
        done: Response = redirect(url_for("portal.home"), SEE_OTHER)  # type: ignore[assignment]  # Flask's own class
        return done
