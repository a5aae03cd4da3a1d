"""Pages for people below ``/app/``: the first page with nodes, jobs and results, and signing in and out."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.utils import send_from_directory

from qarunner.access import Action
from qarunner.dialects.routes import allow, caller, caller_if_known, public
from qarunner.server.headers import PAGE_POLICY
from qarunner.server.portal.looks import ago, clock
from qarunner.server.portal.overview import overview
from qarunner.server.portal.signing_in import begin, end

if TYPE_CHECKING:
    from qarunner.dialects.spec import Problem, Services

HERE = Path(__file__).parent
UNAUTHORIZED = 401


def blueprint(services: Services) -> Blueprint:
    """Make the routes."""
    routes = Blueprint("portal", __name__, template_folder="templates")
    routes.add_app_template_filter(ago)
    routes.add_app_template_filter(clock)

    @routes.get("/")
    @public()
    def root() -> Any:
        """Lead to the pages."""
        return redirect(url_for("portal.home"))

    @routes.get("/app/")
    @allow(Action.SEE_NODES)
    def home() -> Response:
        """Show nodes, and jobs and results to those who may see them."""
        with_results = caller().may(Action.SEE_RESULTS)
        return page("home.html", view=overview(services.store), with_results=with_results)

    @routes.get("/app/login")
    @public()
    def login() -> Response:
        """Ask for name and password."""
        return page("login.html", to=_inside(request.args.get("to", "")), problem="")

    @routes.post("/app/login")
    @public(body_limit=10_000)
    def sign_in() -> Any:
        """Begin a session, or ask again."""
        to = _inside(request.form.get("to", ""))
        outcome = begin(services.access)
        if isinstance(outcome, str):
            answer = page("login.html", to=to, problem=outcome)
            answer.status_code = UNAUTHORIZED
            return answer
        outcome.location = request.script_root + (to or "/app/")
        return outcome

    @routes.post("/app/logout")
    @allow(Action.OWN_ACCOUNT)
    def sign_out() -> Any:
        """End the session."""
        return end(services.access, url_for("portal.login"))

    @routes.get("/app/assets/<path:name>")
    @public(limit="artifacts")
    def asset(name: str) -> Response:
        """Give a style sheet or script."""
        answer = send_from_directory(HERE / "assets", name, request.environ)
        answer.headers["Cache-Control"] = "public, max-age=3600"
        return answer  # type: ignore[return-value]  # werkzeug's own class; Flask takes it

    return routes


def page(template: str, **values: Any) -> Response:
    """Return a page for whoever asks."""
    identity = caller_if_known()
    response = make_response(render_template(template, identity=identity, **values))
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def error(problem: Problem) -> Response:
    """Return an error as a page; who is not signed in is led to the page to do so."""
    if problem.status == UNAUTHORIZED and request.method == "GET":
        answer: Response = redirect(url_for("portal.login", to=request.full_path.rstrip("?")))  # type: ignore[assignment]  # Flask's own class
        return answer
    try:
        title = HTTPStatus(problem.status).phrase
    except ValueError:
        title = "Error"
    response = page("error.html", problem=problem, title=title)
    response.status_code = problem.status
    return response


def _inside(path: str) -> str:
    """Return a path of ours to go to after signing in, empty for anything that could lead elsewhere."""
    if not path.startswith("/app/") or "\\" in path or any(ord(letter) < 32 for letter in path):  # noqa: PLR2004 - controls
        return ""
    return quote(path, safe="/?&=%:,;+~-_.")
