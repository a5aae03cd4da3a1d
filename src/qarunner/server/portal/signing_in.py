"""Signing a browser in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, request

from qarunner.access.doors import SESSION_COOKIE
from qarunner.access.errors import WrongCredentialsError
from qarunner.access.service import address_of
from qarunner.dialects.routes import RefusedError
from qarunner.server.origin import is_own_page

if TYPE_CHECKING:
    from qarunner.access import Access


def begin(access: Access) -> Response | str:
    """Check the form; return an answer that carries the session's cookie, or what was wrong."""
    if not is_own_page():
        # Else another page could sign people in under somebody else's name.
        raise RefusedError(403, "this form was sent from another site")
    name, password = request.form.get("name", ""), request.form.get("password", "")
    address = address_of(request.environ)
    try:
        identity = access.sign_in(name, password, address, door="form")
    except WrongCredentialsError:
        return "Name or password is wrong."
    session = access.begin_session(identity, address, request.headers.get("User-Agent", ""))
    answer = Response(status=303)
    answer.set_cookie(
        SESSION_COOKIE,
        session.secret,
        expires=session.expires,
        path=request.script_root or "/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return answer


def end(access: Access, to: str) -> Response:
    """End the session and forget the cookie."""
    access.end_session(request.cookies.get(SESSION_COOKIE, ""))
    answer: Response = redirect(to, 303)  # type: ignore[assignment]  # Flask's own class
    answer.delete_cookie(SESSION_COOKIE, path=request.script_root or "/", httponly=True, samesite="Lax")
    return answer
