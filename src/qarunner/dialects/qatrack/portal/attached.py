"""The files of a session, at an address of the pages' own: the API may be served on another host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qarunner.access import Action
from qarunner.dialects.qatrack import PAGES_PATH
from qarunner.dialects.qatrack.sessions.files import sent_file
from qarunner.dialects.routes import allow

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from qarunner.dialects.spec import Services


def install(routes: Blueprint, services: Services) -> None:
    """Make the route."""

    @routes.get(f"{PAGES_PATH}/files/<int:number>/<name>")
    @allow(Action.SEE_RESULTS, limit="artifacts")
    def attached(number: int, name: str) -> Response:
        """Send an attachment to whoever may see results."""
        return sent_file(services, number, name)
