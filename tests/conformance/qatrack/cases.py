"""What cases are made of: a request, the reply that is expected, and what the original replies where ours is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.conformance.qatrack.expectations import ANYTHING, Only

SESSIONS = "/api/qa/testlistinstances/"
STARTED, COMPLETED = "2018-07-6 10:00", "2018-07-6 11:00"
ABSENT: Any = object()
"""A value that takes its key out of the body."""


@dataclass(frozen=True)
class Link:
    """The address of something by its name, which only the server knows. :param name: of what its `kind` is."""

    kind: str
    name: str
    path_only: bool = False
    host: str = ""


@dataclass(frozen=True)
class Request:
    """What is sent. Its path and its body may hold `Link`s. :param person: who sends it; nobody when empty."""

    method: str
    path: str | Link
    json: Any = ABSENT
    form: Mapping[str, str] | None = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    person: str = "writer"


@dataclass(frozen=True)
class Reply:
    """What is expected."""

    status: int
    body: Any = ANYTHING
    headers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One row of the tables. :param original: what QATrack+ 3.1 replies, where we differ on purpose."""

    name: str
    request: Request
    reply: Reply
    original: Reply | None = None

    def __str__(self) -> str:
        return self.name


def with_changes(body: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body with other values, and without those that are `ABSENT`."""
    return {key: value for key, value in {**body, **changes}.items() if value is not ABSENT}


def session(list_name: str, tests: Mapping[str, Any], **changes: Any) -> Request:
    """Return a request that posts a session of a list."""
    body = {
        "unit_test_collection": Link("collection", list_name),
        "work_started": STARTED,
        "work_completed": COMPLETED,
        "tests": tests,
    }
    return Request("POST", SESSIONS, json=with_changes(body, changes))


NUMBERS = {"number_1": {"value": 1}, "number_2": {"value": 2}}
TYPES: dict[str, Any] = {
    "menu_opens": {"value": True},
    "only_seen": {"value": True},
    "zap_time": {"value": 1000},
    "loudness": {"value": 100},
    "hue": {"value": 1},
    "sharpness": {"value": "sharp"},
    "colour": {"value": "red"},
    "firmware": {"value": "4.2.1"},
    "built_on": {"value": "2018-07-01"},
    "started_at": {"value": "2018-07-06 09:59"},
}
SUMS = {"first": {"value": 1}}
FILES: dict[str, Any] = {
    "picture": {"filename": "picture.txt", "value": "hello", "encoding": "text"},
    "blink": {"value": True},
}


def numbers(**changes: Any) -> Request:
    """Return a session of two numbers, of which the server makes the sum."""
    return session("Conformance numbers", changes.pop("tests", NUMBERS), **changes)


def types(tests: Mapping[str, Any] | None = None, **changes: Any) -> Request:
    """Return a session with a test of nearly every type. :param tests: instead of those in `TYPES`."""
    return session("Conformance types", with_changes(TYPES, tests or {}), **changes)


def sums(tests: Mapping[str, Any] | None = None, **changes: Any) -> Request:
    """Return a session with a chain of composites. :param tests: instead of those in `SUMS`."""
    return session("Conformance sums", with_changes(SUMS, tests or {}), **changes)


def files(picture: Any, **changes: Any) -> Request:
    """Return a session with an upload test. :param picture: what is sent for it."""
    return session("Conformance files", with_changes(FILES, {"picture": picture}), **changes)


def turns(**changes: Any) -> Request:
    """Return a session of a cycle, whose first day is `numbers`."""
    return session("Conformance by turns", changes.pop("tests", NUMBERS), **changes)


def refused(**errors: Any) -> Reply:
    """Return the reply to a body that is wrong: what is wrong, by field."""
    return Reply(400, Only(errors))


def detail(status: int, text: Any, **headers: Any) -> Reply:
    """Return the reply that has one sentence for all. :param headers: with _ for -."""
    return Reply(status, Only(detail=text), {name.replace("_", "-"): value for name, value in headers.items()})


def stored(tests: Mapping[str, Any] | None = None, **session_keys: Any) -> Reply:
    """Return the reply to a session that is taken in."""
    return Reply(201, {"tests": dict(tests or {}), **session_keys})


CRASH = Reply(500)
"""What the original replies where it does not cope."""


def by(person: str, request: Request) -> Request:
    """Return the same request of somebody else."""
    return replace(request, person=person)
