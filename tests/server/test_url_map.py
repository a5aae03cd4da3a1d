"""Every route of the server: where it stands, and what each role gets from it."""

from __future__ import annotations

import re

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from tests.peers.tiny_dialect import error, tiny

from qarunner.dialects.spec import Claim, Dialect, Services
from qarunner.errors import PluginError
from qarunner.plugins import Plugins
from qarunner.server.app import create_app
from qarunner.server.claims import Claims
from qarunner.server.url_map import Route, overlaps, routes_of

DECLARED: list[str] = []
"""Overlaps that are meant to be, in the words of `overlaps`."""
ROLES = ("admin", "write", "read", "manual", "job", "nobody")


@pytest.fixture
def dialects() -> list[Dialect]:
    return [*(dialect for _plugin, dialect in Plugins().dialects().values()), tiny()]


@pytest.fixture
def app(services: Services, dialects: list[Dialect]) -> Flask:
    return create_app(services, dialects)


@pytest.fixture
def routes(app: Flask, dialects: list[Dialect]) -> list[Route]:
    return routes_of(app, Claims(dialects))


def test_the_whole_url_map_has_only_declared_overlaps(routes: list[Route]) -> None:
    print("\n".join(str(route) for route in routes))  # noqa: T201 - shown when it fails, and with -s
    assert overlaps(routes) == DECLARED


def test_two_routes_for_one_url_are_found(services: Services) -> None:
    same = tiny("/other", name="other")
    dialects = [tiny(), Dialect("other", "", same.claims, (), _intruder, error)]
    found = overlaps(routes_of(create_app(services, dialects), Claims(dialects)))
    assert "GET /api/tiny/ids/<>: other /api/tiny/ids/<name> and tiny /api/tiny/ids/<path:uid>" in found
    assert "/api/tiny/ids/<name> of other stands on the claim of tiny" in found


def _intruder(_services: Services) -> Blueprint:
    from qarunner.dialects.routes import public

    routes = Blueprint("other", __name__)

    @routes.get("/api/tiny/ids/<name>")
    @public()
    def view(name: str) -> str:
        return name

    return routes


def test_a_route_that_does_not_say_who_may_call_it_is_refused(services: Services) -> None:
    def careless(_services: Services) -> Blueprint:
        routes = Blueprint("careless", __name__)

        @routes.get("/careless/secret")
        def view() -> str:
            return "secret"

        return routes

    dialect = Dialect("careless", "", [Claim("/careless")], ("token",), careless, error)
    with pytest.raises(PluginError, match=r"/careless/secret.*does not say who may call it"):
        create_app(services, [dialect])


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_let_in_where_it_may_and_nowhere_else(
    app: Flask, routes: list[Route], tokens: dict[str, str], role: str, services: Services
) -> None:
    """A route that lets somebody in may answer what it likes, except 401 and 403."""
    wrong = []
    for route in routes:
        if any(word in route.path for word in ("/crash", "/events")):
            continue
        path = re.sub("<int:[^>]*>", "1", re.sub("<path:[^>]*>", "x", route.path)).replace("<", "").replace(">", "")
        path += "?job=/node/0a23/1"
        for method in route.methods:
            client = app.test_client()
            _bring_credential(client, services, tokens, role, route)
            answer = client.open(path, method=method, data=b"{}")
            status = answer.status_code
            refused = status in (401, 403) or (status == 302 and "login?to" in answer.location)
            if refused == _may(route, role, services, tokens):
                wrong.append(f"{method} {route.path}: {role} gets {status}")
    assert wrong == []


def _is_page(route: Route) -> bool:
    """Whether it is one of the pages for people, which know the session of a browser only."""
    return route.owner == "portal" or route.path.startswith("/app/")


def _bring_credential(client: FlaskClient, services: Services, tokens: dict[str, str], role: str, route: Route) -> None:
    if role == "nobody" or (role == "job" and _is_page(route)):
        return
    if not _is_page(route):
        client.environ_base["HTTP_AUTHORIZATION"] = f"token {tokens[role]}"
        return
    session = services.access.begin_session(services.access.sign_in(role, "correct horse"))
    client.set_cookie("qarunner_session", session.secret)
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"


def _may(route: Route, role: str, services: Services, tokens: dict[str, str]) -> bool:
    if route.rule.action is None:
        # Signing in without a name is refused, whoever asks.
        return route.path != "/app/login" or "POST" not in route.methods
    if role == "nobody" or (role == "job" and _is_page(route)):
        return False
    identity = services.access.resolve({"HTTP_AUTHORIZATION": f"token {tokens[role]}"}, ("token",))
    assert identity is not None
    return identity.may(route.rule.action)
