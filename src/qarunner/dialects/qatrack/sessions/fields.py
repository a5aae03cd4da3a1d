"""Reads the fields of a body, as far as that needs no definition of the list, and tells each that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from qarunner.dialects.qatrack.rules.cycles import FIELD as DAY
from qarunner.dialects.qatrack.rules.records import ListDefinition, Problem, Submission, Upload
from qarunner.dialects.qatrack.rules.submission import FIELD as TESTS
from qarunner.dialects.qatrack.rules.submission import gather
from qarunner.dialects.qatrack.rules.texts import NOT_A_BOOLEAN, NOT_A_STRING, NOT_NULL, REQUIRED, RESULTS
from qarunner.dialects.qatrack.rules.uploads import FIELD as ATTACHMENTS
from qarunner.dialects.qatrack.rules.uploads import read_attachments
from qarunner.dialects.qatrack.rules.user_keys import FIELD as USER_KEY
from qarunner.dialects.qatrack.rules.user_keys import read_user_key
from qarunner.dialects.qatrack.rules.work_times import ABSENT, WorkTimes, read_work_times
from qarunner.dialects.qatrack.sessions.hyperlinks import read_link
from qarunner.store.submission import IDENTIFIER

COLLECTION, STATUS = "unit_test_collection", "status"
OURS = "qarunner"
"""A key that the original passes over: by it our reporter says which results of the store the tests stand for."""
_TRUE = frozenset({"t", "y", "yes", "true", "on", "1"})
_FALSE = frozenset({"f", "n", "no", "false", "off", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a session that is changed was; its fields stay where the body has none of them."""

    times: WorkTimes
    in_progress: bool
    include_for_scheduling: bool
    user_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """A body that is right as far as can be seen without the definition of its list."""

    collection: int | None
    """None where a change does not name it."""
    times: WorkTimes
    in_progress: bool
    include_for_scheduling: bool
    comment: str
    """Empty for none."""
    status: int | None
    """Number of the status that the client chose."""
    user_key: str | None
    day: object
    """As it was sent, or `ABSENT`."""
    tests: Any
    attachments: tuple[Upload, ...]
    results: Mapping[str, str] | None
    """Ids of results by macro; None when the client knows of none."""


def read_fields(
    body: Mapping[str, Any], *, now: datetime, zone: tzinfo, before: Before | None = None
) -> Fields | tuple[Problem, ...]:
    """Return the fields of a body, or what is wrong with them.

    :param before: the session that is changed; None for a new one, which must have its collection and its tests.
    """
    reader = _Reader(body, before)
    times = reader.times(now, zone)
    fields = {
        "collection": reader.link(COLLECTION, "qa/unittestcollections", required=before is None),
        "in_progress": reader.flag("in_progress", default=before.in_progress if before else False),
        "include_for_scheduling": reader.flag(
            "include_for_scheduling", default=before.include_for_scheduling if before else True
        ),
        "comment": reader.text("comment"),
        "status": None if body.get(STATUS) is None else reader.link(STATUS, "qa/testinstancestatus"),
        "user_key": reader.user_key(),
        "day": body.get(DAY, ABSENT),
        "tests": reader.tests(zone),
        "attachments": reader.attachments(),
        "results": reader.results(),
    }
    if reader.problems or times is None:
        return tuple(reader.problems)
    return Fields(times=times, **fields)


class _Reader:
    """Reads one body, and collects what is wrong with it."""

    def __init__(self, body: Mapping[str, Any], before: Before | None) -> None:
        self.problems: list[Problem] = []
        self._body = body
        self._before = before

    def times(self, now: datetime, zone: tzinfo) -> WorkTimes | None:
        started, completed = (self._body.get(name, ABSENT) for name in ("work_started", "work_completed"))
        previous = self._before.times if self._before else None
        found = read_work_times(started, completed, now=now, zone=zone, previous=previous)
        if isinstance(found, WorkTimes):
            return found
        self.problems += found
        return None

    def link(self, field: str, resource: str, *, required: bool = False) -> int | None:
        if field not in self._body:
            if required:
                self.problems.append(Problem(REQUIRED, field))
            return None
        number: int | None = self._kept(read_link(field, self._body[field], resource), None)
        return number

    def flag(self, field: str, *, default: bool) -> bool:
        value = self._body.get(field, default)
        if isinstance(value, bool):
            return value
        word = str(int(value)) if value in (0, 1) else value.lower() if isinstance(value, str) else ""
        if word not in _TRUE | _FALSE:
            self.problems.append(Problem(NOT_NULL if value is None else NOT_A_BOOLEAN, field))
        return word in _TRUE

    def text(self, field: str) -> str:
        value = self._body.get(field)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.problems.append(Problem(NOT_A_STRING, field))
            return ""
        try:
            return str(value).strip()
        except ValueError:  # an integer of thousands of digits
            self.problems.append(Problem(NOT_A_STRING, field))
            return ""

    def user_key(self) -> str | None:
        if self._before is not None and USER_KEY not in self._body:
            return self._before.user_key
        key: str | None = self._kept(read_user_key(self._body.get(USER_KEY)), None)
        return key

    def tests(self, zone: tzinfo) -> Any:
        if TESTS not in self._body:
            if self._before is None:
                self.problems.append(Problem(REQUIRED, TESTS))
            return {}
        tests = self._body[TESTS]
        shapes = gather(ListDefinition(()), Submission(tests=tests, zone=zone))
        if isinstance(shapes, tuple):
            self.problems += shapes
        return tests

    def attachments(self) -> tuple[Upload, ...]:
        given = self._body.get(ATTACHMENTS)
        return () if given is None else self._kept(read_attachments(given), ())

    def results(self) -> Mapping[str, str] | None:
        ours = self._body.get(OURS)
        if ours is None:
            return None
        found = ours.get("results") if isinstance(ours, Mapping) else None
        if not isinstance(found, Mapping) or not all(_is_identifier(one) for one in found.values()):
            self.problems.append(Problem(RESULTS, OURS))
            return None
        return found

    def _kept(self, found: Any, instead: Any) -> Any:
        if not isinstance(found, Problem):
            return found
        self.problems.append(found)
        return instead


def _is_identifier(value: object) -> bool:
    return isinstance(value, str) and IDENTIFIER.fullmatch(value) is not None
