"""How a body may come, and who may send one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.session_bodies import PATH, count, posted, simple

from qarunner.access.limits import Allowance, RequestLimit
from qarunner.dialects.spec import UPLOAD_LIMIT
from qarunner.store.clock import now
from qarunner.store.models import Job, JobState


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "application/x-www-form-urlencoded", "", "x"],
)
def test_json_is_json_whatever_it_is_called(own_world: World, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = own_world.ask("POST", PATH, data=json.dumps(simple()), headers=headers)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("data", "content_type", "status", "told"),
    [
        (json.dumps(simple()), "text/plain", 415, {"detail": 'Unsupported media type "text/plain" in request.'}),
        ("[]", "application/json", 400, {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
        ("3", "application/json", 400, {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]}),
    ],
)
def test_what_is_no_object_is_refused(world: World, data: str, content_type: str, status: int, told: Any) -> None:
    answer = world.ask("POST", PATH, data=data, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json) == (status, told)


@pytest.mark.parametrize(
    "data", ['{"tests": NaN}', '{"tests": ', "tests=1", '{"a": 1e999}', '{"a": "\\u0000"}', "[" * 9999]
)
def test_malformed_json_is_refused(world: World, data: str) -> None:
    answer = world.ask("POST", PATH, data=data, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert str((answer.json or {})["detail"]).startswith("JSON parse error - ")


def test_a_body_that_is_too_large_is_refused(world: World) -> None:
    announced = {"CONTENT_LENGTH": str(UPLOAD_LIMIT + 1)}
    answer = world.ask("POST", PATH, data=b"{}", environ_overrides=announced)
    assert (answer.status_code, answer.json) == (413, {"detail": "the request's body is larger than it may be here"})


@pytest.mark.parametrize(
    ("method", "path", "user", "status", "detail"),
    [
        ("POST", PATH, "", 401, "Authentication credentials were not provided."),
        ("POST", PATH, "rita", 403, "You do not have permission to perform this action."),
        ("PATCH", f"{PATH}1/", "", 401, "Authentication credentials were not provided."),
        ("PATCH", f"{PATH}1/", "rita", 403, "You do not have permission to perform this action."),
        ("PATCH", f"{PATH}1/", "ben", 404, "Not found."),
        ("PATCH", f"{PATH}{'9' * 30}/", "ben", 404, "Not found."),
        # Whether one may is asked before how.
        ("PUT", f"{PATH}1/", "rita", 403, "You do not have permission to perform this action."),
        ("PUT", f"{PATH}1/", "ben", 405, 'Method "PUT" not allowed.'),
        ("DELETE", f"{PATH}1/", "rita", 403, "You do not have permission to perform this action."),
        ("DELETE", f"{PATH}1/", "ben", 405, 'Method "DELETE" not allowed.'),
        ("DELETE", f"{PATH}1/", "", 401, "Authentication credentials were not provided."),
        ("PATCH", PATH, "ben", 405, 'Method "PATCH" not allowed.'),
        ("POST", f"{PATH}1/", "ben", 405, 'Method "POST" not allowed.'),
    ],
)
def test_who_may_do_what(world: World, method: str, path: str, user: str, status: int, detail: str) -> None:
    answer = world.ask(method, path, user, json={})
    assert (answer.status_code, answer.json) == (status, {"detail": detail})
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_too_many_requests_at_once_are_told_when_to_come_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    access = world.services.access
    monkeypatch.setattr(access, "_requests", RequestLimit({"ordinary": Allowance(burst=1, rate=0.1)}))
    [token] = access.tokens("ben")
    for _request in range(2):
        access.begin_request(f"token {token.id}", "ordinary")  # under way elsewhere
    answer = world.ask("POST", PATH, json=simple())
    assert answer.status_code == 429
    wait = answer.headers["Retry-After"]
    assert answer.json == {"detail": f"Request was throttled. Expected available in {wait} seconds."}


def test_a_key_of_the_clients_own_is_taken_once(own_world: World) -> None:
    posted(own_world, simple(user_key="run 7"))
    told = {"user_key": ["test list instance with this user key already exists."]}
    for body in (
        simple(user_key="run 7"),
        simple(user_key=" run 7 ", work_started="2019-01-01 10:00", work_completed="2019-01-01 11:00"),
        # Also when the list is another one by now, for the client must hear that it was stored before.
        simple(user_key="run 7", tests={}),
    ):
        answer = own_world.ask("POST", PATH, json=body)
        assert (answer.status_code, answer.json) == (400, told)
    assert count(own_world) == 1
    assert own_world.get(f"{PATH}?user_key=run 7")["count"] == 1


def test_no_key_may_come_as_often_as_one_likes(own_world: World) -> None:
    for key in ("", "", " ", None, None):
        assert posted(own_world, simple(user_key=key))["user_key"] is None
    assert count(own_world) == 5


def test_a_jobs_token_fills_in_lists_of_its_own_node_only(own_world: World) -> None:
    jobs = {"/living-room/0a23/1": 201, "/kitchen/0a23/1": 403}
    for uid, status in jobs.items():
        with own_world.store.write() as connection:
            row = {"uid": uid, "node": uid.split("/")[1], "state": JobState.RUNNING, "created": now()}
            connection.execute(insert(Job).values(row))
        own_world.tokens["job"] = own_world.services.access.job_token("ben", uid, timedelta(hours=1))
        assert own_world.ask("POST", PATH, "job", json=simple()).status_code == status
        assert own_world.ask("PATCH", f"{PATH}1/", "job", json={}).status_code == 403
