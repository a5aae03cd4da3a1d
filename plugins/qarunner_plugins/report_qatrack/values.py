"""What the results of one list are as tests of QATrack+: pure, from records and a definition to values.

A testcase is a boolean test whose reference is 1, a measurement is a number. An error is no failure of the device, so
it travels as a skipped test that says why, like whatever else has no value.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qarunner import Measurement, Outcome, Result, macros_of_measurement, macros_of_testcase

from .definitions import AUTOMATIC, Test
from .facts import facts_of

LONGEST_COMMENT = 1000
NOT_RUN = "not run"
MOST_ATTEMPTS = 10


@dataclass(frozen=True)
class Found:
    """One thing that a run found out: a testcase's outcome, or a measured value.

    `macros` are those it may have, the more exact one first; `value` is None when there is none, for the reason that
    `comment` gives.
    """

    name: str
    macros: Sequence[str]
    value: bool | float | None
    result: Result
    comment: str = ""
    measurement: Measurement | None = None


@dataclass
class Mapped:
    """A list filled in. `found` is what stands behind each macro, `unmapped` what the list has no test for."""

    tests: dict[str, dict[str, Any]] = field(default_factory=dict)
    found: dict[str, Found] = field(default_factory=dict)
    unmapped: list[Found] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    @property
    def results(self) -> dict[str, str]:
        """The id of the result that each macro comes from."""
        return {macro: found.result.id for macro, found in self.found.items()}


def found_in(results: Iterable[Result]) -> list[Found]:
    """Return what the results of one list say: each testcase once, then its measurements."""
    by_testcase: dict[str, list[Result]] = {}
    for result in results:
        by_testcase.setdefault(result.testcase, []).append(result)
    found: list[Found] = []
    for testcase, attempts in by_testcase.items():
        counting = counting_of(attempts)
        told = _told_of_attempts(attempts)
        value, comment = as_boolean(counting)
        text = "; ".join(part for part in (comment, told) if part)[:LONGEST_COMMENT]
        found.append(Found(testcase, macros_of_testcase(testcase), value, counting, text))
        # Measured again in one testcase, the last one counts.
        measured = {measurement.name: measurement for measurement in counting.measurements}
        found += [_measured(testcase, measurement, counting) for measurement in measured.values()]
    return found


def counting_of(attempts: Sequence[Result]) -> Result:
    """Return the attempt that counts: the last one, but a fail outranks it."""
    failed = [result for result in attempts if result.outcome is Outcome.FAIL]
    return failed[-1] if failed else attempts[-1]


def as_boolean(result: Result) -> tuple[bool | None, str]:
    """Return the value of a testcase's test, or None for one that is skipped; and the comment."""
    message = result.failure.message or result.failure.kind if result.failure else ""
    match result.outcome:
        case Outcome.PASS:
            return True, ""
        case Outcome.FAIL:
            return False, message
        case Outcome.SKIP:
            return None, f"skipped: {result.reason}"
        case _:
            return None, f"error: {message}"


def map_onto(found: Sequence[Found], tests: Mapping[str, Test], facts: Mapping[str, str]) -> Mapped:
    """Fill in the tests of a list; whatever of it was not found out is skipped and says so."""
    mapped = Mapped()
    plain = Counter((one.macros[-1], one.measurement is None) for one in found)
    for one in found:
        macro = next((name for name in _sure(one, plain) if _takes(tests.get(name), one)), None)
        if macro is None or macro in mapped.tests:
            mapped.unmapped.append(one)
        else:
            mapped.tests[macro] = _entry(one, tests[macro].type)
            mapped.found[macro] = one
    for macro, test in tests.items():
        if macro in mapped.tests or test.type in AUTOMATIC:
            continue
        if test.type == "string" and macro in facts:
            mapped.tests[macro] = {"value": facts[macro]}
        else:
            mapped.tests[macro] = skipped(NOT_RUN)
            mapped.not_run.append(macro)
    return mapped


def skipped(reason: str) -> dict[str, Any]:
    """Return the entry of a test without a value."""
    return {"skipped": True, "comment": reason[:LONGEST_COMMENT]}


def facts_for(results: Sequence[Result]) -> dict[str, str]:
    """Return what is known of the device of the results, by macro."""
    return facts_of(results[-1].device) if results else {}


def _measured(testcase: str, measurement: Measurement, result: Result) -> Found:
    number = math.isfinite(measurement.value)
    return Found(
        f"{testcase} {measurement.name}",
        macros_of_measurement(testcase, measurement.name),
        measurement.value if number else None,
        result,
        "" if number else f"{measurement.value} is not a number",
        measurement,
    )


def _told_of_attempts(attempts: Sequence[Result]) -> str:
    if len(attempts) == 1:
        return ""
    outcomes = [str(attempt.outcome) for attempt in attempts]
    if len(outcomes) > MOST_ATTEMPTS:
        counted = Counter(outcomes)
        return f"{len(outcomes)} attempts: {', '.join(f'{number} {name}' for name, number in counted.items())}"
    return f"attempts: {', '.join(outcomes)}"


def _sure(one: Found, plain: Mapping[tuple[str, bool], int]) -> Iterable[str]:
    """Return the macros that can only mean this one: the short one not where several would have it."""
    return one.macros if plain[one.macros[-1], one.measurement is None] == 1 else one.macros[:1]


def _takes(test: Test | None, one: Found) -> bool:
    """Whether a test is for such a thing: a measurement is never a boolean, whatever it is called."""
    if test is None or test.type in AUTOMATIC or test.type == "upload":
        return False
    return one.measurement is None or test.type != "boolean"


def _entry(one: Found, kind: str) -> dict[str, Any]:
    if one.value is None:
        return skipped(one.comment)
    comment = {"comment": one.comment} if one.comment else {}
    if kind == "boolean":
        return {"value": bool(one.value), **comment}
    if kind in ("simple", "wraparound"):
        return {"value": float(one.value), **comment}
    return skipped(f"{_shown(one)}, but this test is a {kind}; {one.comment}".rstrip("; "))


def _shown(one: Found) -> str:
    if one.measurement is None:
        return str(one.result.outcome)
    return f"{one.measurement.value:.6g} {one.measurement.unit}".strip()
