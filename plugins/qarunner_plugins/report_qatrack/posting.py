"""Sends one list instance, so often as need be, and says what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner import DeliveryRejectedError

from .attachments import file_of
from .body import NEEDS_MORE
from .connection import Answer, Connection, reason
from .definitions import path_of
from .values import NOT_RUN, skipped

if TYPE_CHECKING:
    from .definitions import Definition

INSTANCES = "qa/testlistinstances"
KEY_TAKEN = "already exists"
DONE = {HTTPStatus.OK, HTTPStatus.CREATED}
MISSING = re.compile(r"Missing data for tests: ([\w, ]+)")
WRONG = re.compile(r"Wrong value type \(number/string\) for tests: ([\w, ]+)")
NO_FILE = re.compile(r"(\w+) is missing the filename field")
NEEDED = re.compile(r"Error with (\w+) test:[^;]*missing dependencies")
NOT_RUN_FILE = b"not run\n"


class Instance(msgspec.Struct):
    """A list instance, as far as it is of interest once it is there."""

    url: str
    site_url: str = ""
    in_progress: bool = False
    work_started: str | None = None
    user_key: str | None = None


class _TestInstance(msgspec.Struct):
    pass_fail: str
    unit_test_info: str
    value: float | None = None
    skipped: bool = False


class _TestInfo(msgspec.Struct):
    url: str
    test: str


@dataclass(frozen=True)
class Posted:
    """A list instance that is there. `verdicts` are the server's on each test: ``ok``, ``tolerance``, ..."""

    instance: Instance
    verdicts: dict[str, str]
    again: bool = False
    """It was there already."""
    ignored: list[str] = field(default_factory=list)
    """Macros that the server did not take."""


def post(connection: Connection, definition: Definition, body: dict[str, Any]) -> Posted:
    """Post a list instance; one that the server has already counts as sent.

    What the server finds wrong with tests that have no value is mended once, as other clients do. `body` is left as
    it was sent last.

    :raises DeliveryRejectedError: the server refuses it, for the reason it gives.
    """
    answer = connection.post(INSTANCES, body)
    if _is_duplicate(answer):
        return _known(connection, definition, body)
    if answer.status == HTTPStatus.BAD_REQUEST and (mended := mend(body["tests"], definition, reason(answer))):
        body["tests"] = mended
        answer = connection.post(INSTANCES, body)
        if _is_duplicate(answer):
            return _known(connection, definition, body)
    return _posted(answer, body)


def mend(tests: Mapping[str, Any], definition: Definition, text: str) -> dict[str, Any] | None:
    """Return the tests as a server wants them that gave this reason; None when the reason is another one."""
    changed: dict[str, Any] = {}
    for pattern, why in ((MISSING, NOT_RUN), (WRONG, NEEDS_MORE), (NEEDED, NEEDS_MORE)):
        for found in pattern.finditer(text):
            macros = (macro.strip() for macro in found[1].split(","))
            changed |= {macro: skipped(why) for macro in macros if macro in definition.tests}
    for found in NO_FILE.finditer(text):  # before 3.2 such a test could not be skipped
        if tests.get(found[1], {}).get("skipped"):
            changed[found[1]] = {**file_of("not-run.txt", NOT_RUN_FILE), "comment": NOT_RUN}
    # What has a value is never thrown away to please a server.
    changed = {macro: entry for macro, entry in changed.items() if "value" not in tests.get(macro, {})}
    return {**tests, **changed} if changed else None


def _posted(answer: Answer, body: Mapping[str, Any]) -> Posted:
    if answer.status not in DONE:
        raise DeliveryRejectedError(f"{answer.status}: {reason(answer)}", "What was sent is in qatrack.json.")
    content = answer.content
    try:
        instance = msgspec.convert(content, Instance)
        verdicts = {macro: _code(test["pass_fail"]) for macro, test in content["tests"].items()}
    except (msgspec.ValidationError, KeyError, TypeError, AttributeError) as error:
        problem = f"{answer.status}: the answer is not QATrack+'s: {error}"
        raise DeliveryRejectedError(problem, "What was sent is in qatrack.json.") from error
    told = content.get("ignored_tests")
    ignored = [str(macro) for macro in told] if isinstance(told, list) else []
    ignored += [macro for macro in body["tests"] if macro not in verdicts and macro not in ignored]
    return Posted(instance, verdicts, ignored=ignored)


def _code(verdict: Any) -> str:
    return str(verdict[0] if isinstance(verdict, list) else verdict)


def _is_duplicate(answer: Answer) -> bool:
    content = answer.content
    taken = content.get("user_key") if isinstance(content, dict) else None
    return answer.status == HTTPStatus.BAD_REQUEST and KEY_TAKEN in str(taken)


def _known(connection: Connection, definition: Definition, body: Mapping[str, Any]) -> Posted:
    """Return what the server has under the key; an earlier one that was left in progress is completed."""
    key = body["user_key"]
    _count, rows = connection.page(Instance, INSTANCES, user_key=key)
    fitting = [row for row in rows if row.user_key == key]
    if len(fitting) != 1:
        raise DeliveryRejectedError(f"the server has the key {key!r} already, but does not show what is there")
    [instance] = fitting
    if instance.in_progress:
        return _posted(connection.patch(instance.url, {name: body[name] for name in _COMPLETED}), body)
    verdicts, differ = _compare(connection, definition, body)
    if differ:
        problem = f"the server has other values under the key {key!r}: {', '.join(differ)}"
        raise DeliveryRejectedError(problem, f"Compare {instance.site_url or instance.url} with qatrack.json.")
    return Posted(instance, verdicts, again=True)


_COMPLETED = ("tests", "work_completed", "in_progress", "include_for_scheduling", "qarunner")


def _compare(
    connection: Connection, definition: Definition, body: Mapping[str, Any]
) -> tuple[dict[str, str], list[str]]:
    """Return the verdicts of what is there, and the macros of numbers that are not what was sent."""
    number = definition.unit.number
    infos = connection.rows(_TestInfo, "qa/unittestinfos", unit__number=number, limit=500)
    by_path = {path_of(info.url): path_of(info.test) for info in infos}
    macros = {path_of(test.url): macro for macro, test in definition.tests.items()}
    verdicts, differ = {}, []
    query = {"test_list_instance__user_key": body["user_key"], "limit": 500}
    for row in connection.rows(_TestInstance, "qa/testinstances", **query):
        macro = macros.get(by_path.get(path_of(row.unit_test_info), ""))
        if macro is None:
            continue
        verdicts[macro] = row.pass_fail
        sent = body["tests"].get(macro, {}).get("value")
        if isinstance(sent, bool | int | float) and row.value is not None and float(sent) != row.value:
            differ.append(macro)
    return verdicts, differ
