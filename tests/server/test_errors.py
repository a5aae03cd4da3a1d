"""Whatever goes wrong is answered in the shape of the dialect whose path it is."""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient
from tests.peers.tiny_dialect import tiny

from qarunner.dialects.spec import Services
from qarunner.server.app import AppSettings, create_app
from qarunner.server.builtin import qa_dialects


@pytest.fixture
def client(services: Services, tokens: dict[str, str]) -> FlaskClient:
    app = create_app(services, [*qa_dialects(), tiny()], AppSettings(body_limit=2000))
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"token {tokens['write']}"
    return client


def test_a_path_without_a_route_is_404_in_the_shape_of_its_claim(client: FlaskClient) -> None:
    answer = client.get("/api/tiny/nothing/here")
    assert (answer.status_code, answer.json) == (404, ["tiny", 404, "there is nothing at /api/tiny/nothing/here"])
    assert client.get("/qarunner/nothing").json == {"error": "there is nothing at /qarunner/nothing"}
    page = client.get("/nothing")
    assert page.status_code == 404
    assert "<h1>Not Found</h1>" in page.text


def test_a_wrong_method_is_405_and_keeps_allow(client: FlaskClient) -> None:
    answer = client.delete("/api/tiny/press")
    assert (answer.status_code, answer.json[:2]) == (405, ["tiny", 405])  # type: ignore[index]  # None fails as well
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_too_large_a_body_is_413(client: FlaskClient) -> None:
    answer = client.post("/api/tiny/press", data=b"[" + b" " * 2000)
    assert (answer.status_code, answer.json[:2]) == (413, ["tiny", 413])  # type: ignore[index]  # None fails as well


def test_a_route_may_have_a_limit_of_its_own(client: FlaskClient) -> None:
    assert client.put("/api/tiny/artifacts/a.png", data=b"x" * 1000).json == ["a.png", 1000]
    assert client.put("/api/tiny/artifacts/a.png", data=b"x" * 1001).status_code == 413


def test_a_crash_is_500_without_its_text_and_is_found_in_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get("/api/tiny/crash")
    kind, status, reason = answer.json  # type: ignore[misc]  # None fails as well
    assert (kind, status, answer.status_code) == ("tiny", 500, 500)
    assert "token" not in reason
    number = reason.rpartition(" ")[2]
    [record] = [record for record in caplog.records if number in record.getMessage()]
    assert record.exc_info


def test_an_error_of_the_store_has_its_own_status(client: FlaskClient) -> None:
    answer = client.get("/api/tiny/full")
    assert (answer.status_code, answer.json) == (507, ["tiny", 507, "the disk is full. Make room."])


def test_an_error_shape_that_itself_crashes_still_answers(services: Services) -> None:
    import dataclasses

    def broken(_problem: object) -> None:
        raise RuntimeError

    app = create_app(services, [dataclasses.replace(tiny(), error=broken)])  # type: ignore[arg-type]  # that is the point
    answer = app.test_client().get("/api/tiny/nothing")
    assert answer.status_code == 500
    assert "the server made a mistake" in answer.text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "has no body"),
        (b"  ", "has no body"),
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b'{"node": 1, "keys": []}', "Expected `str`, got `int` - at `$.node`"),
        (b'{"node": "a", "keys": ["b", 2]}', "got `int` - at `$.keys[1]`"),
        (b'{"node": "a"}', "missing required field `keys`"),
        (b"[1]", "Expected `object`, got `array`"),
        (b'{"node": "a\\u0000", "keys": []}', "NUL"),
        (b'{"node": "a\x00", "keys": []}', "NUL"),
        (b'{"node": "a", "more": ' + b"[" * 900, "is not JSON"),
    ],
)
def test_a_body_that_does_not_fit_is_400_with_the_place(client: FlaskClient, body: bytes, reason: str) -> None:
    answer = client.post("/api/tiny/press", data=body)
    assert answer.status_code == 400
    assert reason in answer.json[2]  # type: ignore[index]  # None fails as well


def test_a_body_nested_without_end_is_400(services: Services, tokens: dict[str, str]) -> None:
    client = create_app(services, [tiny()]).test_client()
    header = {"Authorization": f"token {tokens['write']}"}
    body = b'{"node": "a", "keys": [], "more": ' + b"[" * 200_000
    assert client.post("/api/tiny/press", data=body, headers=header).status_code == 400


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/json", "nonsense"]
)
def test_json_is_understood_whatever_the_content_type_says(client: FlaskClient, kind: str) -> None:
    body = b'{"node": "a\\\\u0000", "keys": ["KEY_OK"], "unknown": 1}'
    answer = client.post("/api/tiny/press", data=body, content_type=kind)
    assert answer.json == ["a\\u0000", "KEY_OK"], "an escaped backslash before u0000 is no NUL"


def test_a_compressed_body_is_415(client: FlaskClient) -> None:
    answer = client.post("/api/tiny/press", data=b"x", headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize("text", ["0", "101", "x", "1.5", "", "9" * 30, "٣", "-1"])
def test_a_number_in_the_query_that_does_not_fit_is_400(client: FlaskClient, text: str) -> None:
    assert client.get("/api/tiny/pages", query_string={"limit": text}).status_code == 400


def test_a_number_in_the_query_is_read(client: FlaskClient) -> None:
    assert client.get("/api/tiny/pages").json == 10
    assert client.get("/api/tiny/pages?limit=7").json == 7


@pytest.mark.parametrize("address", ["/api/tiny/ids/a%00b", "/api/tiny/pages?limit=1%00", "/api/tiny/pages?%00=1"])
def test_a_nul_in_the_address_is_400(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json[0]) == (400, "tiny")  # type: ignore[index]  # None fails as well


@pytest.mark.parametrize(
    "address", ["/api/tiny/who", "/api/tiny/who/", "//api//tiny/who", "/api/tiny//who//", "/./api/tiny/who"][:4]
)
def test_slashes_too_many_or_at_the_end_do_no_harm(client: FlaskClient, address: str) -> None:
    answer = client.open(path="/", environ_overrides={"PATH_INFO": address})
    assert answer.json == ["write", "token"]


def test_an_id_that_begins_with_a_slash_can_be_pasted(client: FlaskClient) -> None:
    answer = client.open(path="/", environ_overrides={"PATH_INFO": "/api/tiny/ids//node/0a23/972"})
    assert answer.json == "node/0a23/972"
