"""Whatever a client sends, the API answers in its shape and never with a 5xx; and the limits of the door hold."""

from __future__ import annotations

import json
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.stbt.conftest import World

from qarunner.access.limits import Allowance, RequestLimit

TEXT = st.text(max_size=40) | st.sampled_from(
    ["..", "a/../b", "\0", "//", "'", "%", "-1", "9" * 30, "result:", "job:/"]
)
PARAMETERS = st.dictionaries(
    st.sampled_from(["filter", "sort", "tz", "include_tz", "neutralise", "x"]), TEXT, max_size=3
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
RUN_FIELDS = ["node_id", "test_pack_revision", "test_cases", "remote_control", "category", "soak", "shuffle", "tags"]
FIELDS = st.sampled_from([*RUN_FIELDS, "node_ids", "message", "duration_secs", "key"])
BODIES = st.dictionaries(FIELDS, JSON, max_size=9).map(json.dumps).map(str.encode) | st.binary(max_size=60)
PLACES = [
    "results",
    "results.csv",
    "results.xml",
    "results/{}",
    "results/{}/artifacts",
    "results/{}/{}/{}/{}",
    "results/{}/{}/{}/{}/stbt.log",
    "results/{}/{}/{}/{}/artifacts/{}",
    "jobs/{}/{}/{}",
    "jobs/{}/{}/{}/await_completion",
    "jobs/{}/{}/{}/log",
    "jobs/{}/{}/{}/stop",
    "nodes/{}",
    "nodes/{}/job",
    "nodes/{}/screenshot.png",
    "nodes/{}/press",
    "test_pack/{}/test_case_names",
    "run_tests",
    "reservations",
    "reservations/{}",
    "reservations/{}/extend",
    "reservations/{}/interrupt",
    "{}",
]


@settings(
    max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"]),
    place=st.sampled_from(PLACES),
    parts=st.lists(TEXT, min_size=5, max_size=5),
    parameters=PARAMETERS,
    body=BODIES,
)
def test_nothing_that_is_sent_makes_the_server_fail(
    world: World, method: str, place: str, parts: list[str], parameters: dict[str, str], body: bytes
) -> None:
    texts = iter(parts)
    path = "".join(quote(next(texts), safe="/") if piece == "{}" else piece for piece in split(place))
    answer = world.ask(method, f"/api/v2/{path}", query_string=parameters, data=body)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and method != "HEAD":
        assert set(json.loads(answer.data)) == {"error"}


def split(place: str) -> list[str]:
    return place.replace("{}", "\0{}\0").split("\0")


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.dictionaries(FIELDS, JSON, max_size=3))
def test_a_request_to_run_with_anything_wrong_in_it_is_refused_or_run(world: World, changes: dict[str, object]) -> None:
    good = {"node_id": "nobody", "test_pack_revision": "main", "test_cases": ["tests/menu.py::test_pass"]}
    body = json.dumps(good | changes).encode()
    assert world.ask("POST", "/api/v2/run_tests", data=body).status_code in (400, 404)


def test_a_body_may_be_json_with_any_content_type(world: World) -> None:
    body = b'{"node_ids": [], "message": "x"}'
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain", ""):
        answer = world.ask("POST", "/api/v2/reservations", data=body, headers={"Content-Type": kind})
        assert "none, or one is named twice" in answer.text


def test_too_many_requests_at_once_are_429_and_those_in_turn_never(world: World) -> None:
    access, before = world.services.access, world.services.access._requests
    access._requests = RequestLimit({"ordinary": Allowance(1, 0.001), "artifacts": Allowance(1, 0.001)})
    try:
        for _time in range(20):
            assert world.ask("GET", "/api/v2/user").status_code == 200
        key = access.resolve({"HTTP_AUTHORIZATION": f"token {world.tokens['anna']}"}, ["token"])
        assert key is not None
        leave = access.begin_request(key.key, "ordinary")
        try:
            codes = [world.ask("GET", "/api/v2/user").status_code for _time in range(3)]
        finally:
            leave()
        assert codes == [200, 429, 429]
        assert world.ask("GET", "/api/v2/user").status_code == 200
    finally:
        access._requests = before


def test_a_wrong_token_is_403(world: World) -> None:
    for header in ("token wrong", "Bearer wrong", "token", "nonsense"):
        answer = world.ask("GET", "/api/v2/user", user="", headers={"Authorization": header})
        assert (answer.status_code, set(answer.json or {})) == (403, {"error"}), header
