"""Makes the Flask application out of the services and the dialects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from qarunner.server import headers, logs
from qarunner.server.claims import Claims
from qarunner.server.gate import Gate
from qarunner.server.origin import EXTERNAL_URL
from qarunner.server.places import PLACES, Place, alone, services_at
from qarunner.server.problems import problem_of
from qarunner.server.rules import QuickRule
from qarunner.server.wsgi import behind_proxies, by_host, by_prefix, merge_slashes, under_prefix

if TYPE_CHECKING:
    from qarunner.dialects.spec import Dialect, Problem, Services

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class AppSettings:
    """What an application may be told.

    :param body_limit: bytes of a request's body, where a route does not say otherwise.
    :param proxies: how many proxies in front are trusted to tell the client's address and the scheme.
    """

    body_limit: int = 16 * MEBIBYTE
    proxies: int = 0


def create_app(services: Services, dialects: Iterable[Dialect], settings: AppSettings | None = None) -> Flask:
    """Return the application: one for all dialects that share the server's address, which leads to those of their own.

    :raises PluginError: dialects claim the same, or a route does not say who may call it; names both.
    """
    settings = settings or AppSettings()
    dialects = list(dialects)
    services = replace(services, dialects=tuple(dialects))
    app = _application(services, [one for one in dialects if not one.binding or one.binding.shared], settings)
    places = app.extensions[PLACES] = [
        Place(dialect.name, address, _application(there, [alone(dialect)], settings))
        for dialect in dialects
        for address, there in services_at(dialect, services).items()
    ]
    hosts = {place.address: place.app.wsgi_app for place in places if not place.address.startswith("/")}
    prefixes = {place.address: place.app.wsgi_app for place in places if place.address.startswith("/")}
    shared = under_prefix(by_prefix(app.wsgi_app, prefixes), services.external_url)
    steps: Any = behind_proxies(merge_slashes(by_host(shared, hosts)), settings.proxies)
    app.wsgi_app = steps  # type: ignore[method-assign]  # Flask's own way to put steps before it
    return app


def _application(services: Services, dialects: list[Dialect], settings: AppSettings) -> Flask:
    claims = Claims(dialects)
    app = Flask("qarunner.server", static_folder=None)
    app.url_rule_class = QuickRule
    app.config["MAX_CONTENT_LENGTH"] = settings.body_limit
    app.config["MAX_FORM_PARTS"] = 1000
    app.config[EXTERNAL_URL] = services.external_url
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # done before, without a redirect that would lose the body
    for dialect in dialects:
        app.register_blueprint(dialect.blueprint(services))
    logs.install(app)
    Gate(services.access, claims).install(app)
    headers.install(app, https=services.external_url.startswith("https:"))

    def answer(error: Exception) -> Response:
        problem = problem_of(error)
        dialect = claims.of(request.path)
        try:
            response = dialect.error(problem) if dialect is not None else plain(problem)
        except Exception as own:  # noqa: BLE001 - a dialect that cannot even say what is wrong
            response = plain(problem_of(own))
        for name, value in problem.headers:
            response.headers.setdefault(name, value)
        return response

    app.register_error_handler(Exception, answer)
    return app


def plain(problem: Problem) -> Response:
    """Return an error for a path that no dialect claims."""
    return Response(f"{problem.reason}\n", problem.status, mimetype="text/plain")
