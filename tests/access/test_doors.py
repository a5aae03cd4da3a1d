"""Where a credential is looked for in a request."""

from __future__ import annotations

import base64

import pytest

from qarunner.access.doors import DOORS, Credential, find_credential

ALL = tuple(DOORS)


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("token X1", Credential("token", "X1")),
        ("Token X1", Credential("token", "X1")),
        ("bearer X1", Credential("bearer", "X1")),
        ("Bearer  X1 ", Credential("bearer", "X1")),
        ("X1", Credential("bare", "X1")),
        (basic("ada:love:lace"), Credential("basic", "love:lace", "ada")),
        (basic("ada"), Credential("basic", "", "ada")),
        ("Basic !!!", Credential("basic", "")),
        ("Digest x", None),
        ("", None),
        ("token", Credential("bare", "token")),
        ("token " + "x" * 5000, None),
    ],
)
def test_the_authorization_header_is_understood(header: str, found: Credential | None) -> None:
    assert find_credential({"HTTP_AUTHORIZATION": header}, ALL) == found


def test_a_private_token_and_both_cookies_are_found() -> None:
    assert find_credential({"HTTP_PRIVATE_TOKEN": "X1"}, ALL) == Credential("private-token", "X1")
    for door, name in (("session", "qarunner_session"), ("session-id", "session_id")):
        environ = {"HTTP_COOKIE": f"bad name[]=1; {name}=X1; other=2"}
        assert find_credential(environ, ALL) == Credential(door, "X1")


def test_only_the_doors_that_a_dialect_has_are_looked_at() -> None:
    environ = {"HTTP_AUTHORIZATION": "token X1", "HTTP_COOKIE": "qarunner_session=S1"}
    assert find_credential(environ, ("bearer",)) is None
    assert find_credential(environ, ("session", "token")) == Credential("session", "S1")
