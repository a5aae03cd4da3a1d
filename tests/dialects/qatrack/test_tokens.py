"""Who may ask: tokens, and what those are told who have none."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.qatrack.conftest import PASSWORD, World

CREDENTIALS = {"username": "ben", "password": PASSWORD}


def test_the_token_is_the_same_each_time_by_form_and_by_json(world: World) -> None:
    tokens = [
        world.ask("POST", "/api/get-token/", user="", data=CREDENTIALS).json,
        world.ask("POST", "/api/get-token/", user="", json=CREDENTIALS).json,
    ]
    assert tokens[0] == tokens[1]
    world.tokens["derived"] = str(tokens[0]["token"])  # type: ignore[index]  # what it is was compared above
    assert world.ask("GET", "/api/auth/", user="derived").status_code == 200


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"username": ["This field is required."], "password": ["This field is required."]}),
        ({"username": "ben"}, {"password": ["This field is required."]}),
        (CREDENTIALS | {"password": "wrong"}, {"non_field_errors": ["Unable to log in with provided credentials."]}),
        (CREDENTIALS | {"username": "nobody"}, {"non_field_errors": ["Unable to log in with provided credentials."]}),
    ],
)
def test_what_gets_no_token(world: World, body: dict[str, Any], errors: object) -> None:
    answer = world.ask("POST", "/api/get-token/", user="", json=body)
    assert (answer.status_code, answer.json) == (400, errors)


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        (None, "Authentication credentials were not provided."),
        ("Bearer abc", "Authentication credentials were not provided."),
        ("Token", "Invalid token header. No credentials provided."),
        ("Token a b", "Invalid token header. Token string should not contain spaces."),
        ("Token abc", "Invalid token."),
    ],
)
def test_who_has_no_token_is_told_why(world: World, header: str | None, detail: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = world.ask("GET", "/api/units/units/", user="", headers=headers)
    assert (answer.status_code, answer.json) == (401, {"detail": detail})
    assert answer.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "/api/get-token/", 405, 'Method "GET" not allowed.'),
        ("DELETE", "/api/units/units/", 405, 'Method "DELETE" not allowed.'),
        ("GET", "/api/units/units/99/", 404, "Not found."),
        ("GET", "/api/units/units/99999999999999999999/", 404, "Not found."),
        ("GET", "/api/nothing/at/all/", 404, "Not found."),
    ],
)
def test_other_errors_have_the_same_shape(world: World, method: str, path: str, status: int, detail: str) -> None:
    answer = world.ask(method, path)
    assert (answer.status_code, answer.json) == (status, {"detail": detail})
