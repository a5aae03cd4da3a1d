"""The form by which somebody reviews a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request, url_for

from qarunner.access import Action
from qarunner.access.service import address_of
from qarunner.dialects.portal_pages import see
from qarunner.dialects.qatrack import PAGES
from qarunner.dialects.qatrack.reading.addresses import SESSION_PAGE
from qarunner.dialects.qatrack.reviewing import review_session
from qarunner.dialects.routes import RefusedError, allow, caller

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Services

FORM = 100_000
"""Bytes."""
LONGEST_COMMENT = 10_000
LARGEST_NUMBER = 2**63 - 1


def install(routes: Blueprint, services: Services) -> None:
    """Make the route."""

    @routes.post(f"{SESSION_PAGE}/<int:number>/review")
    @allow(Action.CHANGE_RESULTS, body_limit=FORM)
    def review(number: int) -> Response:
        """Give the tests of a session a status, and show the session."""
        comment = request.form.get("comment", "").strip()
        if len(comment) > LONGEST_COMMENT:
            raise RefusedError(400, f"the comment has {len(comment)} characters, {LONGEST_COMMENT} are allowed")
        if "\0" in comment:
            raise RefusedError(400, "the comment holds a NUL character")
        status = _number("status")
        if status is None:
            raise RefusedError(400, "no status was chosen")
        review_session(
            services,
            min(number, LARGEST_NUMBER),
            status=status,
            test_instance=_number("test"),
            comment=comment,
            by=caller(),
            address=address_of(request.environ),
        )
        return see(url_for(f"{PAGES}.session", number=number))


def _number(field: str) -> int | None:
    text = request.form.get(field, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004 - digits of the largest number
        raise RefusedError(400, f"{field}={text[:40]!r} is not a number that the page gave")
    return int(text)
