"""Bodies of sessions for tests, complete ones that tests take something from or add to."""

from __future__ import annotations

from typing import Any

from tests.dialects.qatrack.conftest import URL, World
from werkzeug.test import TestResponse

PATH = "/api/qa/testlistinstances/"
STARTED, COMPLETED = "2018-07-6 10:00", "2018-07-6 11:00"
ABSENT: Any = object()
"""A value that takes its key out of the body."""
SIMPLE, EVERYTHING, CYCLE = (f"{URL}/api/qa/unittestcollections/{number}/" for number in (1, 2, 4))
NUMBERS = {"number_1": {"value": 1}, "number_2": {"value": 2}}
ALL = {
    "menu_opens": {"value": True},
    "zap_time": {"value": 1000},
    "hue": {"value": 180},
    "sharpness": {"value": "sharp"},
    "firmware": {"value": "4.2.1"},
    "built_on": {"value": "2018-07-01"},
    "started_at": {"value": "2018-07-06 09:59"},
    "picture": {"filename": "picture.txt", "value": "hello", "encoding": "text"},
}
"""The tests of the list with every type."""


def with_changes(body: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a body with other values, and without those that are `ABSENT`."""
    return {key: value for key, value in {**body, **changes}.items() if value is not ABSENT}


def simple(**changes: Any) -> dict[str, Any]:
    """Return the specification's example: two numbers, of which the server makes a sum."""
    body = {
        "unit_test_collection": SIMPLE,
        "in_progress": False,
        "work_started": STARTED,
        "work_completed": COMPLETED,
        "comment": "test list comment",
        "tests": {
            "number_1": {"value": 1, "comment": "hello number 1"},
            "number_2": {"value": 2, "skipped": False},
        },
        "attachments": [],
    }
    return with_changes(body, changes)


def everything(tests: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a body of the list with every type. :param tests: instead of those in `ALL`."""
    body = {
        "unit_test_collection": EVERYTHING,
        "work_started": STARTED,
        "work_completed": COMPLETED,
        "tests": with_changes(ALL, tests or {}),
    }
    return with_changes(body, changes)


def post(world: World, body: Any, user: str = "ben") -> TestResponse:
    """Post a session."""
    return world.ask("POST", PATH, user, json=body)


def posted(world: World, body: Any) -> Any:
    """Post a session that is taken in; return the answer."""
    answer = post(world, body)
    assert answer.status_code == 201, answer.text
    return answer.json


def patch(world: World, session: Any, user: str = "ben", **changes: Any) -> TestResponse:
    """Change a session. :param session: what the answer to its POST said."""
    return world.ask("PATCH", path_of(session), user, json=changes)


def patched(world: World, session: Any, **changes: Any) -> Any:
    """Change a session; return the answer."""
    answer = patch(world, session, **changes)
    assert answer.status_code == 200, answer.text
    return answer.json


def path_of(session: Any) -> str:
    """Return the path of a session, or of anything else that has a ``url``."""
    return str(session["url"]).removeprefix(URL)


def stored(world: World, session: Any) -> Any:
    """Return a session as a GET shows it."""
    return world.get(path_of(session))


def count(world: World, what: str = "qa/testlistinstances") -> int:
    """Return how many there are."""
    return int(world.get(f"/api/{what}/?limit=1")["count"])
