"""What dialects add to our own API stands below their names, guarded and described like everything else there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from tests.peers.tiny_dialect import tiny

from qarunner.access import Action
from qarunner.dialects.endpoint import Answer, Body, Endpoint, Query
from qarunner.dialects.routes import RefusedError
from qarunner.dialects.spec import Binding, Dialect, Services
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects

BASE = "/qarunner/api/v1"


class Days(Query, frozen=True):
    """Named like a query of the statistics."""

    days: int = 7


class Remark(Body, frozen=True):
    text: str


class Remarks(Answer, frozen=True):
    node: str
    days: int
    texts: list[str]


def remarks(_services: Services) -> Iterable[Endpoint]:
    kept: list[str] = []

    def get_history(node: str, query: Days) -> Remarks:
        return Remarks(node=node, days=query.days, texts=kept)

    def add(node: str, body: Remark) -> Remarks:
        if not body.text:
            raise RefusedError(400, "a remark says something", place="body $.text")
        kept.append(body.text)
        return Remarks(node=node, days=0, texts=kept)

    yield Endpoint("GET", "/history/{node}", "R", get_history, Action.SEE_RESULTS, answer=Remarks, query=Days)
    yield Endpoint("POST", "/history/{node}", "Add", add, Action.MANAGE_SERVER, answer=Remarks, body=Remark, status=201)


def remarkable(**changes: Any) -> Dialect:
    return replace(tiny(), endpoints=remarks, **changes)


def client_for(services: Services, token: str, dialect: Dialect) -> FlaskClient:
    client = create_app(services, [*qa_dialects(), dialect]).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.mark.parametrize("binding", [None, Binding(prefix="/tiny", shared=False)], ids=["shared", "bound"])
def test_they_answer_below_the_dialects_name_wherever_it_is_bound(
    services: Services, tokens: dict[str, str], binding: Binding | None
) -> None:
    client = client_for(services, tokens["admin"], remarkable(binding=binding))
    added = client.post(f"{BASE}/tiny/history/n1", data=b'{"text": "loud"}')
    assert (added.status_code, added.json) == (201, {"node": "n1", "days": 0, "texts": ["loud"]})
    read = client.get(f"{BASE}/tiny/history/n1?days=3")
    assert read.json == {"node": "n1", "days": 3, "texts": ["loud"]}


def test_their_errors_are_those_of_our_own_api(services: Services, tokens: dict[str, str]) -> None:
    client = client_for(services, tokens["admin"], remarkable())
    assert client.post(f"{BASE}/tiny/history/n1", data=b'{"text": ""}').json == {
        "error": "a remark says something",
        "place": "body $.text",
    }
    assert b'"place":"body $.text"' in client.post(f"{BASE}/tiny/history/n1", data=b'{"text": 7}').data
    assert client.get(f"{BASE}/tiny/nowhere").status_code == 404


def test_they_are_guarded(services: Services, tokens: dict[str, str]) -> None:
    client = client_for(services, tokens["read"], remarkable())
    assert client.get(f"{BASE}/tiny/history/n1").status_code == 200
    assert client.post(f"{BASE}/tiny/history/n1", data=b'{"text": "loud"}').status_code == 403


def test_they_are_described_also_where_their_types_are_called_like_others(
    services: Services, tokens: dict[str, str]
) -> None:
    document = json.loads(client_for(services, tokens["read"], remarkable()).get(f"{BASE}/openapi.json").data)
    operation = document["paths"]["/tiny/history/{node}"]["get"]
    assert operation["operationId"] == "tiny_get_history"
    assert document["paths"]["/history"]["get"]["operationId"] == "get_history"
    assert [one["name"] for one in operation["parameters"]] == ["node", "days"]
    [statistics] = [one for one in document["paths"]["/failures"]["get"]["parameters"] if one["name"] == "since"]
    assert statistics["in"] == "query"
    assert not any(name.endswith("Days") for name in document["components"]["schemas"])
