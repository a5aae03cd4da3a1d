"""Bodies that nobody sends by accident: each is taken in or refused with a reason, and what was stored can be read."""

from __future__ import annotations

import json
from typing import Any

from tests.dialects.qatrack.conftest import URL, World
from tests.dialects.qatrack.session_bodies import PATH, everything, path_of, posted, simple

DEEP = "[" * 500 + "]" * 500
LONG = "x" * 300_000
WHOLE_NUMBERS = ("0", "-0.0", "1e308", "-1e-320", "9" * 19, "9" * 400, "1" + "0" * 5000)
TEXTS = (
    LONG,
    "\u0001\u001f\u007f",
    "\u2028\u202e\ufeff\uffff",
    "\U0001f4fa" * 300,
    "a\r\nSet-Cookie: a=b",
    "<script>alert(1)</script>",
    "{{7*7}}%s%n",
    "' OR 1=1 --",
)
TIMES = ("0001-01-01 00:00", "9999-12-31 23:59", "9999-12-30 00:00", "2018-02-30 10:00", LONG, "2018-07-06 24:00")
LINKS = ("", LONG, "http://[", "//", f"{URL}/api/qc/testinstancestatus/{'9' * 18}/", "/api/qc/testinstancestatus/-1/")


def bodies() -> list[str]:
    """Return the bodies, as JSON."""
    values = [*WHOLE_NUMBERS, DEEP, "{}", "null", '""', "true", *(json.dumps(text) for text in TEXTS)]
    whole = json.dumps(everything())
    found = [
        whole.replace(f'"{macro}": {{"value": ', f'"{macro}": {{"value": {value}, "was": ')
        for macro in ("menu_opens", "zap_time", "firmware", "started_at")
        for value in values
    ]
    changes: list[dict[str, Any]] = [{field: text} for field in ("comment", "user_key", "day") for text in TEXTS]
    changes += [{field: text} for field in ("work_started", "work_completed") for text in TIMES]
    changes += [{field: text} for field in ("status", "unit_test_collection") for text in LINKS]
    changes += [{"tests": {text: {"value": 1}, "number_1": {"value": 1}, "number_2": {"value": 2}}} for text in TEXTS]
    changes += [{"attachments": [{"filename": text, "value": text, "encoding": "text"}]} for text in TEXTS]
    changes += [{"attachments": [{"filename": "a", "value": "aGk="}] * 200}, {"qarunner": {"results": {LONG: LONG}}}]
    return found + [json.dumps(simple(**one)) for one in changes]


def test_nothing_that_is_sent_ends_in_a_crash(own_world: World) -> None:
    session = posted(own_world, everything())
    headers = {"Content-Type": "application/json"}
    statuses: dict[str, set[int]] = {"POST": set(), "PATCH": set()}
    for body in bodies():
        for method, path in (("POST", PATH), ("PATCH", path_of(session))):
            answer = own_world.ask(method, path, data=body.encode("utf-8", "surrogatepass"), headers=headers)
            assert answer.status_code in (200, 201, 400), (method, body[:300], answer.text[:300])
            assert isinstance(answer.json, dict)
            assert answer.status_code != 400 or answer.json, "a refusal says why"
            statuses[method].add(answer.status_code)
    assert statuses == {"POST": {201, 400}, "PATCH": {200, 400}}
    for resource in ("qa/testlistinstances", "qa/testinstances", "comments/comments", "attachments/attachments"):
        page = own_world.get(f"/api/{resource}/?limit=10000")
        assert len(page["results"]) == page["count"] > 10
    assert own_world.ask("GET", f"{PATH}?limit=1000", headers={"Accept": "text/html"}).status_code == 200
