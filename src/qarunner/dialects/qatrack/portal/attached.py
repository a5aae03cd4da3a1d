"""The files of a session, at an address of the pages' own: the API may be served on another host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from qarunner.access import Action
from qarunner.dialects.files import content_file
from qarunner.dialects.qatrack import PAGES_PATH
from qarunner.dialects.routes import RefusedError, allow
from qarunner.store.models import qatrack

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from qarunner.dialects.spec import Services

LARGEST_NUMBER = 2**63 - 1


def install(routes: Blueprint, services: Services) -> None:
    """Make the route."""

    @routes.get(f"{PAGES_PATH}/files/<int:number>/<name>")
    @allow(Action.SEE_RESULTS, limit="artifacts")
    def attached(number: int, name: str) -> Response:
        """Send an attachment to whoever may see results."""
        file = qatrack.Attachment
        query = select(file.content).where(file.id == min(number, LARGEST_NUMBER), file.label == name)
        with services.store.read() as connection:
            found = connection.execute(query).scalar()
        if found is None:
            raise RefusedError(404, f"there is no file {name[:80]!r} with the number {number}")
        return content_file(services, found, name)
