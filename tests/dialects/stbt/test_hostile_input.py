"""What a client may send over the wire that no well-meaning one would: each answer is JSON, none is a 5xx."""

from __future__ import annotations

import gzip
import http.client
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.stbt.conftest import FILES, World

from qarunner.dialects.stbt import CLAIMS
from qarunner.server.http import HttpServer

API = "/api/v2"
POSTS = ("run_tests", "reservations", "reservations/1/extend", "reservations/1/interrupt", "nodes/{node}/press")
ANY = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND")


@dataclass
class Answer:
    status: int
    kind: str
    body: bytes

    @property
    def error(self) -> str:
        """What it says is wrong; that is all it says."""
        assert 400 <= self.status < 500, self
        assert self.kind == "application/json", self
        value = json.loads(self.body)
        assert set(value) == {"error"}, value
        reason: str = value["error"]
        return reason


class Wire:
    """Sends requests as they are written here; no library makes them nicer."""

    def __init__(self, port: int, token: str, node: str) -> None:
        self.port, self.token, self.node = port, token, node

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            given = {"Authorization": f"token {self.token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
            if isinstance(body, bytes) and "Transfer-Encoding" not in given:
                given["Content-Length"] = str(len(body))
            for name, value in given.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers.get_content_type(), answer.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def wire(world: World) -> Iterator[Wire]:
    server = HttpServer(world.app, threads=8)
    server.start()
    yield Wire(server.port, world.tokens["anna"], world.node)
    server.stop()


BOMB = bytes(8 * 1024 * 1024)


@pytest.mark.parametrize("place", POSTS)
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip", "zstd"])
def test_a_compressed_body_is_refused_before_it_can_grow(wire: Wire, place: str, encoding: str) -> None:
    packed = gzip.compress(BOMB) if encoding.startswith("gzip") else zlib.compress(BOMB)
    path = f"{API}/{place.format(node=wire.node)}"
    answer = wire.send("POST", path, packed, Content_Encoding=encoding)
    assert (answer.status, "Content-Encoding" in answer.error) == (415, True)


@pytest.mark.parametrize("place", POSTS)
def test_a_huge_body_is_refused_however_it_comes(wire: Wire, place: str) -> None:
    path = f"{API}/{place.format(node=wire.node)}"
    size = 17 * 1024 * 1024
    announced = wire.send("POST", path, b"[" * size)
    assert (announced.status, "larger" in announced.error) == (413, True)
    chunk = b"%x\r\n%s\r\n" % (1024 * 1024, b" " * 1024 * 1024)
    chunked = wire.send("POST", path, chunk * 17 + b"0\r\n\r\n", Transfer_Encoding="chunked")
    assert (chunked.status, "larger" in chunked.error) == (413, True)


DEEP = b"[" * 100_000
RUN = {"node_id": "x", "test_pack_revision": "main", "test_cases": ["tests/menu.py::test_pass"]}
WRONG_BODIES = {
    "nothing": b"",
    "spaces": b"  \n",
    "not JSON": b"{node_id: 1}",
    "cut off": b'{"node_id": "x',
    "too deep": DEEP,
    "too deep in a field passed over": b'{"other": ' + DEEP,
    "NUL": b'{"message": "a\\u0000b", "key": "a\\u0000b", "node_ids": [], "duration_secs": 1}',
    "a bare NUL": b"\0",
    "no UTF-8": b'{"message": "\xff\xfe"}',
    "another encoding": '{"message": "x"}'.encode("utf-16"),
    "a list": b"[1, 2]",
    "a huge number": b'{"duration_secs": 1' + b"0" * 5000 + b', "node_ids": [], "message": ""}',
    "no number": b'{"duration_secs": NaN}',
    "endless": b'{"duration_secs": 1e999, "node_ids": [], "message": "x"}',
    "a form": b"node_id=x&test_cases=y",
}


@pytest.mark.parametrize("place", POSTS)
@pytest.mark.parametrize("body", WRONG_BODIES.values(), ids=WRONG_BODIES.keys())
def test_a_body_that_is_not_what_was_asked_for_is_refused(wire: Wire, place: str, body: bytes) -> None:
    answer = wire.send("POST", f"{API}/{place.format(node=wire.node)}", body, Content_Type="application/json")
    assert answer.status in (400, 404), answer
    assert answer.error


LONE = "\\ud800"
"""Half a character, as JSON can say it."""


@pytest.mark.parametrize("field", ["node_id", "test_pack_revision", "remote_control", "category"])
def test_half_a_character_is_refused(wire: Wire, field: str) -> None:
    body = json.dumps(RUN | {field: "X"}).replace('"X"', f'"{LONE}"')
    assert wire.send("POST", f"{API}/run_tests", body.encode()).error


def test_half_a_character_is_refused_everywhere_else(wire: Wire) -> None:
    for tags in (f'{{"{LONE}": "x"}}', f'{{"x": "{LONE}"}}'):
        body = json.dumps(RUN | {"tags": "X"}).replace('"X"', tags)
        assert wire.send("POST", f"{API}/run_tests", body.encode()).error
    reserve = f'{{"node_ids": ["{wire.node}"], "message": "{LONE}"}}'
    assert wire.send("POST", f"{API}/reservations", reserve.encode()).error
    assert wire.send("POST", f"{API}/nodes/{wire.node}/press", f'{{"key": "{LONE}"}}'.encode()).error


OUTSIDE = [
    "../stbt.log",
    "../../../../etc/passwd",
    "%2e%2e/%2e%2e/qarunner.db",
    "..%2f..%2f..%2fqarunner.db",
    "a/../../../keys.json",
    "a/..",
    ".",
    "%2fetc/passwd",
    "..%5c..%5cqarunner.db",
    "stbt.log%00.png",
    "stbt.log/",
    "stbt.log/x",
    "%ff%fe",
    "x" * 5000,
    "%f0%9f%93%ba.png",
    "%ed%a0%80",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_outside_finds_nothing(world: World, wire: Wire, name: str) -> None:
    for result in (quote(world.results["pass"]), f"/{world.ids['pass']}"):
        answer = wire.send("GET", f"{API}/results{result}/artifacts/{name}")
        assert answer.status in (400, 404), answer
        assert answer.error


RANGES = ["bytes=-0", "bytes=5-2", "bytes=0-0,2-3", "bytes=" + "0-1," * 2000, "bytes=9" + "9" * 40 + "-", "lines=1-2"]
RANGES += ["bytes=abc", "bytes=", "=", "\t", "bytes=-1e5", "bytes=--5", "bytes=" + "-".join("123456789")]


@pytest.mark.parametrize("wanted", RANGES, ids=[text[:16] for text in RANGES])
def test_a_range_that_is_none_is_a_416_or_the_whole(world: World, wire: Wire, wanted: str) -> None:
    answer = wire.send("GET", f"{API}/results{quote(world.results['pass'])}/artifacts/video.mp4", Range=wanted)
    assert answer.status in (200, 206, 416), answer
    if answer.status == 416:
        assert answer.error
    else:
        assert answer.body in FILES["video.mp4"]


QUERIES = [
    "filter=%00",
    "filter=%ff",
    "filter=" + "(" * 3000,
    "filter=" + "a%20OR%20" * 3000 + "a",
    "filter=job:" + "/" * 3000,
    "filter=%22",
    "filter=date:%3E99999-99-99",
    "sort=date",
    "sort=date:asc&sort=x",
    "tz=../../etc/passwd",
    "tz=" + "A" * 5000,
    "tz=%00",
    "include_tz=perhaps",
    "=&&=;%%%",
]


@pytest.mark.parametrize("query", QUERIES, ids=[text[:20] for text in QUERIES])
@pytest.mark.parametrize("place", ["results", "results.csv", "results.xml"])
def test_a_query_that_is_none_is_refused_or_finds_nothing(wire: Wire, place: str, query: str) -> None:
    answer = wire.send("GET", f"{API}/{place}?{query}")
    assert answer.status in (200, 400), answer
    if answer.status == 400:
        assert answer.error


SEGMENT = st.text("abz./-_%:~ \u00e9", max_size=12) | st.sampled_from(
    ["nodes", "jobs", "results", "reservations", "test_pack", "job", "artifacts", "stop", "..", "0", "9" * 25]
)
SETTINGS: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


def check_any(wire: Wire, method: str, segments: list[str], body: bytes, headers: dict[str, str]) -> None:
    claim, *segments = segments
    path = claim + "/" + "/".join(quote(segment, safe=".%:~") for segment in segments)
    answer = wire.send(method, path, body, **headers)
    assert answer.status < 500, (method, path, answer)
    if answer.status >= 400 and method != "HEAD":
        assert answer.error


HEADERS = st.dictionaries(
    st.sampled_from(["Content_Type", "Content_Encoding", "Range", "If_None_Match", "Accept", "X_Forwarded_Host"]),
    st.text("abz0123456789=,;-/* \"'", max_size=20),
    max_size=3,
)
METHODS = st.sampled_from(ANY)
SEGMENTS = st.builds(lambda claim, parts: [claim, *parts], st.sampled_from(CLAIMS), st.lists(SEGMENT, max_size=6))


@settings(max_examples=300, derandomize=True, **SETTINGS)
@given(method=METHODS, segments=SEGMENTS, body=st.binary(max_size=40), headers=HEADERS)
def test_any_path_by_any_method_is_answered_in_json(
    wire: Wire, method: str, segments: list[str], body: bytes, headers: dict[str, str]
) -> None:
    check_any(wire, method, segments, body, headers)


@pytest.mark.soak
@settings(max_examples=20_000, **SETTINGS)
@given(method=METHODS, segments=SEGMENTS, body=st.binary(max_size=200), headers=HEADERS)
def test_any_path_by_any_method_for_minutes(
    wire: Wire, method: str, segments: list[str], body: bytes, headers: dict[str, str]
) -> None:
    check_any(wire, method, segments, body, headers)
