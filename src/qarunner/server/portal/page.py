"""Makes pages out of templates, and errors as pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from qarunner.dialects.routes import caller_if_known
from qarunner.errors import QarunnerError
from qarunner.server.headers import PAGE_POLICY
from qarunner.server.problems import problem_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from qarunner.dialects.spec import Problem

OK, SEE_OTHER, UNAUTHORIZED = 200, 303, 401


def page(template: str, *, status: int = OK, twin: str = "", **values: Any) -> Response:
    """Return a page for whoever asks.

    :param twin: the address of the same in our own API.
    """
    text = render_template(f"portal/{template}", identity=caller_if_known(), twin=twin, **values)
    response = make_response(text, status)
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def csrf() -> Markup:
    """Return the field by which a form proves that it is one of our pages'."""
    identity = caller_if_known()
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(identity.csrf if identity else "")


def error(problem: Problem) -> Response:
    """Return an error as a page; who is not signed in is led to the page to do so."""
    if problem.status == UNAUTHORIZED and request.method == "GET":
        answer: Response = redirect(url_for("portal.login", to=request.full_path.rstrip("?")))  # type: ignore[assignment]  # Flask's own class
        return answer
    try:
        title = HTTPStatus(problem.status).phrase
    except ValueError:
        title = "Error"
    return page("error.html", status=problem.status, problem=problem, title=title)


def change(act: Callable[[], object], address: str, again: Callable[[Problem], Response]) -> Response:
    """Do what a form asks for and lead to a page; when it is refused, show the form's own page with the reason.

    :param address: of the page that shows what became of it.
    :param again: makes the page of the form, with what was wrong.
    """
    try:
        act()
    except QarunnerError as refused:
        return again(problem_of(refused))
    # 303: loading that page anew does not send the form anew.
    done: Response = redirect(address, SEE_OTHER)  # type: ignore[assignment]  # Flask's own class
    return done
