"""Before each route: credentials, cookies, limits, and the headers of every answer."""

from __future__ import annotations

import base64

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.peers.tiny_dialect import tiny

from qarunner.access import Access
from qarunner.access.limits import Allowance, PasswordLimit, RequestLimit
from qarunner.dialects.spec import Services
from qarunner.server.app import AppSettings, create_app
from qarunner.server.builtin import qa_dialects
from qarunner.store.engine import Store

GOOD, BAD = "correct horse", "wrong"


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services, [*qa_dialects(), tiny()])


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_every_door_of_a_dialect_opens_and_no_other(client: FlaskClient, tokens: dict[str, str]) -> None:
    for headers, door in (
        ({"Authorization": f"token {tokens['read']}"}, "token"),
        ({"Authorization": f"Token {tokens['read']}"}, "token"),
        (basic("read", GOOD), "basic"),
        (basic("anything", tokens["read"]), "basic"),
    ):
        assert client.get("/api/tiny/who", headers=headers).json == ["read", door]
    for headers in ({"Authorization": f"Bearer {tokens['read']}"}, {"Private-Token": tokens["read"]}, {}):
        answer = client.get("/api/tiny/who", headers=headers)
        assert (answer.status_code, answer.json[1]) == (403, 403), "this dialect says 403 to a missing token"  # type: ignore[index]  # None fails as well


def test_an_open_route_knows_who_comes_and_lets_a_stale_credential_pass(
    client: FlaskClient, tokens: dict[str, str]
) -> None:
    assert client.get("/api/tiny/open").json is None
    assert client.get("/api/tiny/open", headers={"Authorization": f"token {tokens['read']}"}).json == "read"
    assert client.get("/api/tiny/open", headers={"Authorization": "token stale"}).json is None


def test_a_jobs_token_is_refused_for_another_job(client: FlaskClient, tokens: dict[str, str]) -> None:
    headers = {"Authorization": f"token {tokens['job']}"}
    own, other = "/api/tiny/artifacts/a.png?job=/node/0a23/1", "/api/tiny/artifacts/a.png?job=/node/0a23/2"
    assert client.put(own, data=b"x", headers=headers).status_code == 200
    assert client.put(other, data=b"x", headers=headers).status_code == 403


class Browser:
    """A browser that is signed in and tells where its requests come from."""

    def __init__(self, app: Flask, access: Access, name: str) -> None:
        self.session = access.begin_session(access.sign_in(name, GOOD))
        self._client = app.test_client()
        self._client.set_cookie("qarunner_session", self.session.secret)

    def post(self, headers: dict[str, str]) -> int:
        body = b'{"node": "a", "keys": []}'
        return self._client.post("/api/tiny/press", data=body, headers=headers).status_code

    def get(self, path: str, **headers: str) -> int:
        return self._client.get(path, headers=headers).status_code


def test_a_cookie_changes_something_only_from_our_own_pages(app: Flask, access: Access, tokens: dict[str, str]) -> None:
    browser = Browser(app, access, "write")
    assert browser.get("/api/tiny/who") == 200
    assert browser.post({}) == 403
    assert browser.post({"Origin": "http://evil.example"}) == 403
    assert browser.post({"Origin": "null"}) == 403
    assert browser.post({"X-CSRF-Token": "guess", "Origin": "http://localhost"}) == 403
    assert browser.post({"X-CSRF-Token": browser.session.csrf}) == 200
    assert browser.post({"Origin": "http://localhost"}) == 200


def test_a_get_that_changes_something_needs_the_same(app: Flask, access: Access, tokens: dict[str, str]) -> None:
    browser = Browser(app, access, "write")
    assert browser.get("/api/tiny/run") == 403
    assert browser.get("/api/tiny/run", Origin="http://localhost") == 200


def test_a_hundred_wrong_passwords_close_all_password_doors(
    services: Services, access: Access, client: FlaskClient, tokens: dict[str, str]
) -> None:
    access._wrong = PasswordLimit(most=6)
    for number in range(3):
        assert client.get("/api/tiny/who", headers=basic(f"user{number}", BAD)).status_code == 403
        form = {"name": f"user{number}", "password": BAD}
        assert client.post("/app/login", data=form, headers={"Origin": "http://localhost"}).status_code == 401
    form = {"name": "read", "password": GOOD}
    for answer in (
        client.get("/api/tiny/who", headers=basic("read", GOOD)),
        client.get("/qarunner/api/v1/x", headers=basic("read", GOOD)),
        client.post("/app/login", data=form, headers={"Origin": "http://localhost"}),
    ):
        if answer.status_code == 404:
            continue
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert client.get("/api/tiny/who", headers={"Authorization": f"token {tokens['read']}"}).status_code == 200


