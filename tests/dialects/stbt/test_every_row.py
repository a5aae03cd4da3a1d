"""The documentation as a table: each endpoint, each of its status codes, and the keys of each answer."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from tests.dialects.stbt.conftest import OFFLINE, UID, World

RESULT = {
    "result_id",
    "job_uid",
    "result_url",
    "triage_url",
    "start_time",
    "end_time",
    "test_pack_sha",
    "test_case",
    "result",
    "failure_reason",
}
DETAIL = RESULT | {"test_pack_branch", "username", "job_category", "traceback", "artifacts", "tags"}
JOB = {"job_uid", "job_url", "log_url", "triage_url", "status", "start_time", "end_time", "result_counts"}
NODE = {
    "available",
    "config",
    "device_type",
    "external_ip_address",
    "friendly_name",
    "geoip_city",
    "geoip_country",
    "job",
    "last_used_by",
    "last_used_time",
    "licence_expiry",
    "local_ip_address",
    "node_id",
    "node_url",
    "not_available_reason",
    "online",
    "reservation",
}
RUN = {"node_id": "NODE", "test_pack_revision": "main", "test_cases": ["tests/menu.py::test_pass"]}
RESERVE = {"node_ids": ["NODE"], "message": "hello"}
GONE = "/api/v2/results@deleted"


class Row(NamedTuple):
    """One row: NODE stands for the node, @word for the result_id of a sample."""

    request: str
    status: int
    keys: set[str] = set()
    body: Any = None
    user: str = "anna"


ROWS = [
    Row("GET /api/v2/nodes/NODE/screenshot.png", 200),
    Row("GET /api/v2/nodes/NODE/screenshot.png", 403, user=""),
    Row("GET /api/v2/nodes/nobody/screenshot.png", 404),
    Row("GET /api/v2/nodes/NODE/thumbnail.jpg", 200),
    Row("GET /api/v2/nodes/NODE/thumbnail.jpg", 403, user=""),
    Row("GET /api/v2/nodes/nobody/thumbnail.jpg", 404),
    Row("GET /api/v2/test_pack/main/test_case_names", 200),
    Row("GET /api/v2/test_pack/HEAD/test_case_names", 200),
    Row("GET /api/v2/test_pack/v1/test_case_names/", 200),
    Row("GET /api/v2/test_pack/feature/menus/test_case_names", 200),
    Row("GET /api/v2/test_pack/refs/heads/main/test_case_names", 200),
    Row("GET /api/v2/test_pack/main/test_case_names", 403, user=""),
    Row("GET /api/v2/test_pack/main/test_case_names", 403, user="mia"),
    Row("GET /api/v2/test_pack/nobranch/test_case_names", 404),
    Row("GET /api/v2/test_pack/0123456789abcdef0123456789abcdef01234567/test_case_names", 404),
    Row("POST /api/v2/run_tests", 400, body=RUN | {"node_id": 3}),
    Row("POST /api/v2/run_tests", 400, body={"node_id": "NODE"}),
    Row("POST /api/v2/run_tests", 400, body=RUN | {"test_cases": []}),
    Row("POST /api/v2/run_tests", 400, body=RUN | {"test_cases": ["tests/menu.py::test_none"]}),
    Row("POST /api/v2/run_tests", 400, body=RUN | {"soak": "run twice"}),
    Row("POST /api/v2/run_tests", 400, body=RUN | {"shuffle": "yes"}),
    Row("POST /api/v2/run_tests", 400, body=RUN | {"tags": ["a"]}),
    Row("POST /api/v2/run_tests", 400, body=RUN | {"tags": {"a:b": "c"}}),
    *(
        Row("POST /api/v2/run_tests", 400, body=RUN | {"category": bad})
        for bad in ("", ".a", "-a", "a:b", "a$", "a\nb")
    ),
    Row("POST /api/v2/run_tests", 403, body=RUN, user=""),
    Row("POST /api/v2/run_tests", 403, body=RUN, user="rita"),
    Row("POST /api/v2/run_tests", 404, body=RUN | {"test_pack_revision": "nobranch"}),
    Row("POST /api/v2/run_tests", 404, body=RUN | {"node_id": "nobody"}),
    Row("GET /api/v2/jobs/NODE/0000/9999", 404),
    Row("GET /api/v2/jobs/NODE/0000/0", 200, JOB),
    Row("GET /api/v2/jobs/nobody/0000/0", 404),
    Row("GET /api/v2/jobs/NODE/0000/0", 403, user=""),
    Row("GET /api/v2/jobs/NODE/0000/0/log", 200),
    Row("GET /api/v2/jobs/NODE/0000/9999/log", 404),
    Row("GET /api/v2/jobs/NODE/0000/0/await_completion", 200, JOB),
    Row("GET /api/v2/jobs/NODE/0000/9999/await_completion", 404),
    Row("PUT /api/v2/jobs/NODE/0000/0/stop", 200, JOB),
    Row("POST /api/v2/jobs/NODE/0000/0/stop", 200, JOB),
    Row("PUT /api/v2/jobs/NODE/0000/9999/stop", 404),
    Row("POST /api/v2/jobs/NODE/0000/0/stop", 403, user="rita"),
    Row("GET /api/v2/nodes/NODE/job", 200, JOB),
    Row("GET /api/v2/nodes/nobody/job", 404),
    Row("GET /api/v2/nodes/NODE/job/await_completion", 200, JOB),
    Row("GET /api/v2/nodes/nobody/job/await_completion", 404),
    Row("POST /api/v2/nodes/NODE/job/stop", 200, JOB),
    Row("PUT /api/v2/nodes/NODE/job/stop", 200, JOB),
    Row("POST /api/v2/nodes/nobody/job/stop", 404),
    Row("GET /api/v2/results", 200),
    Row(f"GET /api/v2/results?filter=job:{UID}&sort=date:asc&tz=America/Denver", 200),
    *(
        Row(f"GET /api/v2/results?sort={field}:{way}", 200)
        for field in ("category", "date", "duration", "job", "testcase", "result")
        for way in ("asc", "desc")
    ),
    *(
        Row(f"GET /api/v2/results{form}?{bad}", 400)
        for form in ("", ".csv", ".xml")
        for bad in ("filter=result:(", "sort=date", "sort=colour:asc", "sort=date:up", "tz=America/Nowhere", "tz=")
    ),
    *(Row(f"GET /api/v2/results{form}", 403, user=who) for form in ("", ".csv", ".xml") for who in ("", "mia")),
    Row("GET /api/v2/results.csv", 200),
    Row("GET /api/v2/results.csv?neutralise=maybe", 400),
    Row("GET /api/v2/results.xml?include_tz=true", 200),
    Row("GET /api/v2/results.xml?include_tz=false", 200),
    Row("GET /api/v2/results.xml?include_tz=perhaps", 400),
    Row("GET /api/v2/results@pass/", 200, DETAIL),
    Row("GET /api/v2/results@pass", 200, DETAIL),
    Row("GET /api/v2/results/@pass", 200, DETAIL),
    Row("GET /api/v2/results@desk", 200, DETAIL),
    Row("GET /api/v2/results@pass", 403, user=""),
    Row("GET /api/v2/results@passx", 404),
    Row("GET /api/v2/results@pass9999", 404),
    Row("GET /api/v2/results/old-node/0a23/972/2015-05-28_14.46.34", 404),
    Row("GET /api/v2/results/nothing", 404),
    Row(f"GET {GONE}", 410),
    Row("GET /api/v2/results@pass/stbt.log", 200),
    Row("GET /api/v2/results@pass/stbt.log?tz=America/Denver", 200),
    Row("GET /api/v2/results@pass/stbt.log?tz=Mars", 400),
    Row("GET /api/v2/results@fail/stbt.log", 200),
    Row("GET /api/v2/results@pass/stbt.log", 403, user=""),
    Row("GET /api/v2/results@pass9999/stbt.log", 404),
    Row(f"GET {GONE}/stbt.log", 410),
    Row("GET /api/v2/results@pass/screenshot.png", 200),
    Row("GET /api/v2/results@pass/screenshot.png", 403, user=""),
    Row("GET /api/v2/results@fail/screenshot.png", 404),
    Row(f"GET {GONE}/screenshot.png", 410),
    Row("GET /api/v2/results@pass/artifacts/", 200, {"stbt.log", "a/file in a subdirectory/another.log"}),
    Row("GET /api/v2/results@pass/artifacts", 200, {"stbt.log"}),
    Row("GET /api/v2/results@pass/artifacts/", 403, user=""),
    Row("GET /api/v2/results@pass9999/artifacts/", 404),
    Row(f"GET {GONE}/artifacts/", 410),
    Row("GET /api/v2/results@pass/artifacts/video.mp4", 200),
    Row("GET /api/v2/results@pass/artifacts/a/file%20in%20a%20subdirectory/another.log", 200),
    Row("GET /api/v2/results@pass/artifacts/nothing", 404),
    Row("GET /api/v2/results@pass/artifacts/../../../qarunner.db", 404),
    Row("GET /api/v2/results@pass9999/artifacts/video.mp4", 404),
    Row("GET /api/v2/results@pass/artifacts/video.mp4", 403, user=""),
    Row(f"GET {GONE}/artifacts/video.mp4", 410),
    Row("GET /api/v2/nodes", 200),
    Row("GET /api/v2/nodes/", 200),
    Row("GET /api/v2/nodes", 403, user=""),
    Row("GET /api/v2/nodes/NODE", 200, NODE),
    Row("GET /api/v2/nodes/NODE", 403, user=""),
    Row("GET /api/v2/nodes/nobody", 404),
    Row("POST /api/v2/reservations", 400, body=RESERVE | {"message": " "}),
    Row("POST /api/v2/reservations", 400, body={"node_ids": ["NODE"]}),
    Row("POST /api/v2/reservations", 400, body=RESERVE | {"node_ids": []}),
    Row("POST /api/v2/reservations", 400, body=RESERVE | {"node_ids": ["NODE", "NODE"]}),
    Row("POST /api/v2/reservations", 400, body=RESERVE | {"duration_secs": 0}),
    Row("POST /api/v2/reservations", 400, body=RESERVE | {"duration_secs": "1"}),
    Row("POST /api/v2/reservations", 400, body=RESERVE | {"message": "x" * 10_001}),
    Row("POST /api/v2/reservations", 403, body=RESERVE, user=""),
    Row("POST /api/v2/reservations", 403, body=RESERVE, user="rita"),
    Row("POST /api/v2/reservations", 404, body=RESERVE | {"node_ids": ["NODE", "nobody"]}),
    Row("POST /api/v2/reservations/999/extend", 404, body={"duration_secs": 5}),
    Row("POST /api/v2/reservations/999/extend", 400, body={}),
    Row("POST /api/v2/reservations/999/extend", 403, body={"duration_secs": 5}, user=""),
    Row("DELETE /api/v2/reservations/999", 404),
    Row("DELETE /api/v2/reservations/x", 400),
    Row("DELETE /api/v2/reservations/999", 403, user=""),
    Row("POST /api/v2/reservations/999/interrupt", 404, body={"message": "mine"}),
    Row("POST /api/v2/reservations/999/interrupt", 400, body={}),
    Row("POST /api/v2/reservations/999/interrupt", 403, body={"message": "mine"}, user=""),
    Row("GET /api/v2/user", 200, {"login"}),
    Row("GET /api/v2/user", 200, {"login"}, user="mia"),
    Row("GET /api/v2/user", 403, user=""),
    Row("GET /api/v2/secrets.pub.pem", 200),
    Row("GET /api/_private/workgroup", 200),
    Row("POST /github/post-receive", 200),
    Row("POST /api/v2/nodes/NODE/press", 200, body={"key": "KEY_OK", "remote_control": "roku"}),
    Row("POST /api/v2/nodes/NODE/press", 200, body={"key": "KEY_OK"}, user="mia"),
    Row("POST /api/v2/nodes/NODE/press", 400, body={"key": "KEY_NONE"}),
    Row("POST /api/v2/nodes/NODE/press", 400, body={"key": ""}),
    Row("POST /api/v2/nodes/NODE/press", 403, body={"key": "KEY_OK"}, user="rita"),
    Row("POST /api/v2/nodes/nobody/press", 404, body={"key": "KEY_OK"}),
    Row(f"GET /api/v2/nodes/{OFFLINE}/screenshot.png", 503),
    Row(f"GET /api/v2/nodes/{OFFLINE}/thumbnail.jpg", 503),
    Row("POST /api/v2/run_tests", 503, body=RUN | {"node_id": OFFLINE}),
    Row(f"POST /api/v2/nodes/{OFFLINE}/press", 503, body={"key": "KEY_OK"}),
    Row(f"GET /api/v2/nodes/{OFFLINE}", 200, NODE),
    Row(f"GET /api/v2/nodes/{OFFLINE}/job", 200, JOB),
    Row("GET /api/v2/unknown", 404),
    Row("DELETE /api/v2/nodes", 405),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.status} {row.request[:70]} {row.user}")
def test_a_request_is_answered_as_documented(world: World, row: Row) -> None:
    text = row.request.replace("NODE", world.node)
    for word, name in world.results.items():
        text = text.replace(f"@{word}", name)
    method, path = text.split(" ", 1)
    # Without a Content-Type, as clients post it that send json.dumps(...).
    body = None if row.body is None else json.dumps(row.body).replace("NODE", world.node).encode()
    answer = world.ask(method, path, row.user, data=body)
    assert answer.status_code == row.status, answer.text
    if row.keys:
        assert row.keys <= answer.json.keys()  # type: ignore[union-attr]  # None fails as well
    if row.status >= 400:
        assert set(answer.json) == {"error"}  # type: ignore[arg-type]  # None fails as well
