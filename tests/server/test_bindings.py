"""Dialects with a host name or a prefix of their own, by real requests."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.peers.tiny_dialect import tiny

from qarunner.config import load
from qarunner.dialects.spec import Dialect, Services
from qarunner.dialects.stbt import qa_dialects as stbt
from qarunner.errors import ConfigurationError, PluginError
from qarunner.server.app import create_app
from qarunner.server.bindings import bind
from qarunner.server.builtin import qa_dialects
from qarunner.server.claims import Claims
from qarunner.server.http import HttpServer
from qarunner.server.url_map import overlaps, routes_of

HOST = "tiny.example.com"
TINY_HERE = f"""
    [dialects.tiny]
    host = "{HOST}"
    prefix = "/of/tiny"
"""
Serve = Callable[..., HttpServer]


@pytest.fixture
def bound(tmp_path: Path) -> Callable[..., list[Dialect]]:
    def make(text: str, *more: Dialect, url: str = "http://farm.example.com:81/qa") -> list[Dialect]:
        (tmp_path / "qarunner.toml").write_text(textwrap.dedent(text), encoding="utf-8")
        dialects = [*qa_dialects(), *stbt(), *(more or (tiny(),))]
        return bind(dialects, load(directory=tmp_path, environment={}), url)

    return make


@pytest.fixture
def serve(services: Services) -> Iterator[Serve]:
    started: list[HttpServer] = []

    def start(dialects: Sequence[Dialect]) -> HttpServer:
        server = HttpServer(create_app(services, dialects), threads=8)
        server.start()
        started.append(server)
        return server

    yield start
    services.stopping.set()
    for server in started:
        server.stop()


def ask(server: HttpServer, path: str, tokens: dict[str, str], host: str = "", method: str = "GET") -> Any:
    headers = {"Authorization": f"token {tokens['read']}"} | ({"Host": host} if host else {})
    answer = requests.request(method, server.url + path, headers=headers, timeout=30, allow_redirects=False)
    return answer.status_code, answer.json() if "json" in answer.headers["Content-Type"] else answer.text


def test_a_dialect_answers_at_its_own_places_and_among_the_others(
    bound: Callable[..., list[Dialect]], serve: Serve, tokens: dict[str, str]
) -> None:
    server = serve(bound(TINY_HERE))
    for host in (HOST, HOST.upper(), f"{HOST}:8080"):
        assert ask(server, "/api/tiny/who", tokens, host) == (200, ["read", "token"])
    for path in ("/of/tiny/api/tiny/who", "//of//tiny/api/tiny/who", "/api/tiny/who"):
        assert ask(server, path, tokens) == (200, ["read", "token"])


def test_errors_there_are_all_in_its_shape_and_nobody_else_answers(
    bound: Callable[..., list[Dialect]], serve: Serve, tokens: dict[str, str]
) -> None:
    server = serve(bound(TINY_HERE))
    for path, host in (("/nothing", HOST), ("/of/tiny/nothing", ""), ("/of/tiny", ""), ("/", HOST)):
        status, told = ask(server, path, tokens, host)
        assert (status, told[:2]) == (404, ["tiny", 404]), path
    for path in ("/api/v2/user", "/healthz", "/app/login", "/qarunner/api/v1/results"):
        assert ask(server, path, tokens, HOST)[1][0] == "tiny", path
        assert ask(server, f"/of/tiny{path}", tokens)[1][0] == "tiny", path
    assert ask(server, "/api/tiny/who", tokens, HOST, "DELETE")[0] == 405
    assert ask(server, "/api/v2/user", tokens) == (200, {"login": "read"})
    assert ask(server, "/of/tinyx", tokens)[0] == 404
    assert ask(server, "/healthz", tokens, "other.example.com")[0] == 200
    assert ask(server, "/healthz", tokens, "[nonsense")[0] == 200


def test_who_may_call_it_is_the_same_there(
    bound: Callable[..., list[Dialect]], serve: Serve, tokens: dict[str, str]
) -> None:
    server = serve(bound(TINY_HERE))
    for path, host in (("/api/tiny/who", HOST), ("/of/tiny/api/tiny/who", "")):
        assert requests.get(server.url + path, headers={"Host": host} if host else {}, timeout=30).status_code == 403
    headers = {"Authorization": f"token {tokens['read']}", "Host": HOST}
    answer = requests.post(f"{server.url}/api/tiny/press", json={"node": "a", "keys": []}, headers=headers, timeout=30)
    assert answer.status_code == 403


def test_one_that_does_not_share_leaves_its_natural_urls_to_others(
    bound: Callable[..., list[Dialect]], serve: Serve, tokens: dict[str, str], services: Services
) -> None:
    other = tiny(name="other")
    text = '[dialects.other]\nprefix = "/of/other"\nshared = false\n'
    dialects = bound(text, Dialect("other", "", other.claims, other.credentials, named("other"), other.error), tiny())
    server = serve(dialects)
    assert ask(server, "/of/other/api/tiny/who", tokens) == (200, "other")
    assert ask(server, "/api/tiny/who", tokens) == (200, ["read", "token"])
    text = text.replace("false", "true")
    with pytest.raises(PluginError, match="'other' and 'tiny' both claim"):
        create_app(services, bound(text, other, tiny()))


def named(name: str) -> Callable[[Services], Any]:
    from flask import Blueprint

    from qarunner.dialects.routes import public

    def make(_services: Services) -> Blueprint:
        routes = Blueprint(name, __name__)

        @routes.get("/api/tiny/who")
        @public()
        def who() -> str:
            return name

        return routes

    return make


def test_the_url_map_shows_the_places(bound: Callable[..., list[Dialect]], services: Services) -> None:
    dialects = bound(TINY_HERE)
    routes = routes_of(create_app(services, dialects), Claims(dialects))
    assert overlaps(routes) == []
    shown = [str(route) for route in routes if route.path == "/api/tiny/who"]
    assert [line.split()[1] for line in shown] == ["/api/tiny/who", f"{HOST}/api/tiny/who", "/of/tiny/api/tiny/who"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[dialects.tyni]\nhost = "a.b"', ["qarunner.toml:1", "no dialect 'tyni'", "did you mean 'tiny'"]),
        ('[dialects.portal]\nhost = "a.b"', ["no dialect 'portal'", "known: stbt, tiny"]),
        ("[dialects.tiny]", ["neither host nor prefix"]),
        ('[dialects.tiny]\nhost = "http://a.b"', ["is no host name"]),
        ('[dialects.tiny]\nhost = "a.b:80"', ["is no host name"]),
        ('[dialects.tiny]\nhost = "farm.example.com"', ["is that of the server itself"]),
        ('[dialects.tiny]\nprefix = "tiny"', ["is not usable"]),
        ('[dialects.tiny]\nprefix = "/tiny/"', ["is not usable"]),
        ('[dialects.tiny]\nprefix = "/"', ["is not usable"]),
        ('[dialects.tiny]\nprefix = "/a/../b"', ["is not usable"]),
        ('[dialects.tiny]\nprefix = "/api"', ["meets '/api/", "claims"]),
        ('[dialects.tiny]\nprefix = "/api/v2/tiny"', ["meets '/api/v2', which dialect 'stbt' claims"]),
        ('[dialects.tiny]\nprefx = "/a"', ["qarunner.toml:1", "prefx", "host, prefix and shared"]),
        ("[dialects.tiny]\nprefix = 7", ["prefix", "Expected `str`"]),
        ('[dialects.tiny]\nhost = "a.b"\n[dialects.stbt]\nhost = "a.b"', ["'a.b' is that of dialect 'tiny'"]),
        ('[dialects.tiny]\nprefix = "/a"\n[dialects.stbt]\nprefix = "/a/b"', ["meets '/a' of dialect 'tiny'"]),
        ('[dialects]\ntiny = "/a"', ["dialects.tiny must be a table"]),
    ],
)
def test_a_binding_that_cannot_be_is_told_with_its_place(
    bound: Callable[..., list[Dialect]], text: str, words: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as told:
        bound(text)
    assert [word for word in words if word not in str(told.value)] == [], str(told.value)


def test_a_host_of_its_own_needs_the_servers_address(bound: Callable[..., list[Dialect]]) -> None:
    with pytest.raises(ConfigurationError, match=r"links to the portal would lead nowhere(.|\n)*external_url"):
        bound(TINY_HERE, url="")
