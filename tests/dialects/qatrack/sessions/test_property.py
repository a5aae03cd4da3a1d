"""Whatever is sent, the server answers in its own words and stays whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.dialects.qatrack.conftest import World, make_world
from tests.dialects.qatrack.session_bodies import ALL, CYCLE, EVERYTHING, PATH, SIMPLE, STARTED
from tests.peers.stores import DATABASES, EmptyStores

from qarunner.store.engine import Store
from qarunner.store.models import qatrack

WORDS = ["1", "true", "2018-07-06", "2018-07-06 10:00", "9999-12-31 23:59", "soft", "\N{DESERT}", "a/b\\..", ""]
MACROS = [*ALL, "lines", "verdict", "number_1", "number_2", "sum_of_two", "x"]
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["1", "true", "2018-07-06", "2018-07-06 10:00", "9999-12-31 23:59", "soft", "\N{DESERT}", "a/b\\..", ""]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
entry = st.fixed_dictionaries(
    {},
    optional={"value": anything, "skipped": anything, "comment": anything, "filename": anything, "encoding": anything},
)
tests = st.dictionaries(st.sampled_from(MACROS), entry | anything)
likely_tests = st.builds(lambda sent: {**ALL, "number_1": {"value": 1}, "number_2": {"value": 2}, **sent}, tests)
links = st.sampled_from([SIMPLE, EVERYTHING, CYCLE, "/api/qa/testlists/1/", "", "http://[", SIMPLE[:-2]])
bodies = st.fixed_dictionaries(
    {},
    optional={
        "unit_test_collection": links | anything,
        "work_started": st.just(STARTED) | anything,
        "work_completed": anything,
        "tests": likely_tests | tests | anything,
        "in_progress": st.booleans() | anything,
        "include_for_scheduling": anything,
        "comment": anything,
        "status": anything,
        "user_key": anything,
        "day": anything,
        "attachments": anything,
        "qarunner": anything,
    },
)
likely = st.builds(
    lambda link, body: {"unit_test_collection": link, "work_started": STARTED, "tests": ALL, **body}, links, bodies
)


@pytest.fixture(params=DATABASES, scope="module")
def open_world(request: pytest.FixtureRequest, empty_stores: EmptyStores, tmp_path_factory: Any) -> Iterator[World]:
    """A world that all examples write to."""
    folder: Path = tmp_path_factory.mktemp("property")
    with Store.open(*empty_stores.new(request.param, folder / "data")) as store:
        yield make_world(store)
        with store.read() as connection:
            waiting = connection.execute(select(qatrack.ListInstance.id).where(qatrack.ListInstance.results_due))
            assert waiting.all() == [], "whatever was taken in has become results as well"


# On each of two databases, which matter little to what is refused.
CALM = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=80)


@CALM
@given(body=bodies | likely)
def test_any_body_is_taken_in_or_refused_with_a_reason(open_world: World, body: dict[str, Any]) -> None:
    answer = open_world.ask("POST", PATH, data=json.dumps(body))
    assert answer.status_code in (201, 400), answer.text
    assert isinstance(answer.json, dict)
    assert answer.json
    if answer.status_code == 201:
        url = answer.json["url"].partition(".com")[2]
        assert open_world.get(url)["work_started"] == answer.json["work_started"]


@CALM
@given(body=bodies)
def test_any_change_is_made_or_refused_with_a_reason(open_world: World, body: dict[str, Any]) -> None:
    begun = {"unit_test_collection": EVERYTHING, "work_started": STARTED, "tests": ALL}
    session = open_world.ask("POST", PATH, json=begun).json
    assert session is not None
    answer = open_world.ask("PATCH", session["url"].partition(".com")[2], data=json.dumps(body))
    assert answer.status_code in (200, 400), answer.text
    assert isinstance(answer.json, dict)


@CALM
@given(body=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_refused_with_a_reason(open_world: World, body: bytes) -> None:
    answer = open_world.ask("POST", PATH, data=body)
    assert answer.status_code == 400, answer.text
    assert isinstance(answer.json, dict)
