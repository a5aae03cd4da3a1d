"""Pages for people below ``/app/``: nodes, jobs and results, and signing in and out.

Each module with `install` has some of the pages. They show what our own API answers (`answers`), in templates that a
page of a plugin may extend, too: ``portal/base.html``. Such a page is a dialect of its own with a claim below ``/app``;
`qarunner.dialects.portal_pages` makes it, and `Dialect.navigation` puts a link to it on every page.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.utils import send_from_directory

from qarunner.dialects import looks
from qarunner.dialects.portal_pages import error
from qarunner.dialects.routes import public
from qarunner.server.portal import (
    home,
    interruptions,
    jobs,
    links,
    logs,
    navigation,
    nodes,
    pad_keys,
    result,
    results,
    signing_in,
)
from qarunner.server.portal.answers import Answers

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

HERE = Path(__file__).parent
FILTERS = (
    looks.ago,
    looks.clock,
    looks.took,
    looks.moment,
    looks.size,
    looks.number,
    looks.told,
    logs.plain,
    pad_keys.spoken,
)
GLOBALS = (
    links.asset_url,
    links.node_url,
    links.job_url,
    links.result_url,
    links.results_url,
    links.filter_of,
    links.artifact_url,
)


def blueprint(services: Services) -> Blueprint:
    """Make the routes."""
    routes = Blueprint("portal", __name__, template_folder="templates")
    for look in FILTERS:
        routes.add_app_template_filter(look)
    for function in GLOBALS:
        routes.add_app_template_global(function)
    routes.add_app_template_global(navigation.links_of(services.dialects), "navigation")

    @routes.get("/")
    @public()
    def root() -> Any:
        """Lead to the pages."""
        return redirect(url_for("portal.home"))

    @routes.get("/app/assets/<path:name>")
    @public(limit="artifacts")
    def asset(name: str) -> Response:
        """Give a style sheet or script."""
        answer = send_from_directory(HERE / "assets", name, request.environ)
        answer.headers["Cache-Control"] = "public, max-age=3600"
        return answer  # type: ignore[return-value]  # werkzeug's own class; Flask takes it

    answers = Answers(services)
    signing_in.install(routes, services)
    for pages in (home, results, result, jobs, nodes, interruptions):
        pages.install(routes, services, answers)
    return routes


__all__ = ["blueprint", "error"]
