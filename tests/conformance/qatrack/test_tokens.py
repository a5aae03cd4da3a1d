"""Who may ask: tokens, permissions, methods (section 2 of the observations, authentication)."""

from __future__ import annotations

import pytest
from tests.conformance.qatrack.cases import SESSIONS, Case, Reply, Request, by, detail, numbers
from tests.conformance.qatrack.conftest import Try
from tests.conformance.qatrack.expectations import Only, containing
from tests.conformance.qatrack.site import Site

TOKEN, UNITS = "/api/get-token/", "/api/units/units/"
REQUIRED = ["This field is required."]
NO_CREDENTIALS = "Authentication credentials were not provided."
NO_PERMISSION = "You do not have permission to perform this action."
SPACES = "Invalid token header. Token string should not contain spaces."


def asks_for_token(form: dict[str, str]) -> Request:
    return Request("POST", TOKEN, form=form, person="")


def units_with(header: str) -> Request:
    return Request("GET", UNITS, headers={"Authorization": header}, person="")


CASES = [
    Case(
        "wrong password",
        asks_for_token({"username": "nobody at all", "password": "wrong"}),
        Reply(400, Only(non_field_errors=["Unable to log in with provided credentials."])),
    ),
    Case("empty body", asks_for_token({}), Reply(400, Only(username=REQUIRED, password=REQUIRED))),
    Case("no password", asks_for_token({"username": "x"}), Reply(400, Only(password=REQUIRED))),
    Case("token by GET", Request("GET", TOKEN, person=""), detail(405, 'Method "GET" not allowed.')),
    Case(
        "token without final slash",
        Request("POST", "/api/get-token", form={}, person=""),
        Reply(301, headers={"Location": containing("/api/get-token/")}),
    ),
    Case("no header", Request("GET", UNITS, person=""), detail(401, NO_CREDENTIALS, WWW_Authenticate="Token")),
    Case("other scheme", units_with("Bearer abc"), detail(401, NO_CREDENTIALS, WWW_Authenticate="Token")),
    Case("wrong token", units_with("Token abc"), detail(401, "Invalid token.", WWW_Authenticate="Token")),
    Case("Token alone", units_with("Token"), detail(401, "Invalid token header. No credentials provided.")),
    Case("token with spaces", units_with("Token a b"), detail(401, SPACES)),
    Case("a reader reads", Request("GET", UNITS, person="reader"), Reply(200)),
    Case("a reader posts", by("reader", numbers()), detail(403, NO_PERMISSION)),
    Case("nobody posts", by("", numbers()), detail(401, NO_CREDENTIALS)),
    Case("nobody asks for options", Request("OPTIONS", SESSIONS, person=""), detail(401, NO_CREDENTIALS)),
    Case("options", Request("OPTIONS", SESSIONS), detail(405, 'Method "OPTIONS" not allowed.')),
    Case("delete many", Request("DELETE", SESSIONS), Reply(405)),
    Case("unknown id", Request("GET", f"{UNITS}999999/"), detail(404, "Not found.")),
    Case("missing slash", Request("GET", "/api/units/units?limit=1"), Reply(301, headers={
        "Location": containing("/api/units/units/?limit=1")})),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case, try_case: Try) -> None:
    assert try_case(case) == []


def test_the_token_is_the_same_each_time_by_form_and_by_json(site: Site) -> None:
    name, password = site.target.people["writer"]
    credentials = {"username": name, "password": password}
    tokens = [
        site.target.send("POST", TOKEN, person="", data=credentials).json(),
        site.target.send("POST", TOKEN, person="", json=credentials).json(),
    ]
    assert tokens == [{"token": site.target.tokens["writer"]}] * 2
    assert len(tokens[0]["token"]) == 40


@pytest.mark.parametrize(
    ("method", "person", "status"),
    [("PUT", "writer", 405), ("DELETE", "reader", 403), ("PATCH", "reader", 403), ("PATCH", "writer", 200)],
)
def test_permission_is_asked_before_method(site: Site, method: str, person: str, status: int) -> None:
    if person not in site.target.people:
        pytest.skip("CONFORMANCE_READER is not set")
    path = site.post(numbers())["url"]
    answer = site.target.send(method, path, person, json={})
    assert answer.status_code == status, answer.text
