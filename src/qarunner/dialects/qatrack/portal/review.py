"""The forms by which somebody reviews a session, or several at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Response, request, url_for

from qarunner.access import Action
from qarunner.access.service import address_of
from qarunner.dialects.portal_pages import see
from qarunner.dialects.qatrack import PAGES
from qarunner.dialects.qatrack.reading.addresses import SESSION_PAGE
from qarunner.dialects.qatrack.reviewing import Review, review_sessions
from qarunner.dialects.routes import RefusedError, allow, caller
from qarunner.store.types import LARGEST_NUMBER

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Services

FORM = 100_000
"""Bytes."""
LONGEST_COMMENT = 10_000
MOST = 100
"""Sessions at once."""


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""

    @routes.post(f"{SESSION_PAGE}/<int:number>/review")
    @allow(Action.CHANGE_RESULTS, body_limit=FORM)
    def review(number: int) -> Response:
        """Give the tests of a session a status, and show the session."""
        review_sessions(services, [min(number, LARGEST_NUMBER)], _given())
        return see(url_for(f"{PAGES}.session", number=number))

    @routes.post(f"{SESSION_PAGE}/review")
    @allow(Action.CHANGE_RESULTS, body_limit=FORM)
    def review_chosen() -> Response:
        """Give all tests of the chosen sessions a status, and show what still waits."""
        texts = request.form.getlist("session")
        if not 0 < len(texts) <= MOST:
            problem = f"{len(texts)} sessions were chosen, at most {MOST} can be" if texts else "no session was chosen"
            raise RefusedError(400, problem)
        review_sessions(services, dict.fromkeys(_digits("session", text) for text in texts), _given())
        shown: Any = {name: request.form.get(name) or None for name in ("unit", "collection", "review")}
        return see(url_for(f"{PAGES}.session_list", **shown))


def proposed(statuses: Iterable[Any]) -> int | None:
    """Return the status that a form proposes: the first that counts and waits for nobody."""
    return next((one.id for one in statuses if one.valid and not one.requires_review), None)


def _given() -> Review:
    """Return what the form says.

    :raises RefusedError: it says nothing that can be used.
    """
    comment = request.form.get("comment", "").strip()
    if len(comment) > LONGEST_COMMENT:
        raise RefusedError(400, f"the comment has {len(comment)} characters, {LONGEST_COMMENT} are allowed")
    if "\0" in comment:
        raise RefusedError(400, "the comment holds a NUL character")
    status = _number("status")
    if status is None:
        raise RefusedError(400, "no status was chosen")
    address = address_of(request.environ)
    return Review(status=status, test_instance=_number("test"), comment=comment, by=caller(), address=address)


def _number(field: str) -> int | None:
    text = request.form.get(field, "")
    return _digits(field, text) if text else None


def _digits(field: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004 - digits of the largest number
        raise RefusedError(400, f"{field}={text[:40]!r} is not a number that the page gave")
    return int(text)
