"""How dialects show pages to people: in the portal's frame, under its policy, behind its sign-in.

A template begins with ``{% extends frame %}`` and fills the blocks ``title``, ``scripts`` (all that belongs into the
head) and ``main``. Where the portal is not, such as at a host name of the dialect's own, the frame is a plain one.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from qarunner.dialects.routes import caller_if_known

if TYPE_CHECKING:
    from qarunner.dialects.spec import Problem

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
FRAMES = ("portal/base.html", "plain.html")
OK, SEE_OTHER, UNAUTHORIZED = 200, 303, 401


def page(template: str, *, status: int = OK, twin: str = "", **values: Any) -> Response:
    """Return a page for whoever asks.

    :param twin: the address of the same as JSON.
    """
    text = render_template(
        template,
        frame=current_app.jinja_env.select_template(FRAMES),
        identity=caller_if_known(),
        csrf=csrf,
        home=address_of("portal.home"),
        twin=twin,
        **values,
    )
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
    if problem.status == UNAUTHORIZED and request.method == "GET" and address_of("portal.login"):
        return see(url_for("portal.login", to=request.full_path.rstrip("?")), 302)
    try:
        title = HTTPStatus(problem.status).phrase
    except ValueError:
        title = "Error"
    return page("error.html", status=problem.status, problem=problem, title=title)


def see(address: str, status: int = SEE_OTHER) -> Response:
    """Lead to another page. After a form 303: loading that page anew does not send the form anew."""
    answer: Response = redirect(address, status)  # type: ignore[assignment]  # Flask's own class
    return answer


def address_of(endpoint: str, **variables: Any) -> str:
    """Return the address of a page of the portal; empty where the portal is not."""
    return url_for(endpoint, **variables) if endpoint in current_app.view_functions else ""
