"""Proposes a definition from what a run found: testcases become booleans, measurements numbers with their limits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.definition.records import LONGEST_FORMAT, LONGEST_NAME, Definition, Test, TestList, Unit
from qarunner.dialects.qatrack.rules.definitions import MOST_TESTS, macro_problem
from qarunner.dialects.qatrack.rules.formatting import suffix_of
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.qatrack_names import list_of_testcase, macros_of_measurement, macros_of_testcase

if TYPE_CHECKING:
    from qarunner.results import Measurement, Result, Run


@dataclass
class Proposal:
    """A definition, and what a person should know of it."""

    definition: Definition
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Entry:
    """A test to be. `macros`: the more exact one first."""

    macros: tuple[str, str]
    name: str
    measurement: Measurement | None = None


def propose(run: Run, results: Sequence[Result]) -> Proposal:
    """Return a definition of the run's node and of a list for each file of testcases, in the order of the run."""
    entries: dict[str, dict[tuple[str, str], _Entry]] = {}
    for result in results:
        found = entries.setdefault(list_of_testcase(result.testcase, result.markers)[:LONGEST_NAME], {})
        for entry in _entries(result):
            found[entry.macros] = entry  # measured again, the last limits hold
    proposal = Proposal(Definition(units=_units(run)))
    lists = [TestList(name=name, tests=_tests(list(found.values()))) for name, found in entries.items()]
    proposal.definition = Definition(units=_units(run), lists=lists)
    for one in lists:
        if len(one.tests) > MOST_TESTS:
            text = f"{one.name} has {len(one.tests)} tests, a list may have {MOST_TESTS}: give some testcases a qa_list"
            proposal.remarks.append(text)
    tests = [(one.name, test) for one in lists for test in one.tests]
    without = [f"{name}: {test.macro}" for name, test in tests if isinstance(test, Test) and test.type is not None]
    if without:
        shown = ", ".join(without[:5]) + (", ..." if len(without) > 5 else "")  # noqa: PLR2004 - as much as a line shows
        proposal.remarks.append(f"measured without limits, so nothing is held against them yet: {shown}")
    return proposal


def _units(run: Run) -> list[str | Unit]:
    if not run.node:
        return []
    return [Unit(node=run.node, type=run.device.model)] if run.device.model else [run.node]


def _entries(result: Result) -> Iterable[_Entry]:
    name = result.testcase.partition("::")[2] or result.testcase
    yield _Entry(macros_of_testcase(result.testcase), name)
    for measurement in result.measurements:
        macros = macros_of_measurement(result.testcase, measurement.name)
        yield _Entry(macros, measurement.name, measurement)


def _tests(entries: list[_Entry]) -> list[str | Test]:
    """Return the tests of a list; where two would have one macro, each has its more exact one."""
    counts = Counter(short for _exact, short in (entry.macros for entry in entries))
    tests: list[str | Test] = []
    for entry in entries:
        exact, short = entry.macros
        macro = exact if counts[short] > 1 or macro_problem(short) else short
        tests.append(_boolean(macro, entry) if entry.measurement is None else _number(macro, entry.measurement))
    return tests


def _boolean(macro: str, entry: _Entry) -> str | Test:
    shown = entry.name[:LONGEST_NAME]
    return macro if shown == macro else Test(macro=macro, display_name=shown)


def _number(macro: str, measurement: Measurement) -> Test:
    low, high = (_finite(limit) for limit in (measurement.low, measurement.high))
    if low is not None and high is not None and low > high:
        low = high = None
    form = _format(measurement.unit)
    name = f"{measurement.name} [{measurement.unit}]" if measurement.unit and not form else measurement.name
    return Test(
        macro=macro,
        display_name="" if name == macro else name[:LONGEST_NAME],
        type=Kind.SIMPLE if low is None and high is None else None,
        low=low,
        high=high,
        formatting=form,
    )


def _format(unit: str) -> str:
    """Return the format in which a value has its unit behind it, where charts find it; empty where none can say it."""
    form = f"%.4g {unit.replace('%', '%%')}"
    return form if unit and len(form) <= LONGEST_FORMAT and suffix_of(form) == unit else ""


def _finite(limit: float | None) -> float | None:
    return limit if limit is not None and math.isfinite(limit) else None
