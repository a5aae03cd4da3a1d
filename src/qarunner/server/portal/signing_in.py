"""Signing a browser in and out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Response, redirect, request, url_for

from qarunner.access import Action
from qarunner.access.doors import SESSION_COOKIE
from qarunner.access.errors import TooManyRequestsError, WrongCredentialsError
from qarunner.access.service import address_of
from qarunner.dialects.routes import RefusedError, allow, public
from qarunner.server.origin import is_own_page
from qarunner.server.portal.page import SEE_OTHER, UNAUTHORIZED, page

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.access import Access
    from qarunner.dialects.spec import Services

FORM = 10_000
"""Bytes of a form."""


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""

    @routes.get("/app/login")
    @public()
    def login() -> Response:
        """Ask for name and password."""
        return page("login.html", to=inside(request.args.get("to", "")), name="", problem="")

    @routes.post("/app/login")
    @public(body_limit=FORM)
    def sign_in() -> Any:
        """Begin a session, or ask again."""
        to = inside(request.form.get("to", ""))
        try:
            answer = begin(services.access)
        except WrongCredentialsError:
            return _again(UNAUTHORIZED, to, "Name or password is wrong.")
        except TooManyRequestsError as refused:
            seconds = max(1, math.ceil(refused.wait))
            answer = _again(429, to, f"There were too many wrong passwords. Try again in {seconds} s.")
            answer.headers["Retry-After"] = str(seconds)
            return answer
        answer.location = request.script_root + (to or "/app/")
        return answer

    @routes.post("/app/logout")
    @allow(Action.OWN_ACCOUNT, body_limit=FORM)
    def sign_out() -> Any:
        """End the session."""
        return end(services.access, url_for("portal.login"))


def begin(access: Access) -> Response:
    """Check the form; return an answer that carries the session's cookie.

    :raises WrongCredentialsError: name or password is wrong. :raises TooManyRequestsError: too many were wrong.
    """
    if not is_own_page():
        # Else another page could sign people in under somebody else's name.
        raise RefusedError(403, "this form was sent from another site")
    name, password = request.form.get("name", ""), request.form.get("password", "")
    address = address_of(request.environ)
    identity = access.sign_in(name, password, address, door="form")
    session = access.begin_session(identity, address, request.headers.get("User-Agent", ""))
    answer = Response(status=SEE_OTHER)
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
    answer: Response = redirect(to, SEE_OTHER)  # type: ignore[assignment]  # Flask's own class
    answer.delete_cookie(SESSION_COOKIE, path=request.script_root or "/", httponly=True, samesite="Lax")
    return answer


def inside(path: str) -> str:
    """Return a path of ours to go to after signing in, empty for anything that could lead elsewhere."""
    if not path.startswith(("/app/", "/api/")) or "\\" in path or any(ord(letter) < 32 for letter in path):  # noqa: PLR2004 - controls
        return ""
    return quote(path, safe="/?&=%:,;+~-_.")


def _again(status: int, to: str, problem: str) -> Response:
    """Return the form once more, with the name but without the password."""
    return page("login.html", status=status, to=to, name=request.form.get("name", ""), problem=problem)