def test_a_hundred_are_let_through_before_that() -> None:
    from qarunner.access.errors import TooManyRequestsError

    limit = PasswordLimit()
    for _ in range(99):
        limit.count("address a")
    limit.check("address a")
    limit.count("address a")
    with pytest.raises(TooManyRequestsError):
        limit.check("address a")


def test_overlapping_requests_beyond_the_burst_are_429_with_a_time_to_wait(
    services: Services, access: Access, app: Flask, tokens: dict[str, str]
) -> None:
    access._requests = RequestLimit({"ordinary": Allowance(burst=1, rate=0.1)})
    number = next(token.id for token in access.tokens() if token.user == "read")
    for _ in range(2):
        access.begin_request(f"token {number}", "ordinary")  # under way elsewhere
    headers = {"Authorization": f"token {tokens['read']}"}
    answer = app.test_client().get("/api/tiny/who", headers=headers)
    assert (answer.status_code, answer.json[:2]) == (429, ["tiny", 429])  # type: ignore[index]  # None fails as well
    assert int(answer.headers["Retry-After"]) >= 1
    other = {"Authorization": f"token {tokens['write']}"}
    for _ in range(5):
        assert app.test_client().get("/api/tiny/who", headers=other).status_code == 200


def test_every_answer_keeps_browsers_from_running_what_users_sent(client: FlaskClient) -> None:
    for path in ("/healthz", "/api/tiny/nothing", "/nothing", "/app/login"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_signing_in_and_out(client: FlaskClient, tokens: dict[str, str], access: Access) -> None:
    assert client.get("/app/").location == "/app/login?to=/app/"
    own = {"Origin": "http://localhost"}
    answer = client.post("/app/login", data={"name": "read", "password": GOOD, "to": "/app/?a=1"}, headers=own)
    assert (answer.status_code, answer.location) == (303, "/app/?a=1")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    page = client.get("/app/")
    assert "No results yet" in page.text
    assert client.post("/app/logout").status_code == 403
    csrf = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert client.post("/app/logout", data={"csrf_token": csrf}).location == "/app/login"
    assert client.get("/app/").status_code == 302


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/app/\\evil", "/app/a\r\nb", "javascript:1"])
def test_signing_in_leads_nowhere_else(client: FlaskClient, tokens: dict[str, str], to: str) -> None:
    form = {"name": "read", "password": GOOD, "to": to}
    answer = client.post("/app/login", data=form, headers={"Origin": "http://localhost"})
    assert answer.location == "/app/"


def test_nobody_is_signed_in_from_another_site(client: FlaskClient, tokens: dict[str, str]) -> None:
    form = {"name": "read", "password": GOOD}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/app/login", data=form, headers=headers).status_code == 403


def test_below_a_prefix_links_and_cookies_stay_below_it(
    store: Store, access: Access, services: Services, tokens: dict[str, str]
) -> None:
    import dataclasses

    app = create_app(dataclasses.replace(services, external_url="https://example.com/farm"), [*qa_dialects(), tiny()])
    client = app.test_client()
    for address in ("/app/login", "/farm/app/login"):
        assert 'action="/farm/app/login"' in client.get(address).text
    form = {"name": "read", "password": GOOD}
    answer = client.post("/farm/app/login", data=form, headers={"Origin": "https://example.com"})
    assert answer.location == "/farm/app/"
    assert "Path=/farm" in answer.headers["Set-Cookie"]
    assert client.get("/farm/api/tiny/nothing").json == ["tiny", 404, "there is nothing at /api/tiny/nothing"]
    assert client.get("/healthz").headers["Strict-Transport-Security"]


def test_forwarded_headers_are_believed_only_when_that_is_configured(
    services: Services, access: Access, tokens: dict[str, str]
) -> None:
    access._wrong = PasswordLimit(most=2)
    forwarded = {"X-Forwarded-For": "198.51.100.7"}

    def tries(proxies: int) -> int:
        client = create_app(services, [tiny()], AppSettings(proxies=proxies)).test_client()
        for name in ("a", "b"):
            client.get("/api/tiny/who", headers={**basic(name, BAD), **forwarded})
        return client.get("/api/tiny/who", headers=basic("read", GOOD)).status_code

    assert tries(proxies=1) == 200
    assert tries(proxies=0) == 429
