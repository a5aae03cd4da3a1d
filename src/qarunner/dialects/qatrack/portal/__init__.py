"""Pages for people on units: what is due, what was measured, how it went over time, and review.

Each module with `install` has some of the pages: `overview`, `session_list`, `session` and `measurement`; `attached`
has the files of sessions. What they ask the store stands beside them in modules whose names end with ``_rows``; `chart`
draws.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, request, url_for
from werkzeug.utils import send_from_directory

from qarunner._version import __version__
from qarunner.dialects.looks import size
from qarunner.dialects.qatrack import PAGES, PAGES_PATH
from qarunner.dialects.qatrack.portal import attached, looks, measurement, overview, session, session_list
from qarunner.dialects.routes import public

if TYPE_CHECKING:
    from flask import Response

    from qarunner.dialects.spec import Services

HERE = Path(__file__).parent


def blueprint(services: Services) -> Blueprint:
    """Make the routes."""
    routes = Blueprint(PAGES, __name__, template_folder="templates")

    @routes.get(f"{PAGES_PATH}/assets/<path:name>")
    @public(limit="artifacts")
    def asset(name: str) -> Response:
        """Give a style sheet."""
        answer = send_from_directory(HERE / "assets", name, request.environ)
        answer.headers["Cache-Control"] = "public, max-age=3600"
        return answer  # type: ignore[return-value]  # werkzeug's own class; Flask takes it

    @routes.context_processor
    def words() -> dict[str, object]:
        """Give the templates what they say things with."""
        return {
            "verdict_key": looks.verdict_key,
            "ago": looks.ago_of(services.zone),
            "size": size,
            "local": looks.clock_of(services.zone),
            "zone": str(services.zone),
            "sheet": url_for(f"{PAGES}.asset", name="qatrack.css", v=__version__),
        }

    for pages in (overview, session_list, session, measurement, attached):
        pages.install(routes, services)
    return routes
