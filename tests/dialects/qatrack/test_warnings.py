"""What was passed over is told in headers, which stay so few that any client takes them."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests
from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.session_bodies import NUMBERS, PATH, everything, simple

from qarunner.dialects.qatrack import qa_dialects
from qarunner.server.app import create_app
from qarunner.server.http import HttpServer

MANY = 3 * http.client._MAXHEADERS  # type: ignore[attr-defined]  # what Python's clients take, in no other place


@pytest.fixture
def served(own_world: World) -> Iterator[str]:
    server = HttpServer(create_app(replace(own_world.services, external_url=""), qa_dialects()), threads=2)
    server.start()
    yield server.url
    server.stop()


def test_a_client_takes_the_answer_of_many_unknown_macros_and_filters(own_world: World, served: str) -> None:
    headers = {"Authorization": f"Token {own_world.tokens['ben']}"}
    unknown = {f"unknown_{number}": {"value": number} for number in range(MANY)}
    body = simple(unit_test_collection="/api/qa/unittestcollections/1/", tests={**NUMBERS, **unknown})
    answer = requests.post(f"{served}{PATH}", json=body, headers=headers, timeout=60)
    assert answer.status_code == 201
    assert answer.json()["ignored_tests"] == list(unknown)
    assert answer.headers["Warning"].endswith(f', 299 qarunner "and {MANY - 10} more"')
    query = {f"unknown{number}": "x" for number in range(MANY)}
    listed = requests.get(f"{served}/api/units/units/", params=query, headers=headers, timeout=60)
    assert (listed.status_code, listed.json()["count"]) == (200, 2)


def test_what_was_not_kept_is_told_before_what_was_ignored(own_world: World) -> None:
    unknown = {f"unknown_{number}": {"value": number} for number in range(MANY)}
    answer = own_world.ask("POST", PATH, json=everything({**unknown, "built_on": {"value": "soon"}}))
    warnings = answer.headers.getlist("Warning")
    assert warnings[0] == '299 qarunner "The value of built_on is no date in a known format and was not kept"'
    assert (len(warnings), warnings[-1]) == (11, f'299 qarunner "and {MANY + 1 - 10} more"')
