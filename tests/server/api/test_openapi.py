"""The OpenAPI document fits the routes, the pages of the documentation, and what the server answers to nonsense."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.peers.sample_results import sample

from qarunner.dialects.qatrack import qa_dialects as qatrack_dialects
from qarunner.dialects.spec import Services
from qarunner.results import to_json
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects

BASE = "/qarunner/api/v1"
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "api.md"


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services, [*qa_dialects(), *qatrack_dialects()])


@pytest.fixture
def client(app: Flask, tokens: dict[str, str]) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens['admin']}"
    return client


@pytest.fixture
def described(client: FlaskClient) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(client.get(f"{BASE}/openapi.json").data)
    return document


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(m.upper(), path, one) for path, methods in described["paths"].items() for m, one in methods.items()]


def test_every_route_is_described_and_nothing_else(app: Flask, described: dict[str, Any]) -> None:
    served = {
        (method, re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule.removeprefix(BASE)))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("server.api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(method, path) for method, path, _operation in operations(described)} == served


def test_every_reference_in_the_description_leads_somewhere(described: dict[str, Any]) -> None:
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(described)))
    assert used
    assert used <= set(described["components"]["schemas"])


def test_the_documentation_lists_every_route_with_its_permission(described: dict[str, Any]) -> None:
    listed = set(re.findall(r"^\| `(\w+) ([^`]+)` \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert listed == {
        (method, path, operation.get("x-permission", "nothing")) for method, path, operation in operations(described)
    }


ANY_TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
PART = ANY_TEXT.filter(lambda text: text.strip("./") and "/" not in text)
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT
WORDS = ["results", "runs", "artifacts", "result", "path", "size", "sha256", "node", "testcases", "id", "started"]
NONSENSE = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | ANY_TEXT, inner, max_size=4),
)
VALUES = ANY_TEXT | st.integers().map(str) | st.sampled_from(["date:asc", "-1", "1e9", "nan", "0001-01-01", "x" * 5000])


@settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_nonsense_is_answered_with_a_declared_status_and_never_crashes(
    client: FlaskClient, described: dict[str, Any], data: st.DataObject
) -> None:
    known = sample()
    client.put(f"{BASE}/results/{known.id}", data=b'{"result":' + to_json(known) + b"}")
    method, path, operation = data.draw(st.sampled_from(operations(described)))
    for name in re.findall(r"{(\w+)}", path):
        value = data.draw(st.just(known.id) | PART if name == "result" else PART)
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    queries = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
    query = {name: data.draw(VALUES) for name in queries if data.draw(st.booleans())}
    body = (
        None if method == "GET" else data.draw(st.binary(max_size=50) | NONSENSE.map(lambda v: json.dumps(v).encode()))
    )
    answer = client.open(BASE + path, method=method, query_string=query, data=body)
    assert str(answer.status_code) in operation["responses"], (method, path, query, body, answer.text)
    if answer.status_code >= 400:
        assert set(json.loads(answer.data)) <= {"error", "place"}
