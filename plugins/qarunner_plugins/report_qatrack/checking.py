"""Looks before a run whether it could be sent: token, unit, lists, macros, and the references of booleans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner import Check, DeliveryPostponedError, DeliveryStoppedError, list_of_testcase, nearest

from .connection import IS_IT_THE_ROOT, Connection, UnusableError, reason
from .definitions import AUTOMATIC, Definition, Definitions, path_of
from .expected import Expected, expected_of
from .options import TOKEN
from .posting import INSTANCES

if TYPE_CHECKING:
    from .definitions import Unit
    from .expected import ForeseenTestcase
    from .options import Settings

MOST = 10
"""Names in one line."""
YES = 1.0


class _TestInfo(msgspec.Struct):
    test: str
    reference: str | None = None


class _Reference(msgspec.Struct):
    value: float


def check(settings: Settings, node: str, testcases: Sequence[ForeseenTestcase]) -> list[Check]:
    """Return what was looked at; a server that is away or a token that is refused ends it."""
    connection = Connection(settings)
    found: list[Check] = []
    try:
        found += _looks(connection, settings, node, testcases)
    except DeliveryStoppedError as error:
        found.append(Check("server", "broken", error.problem, error.advice))
    except DeliveryPostponedError as error:
        found.append(Check("server", "broken", error.problem, error.advice or "Try again when it is there."))
    finally:
        connection.close()
    return found


def _looks(
    connection: Connection, settings: Settings, node: str, testcases: Sequence[ForeseenTestcase]
) -> Iterator[Check]:
    yield _may_send(connection, settings)
    definitions = Definitions(connection)
    wanted = settings.unit_of(node)
    try:
        unit = definitions.unit(wanted)
    except UnusableError:
        raise
    except DeliveryStoppedError as error:
        yield Check(f"unit of {node}", "missing", error.problem, error.advice)
        return
    yield Check(f"unit of {node}", "works", f"{unit.name}, number {unit.number}")
    lists: dict[str, list[ForeseenTestcase]] = {}
    for testcase in testcases:
        lists.setdefault(settings.list_name(list_of_testcase(testcase.name, testcase.markers)), []).append(testcase)
    references = _References(connection, unit)
    for name, of_list in lists.items():
        expected = expected_of(of_list)
        try:
            definition = definitions.look_up(unit, name, [macro for one in expected for macro in one.macros])
        except UnusableError:
            raise
        except DeliveryStoppedError as error:
            yield Check(f"list {name}", "missing", error.problem, error.advice)
            continue
        yield from _list_checks(name, definition, expected, references)


def _may_send(connection: Connection, settings: Settings) -> Check:
    """Try what only who may add results may do, with a body that no server takes."""
    answer = connection.post(INSTANCES, {})
    if answer.status == HTTPStatus.BAD_REQUEST:
        return Check("token", "works", f"may add results to {settings.url}")
    if answer.status == HTTPStatus.NOT_FOUND:
        problem = f"{settings.url} has nothing of QATrack+: {INSTANCES} there is answered {answer.status}"
        raise UnusableError(problem, IS_IT_THE_ROOT)
    problem = f"{settings.url} answered {answer.status} where it should have missed fields: {reason(answer)}"
    return Check("token", "broken", problem, f"Look at url in [reporters.qatrack], and at {TOKEN}.")


def _list_checks(
    name: str, definition: Definition, expected: Sequence[Expected], references: _References
) -> Iterator[Check]:
    tests = definition.tests
    fitting = {one.name: one.macro_in(tests) for one in expected}
    missing = [one for one in expected if fitting[one.name] is None]
    for one in missing[:MOST]:
        advice = nearest(one.macros[-1], tests) or "Add a test, or `qarunner qatrack plan` proposes the whole list."
        yield Check(f"list {name}", "missing", f"no test for {one.name} ({one.macros[-1]})", advice)
    if len(missing) > MOST:
        yield Check(f"list {name}", "missing", f"{len(missing) - MOST} more have no test")
    for one in expected:
        macro = fitting[one.name]
        if macro is not None and tests[macro].type not in one.types:
            detail = f"{macro} is a test of type {tests[macro].type}, {one.name} gives a {one.types[0]}"
            yield Check(f"list {name}", "broken", detail, "Its value would be skipped. Change the test's type.")
    booleans = {
        path_of(tests[macro].url): macro
        for macro in fitting.values()
        if macro is not None and tests[macro].type == "boolean"
    }
    if wrong := references.not_one(booleans):
        detail = f"FAILURES WILL NOT SHOW of {_few(wrong)}: the reference on this unit is not 1"
        yield Check(f"list {name}", "broken", detail, "Set the reference of each to Yes (1) for this unit.")
    used = {macro for macro in fitting.values() if macro}
    idle = [macro for macro, test in tests.items() if macro not in used and test.type not in AUTOMATIC]
    if idle:
        yield Check(f"list {name}", "note", f"no testcase is known for {_few(idle)}", "They may be sent as not run.")
    if not missing and not wrong:
        yield Check(f"list {name}", "works", f"{_counted(tests)} on {definition.unit.name}")


class _References:
    """The references of a unit's tests, asked for once."""

    def __init__(self, connection: Connection, unit: Unit) -> None:
        self._connection = connection
        self._unit = unit
        self._links: dict[str, str | None] | None = None
        self._values: dict[str, float] = {}

    def not_one(self, booleans: dict[str, str]) -> list[str]:
        """Return the macros whose reference is missing or not 1. :param booleans: by the path of their link."""
        if self._links is None:
            query: dict[str, Any] = {"unit__number": self._unit.number, "limit": 500}
            infos = self._connection.rows(_TestInfo, "qa/unittestinfos", **query)
            self._links = {path_of(info.test): info.reference for info in infos}
        return [macro for link, macro in booleans.items() if self._value(self._links.get(link)) != YES]

    def _value(self, link: str | None) -> float | None:
        if link is None:
            return None
        if link not in self._values:
            self._values[link] = self._connection.row(_Reference, link).value
        return self._values[link]


def _counted(tests: Sized) -> str:
    return f"{len(tests)} {'test' if len(tests) == 1 else 'tests'}"


def _few(macros: Sequence[str]) -> str:
    rest = f" and {len(macros) - MOST} more" if len(macros) > MOST else ""
    return ", ".join(macros[:MOST]) + rest
