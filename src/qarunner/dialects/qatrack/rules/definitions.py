"""What is refused when somebody defines a list, so that no submission meets it later."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Iterator

from qarunner.dialects.qatrack.rules.calculation import in_order
from qarunner.dialects.qatrack.rules.kinds import COMPOSITES, Kind
from qarunner.dialects.qatrack.rules.procedures.functions import BUILTINS, MODULES
from qarunner.dialects.qatrack.rules.procedures.reading import RESERVED, RESULT, Procedure, read_procedure
from qarunner.dialects.qatrack.rules.records import ListDefinition, ListedTest, Tolerance, ToleranceKind

LONGEST_MACRO = 128
MOST_TESTS = 250


def definition_problems(definition: ListDefinition) -> list[str]:
    """Return what is wrong with a list, a sentence each; empty when it can be used."""
    counts = Counter(test.macro for test in definition.tests)
    problems = [f"The macro {macro} is {count} times in the list" for macro, count in counts.items() if count > 1]
    if len(definition.tests) > MOST_TESTS:
        problems.append(f"The list has {len(definition.tests)} tests; at most {MOST_TESTS} are allowed")
    problems += [f"{test.macro}: {problem}" for test in definition.tests for problem in _test_problems(test)]
    cyclic = _cyclic(definition)
    return [*problems, f"These composites depend on each other: {', '.join(cyclic)}"] if cyclic else problems


def unsupported(definition: ListDefinition) -> dict[str, str]:
    """Return the composites that are stored and never calculated here, each with its reason."""
    readings = {
        test.macro: read_procedure(test.procedure, test.macro)
        for test in definition.tests
        if test.kind in COMPOSITES and test.procedure.strip()
    }
    return {macro: reading.reason for macro, reading in readings.items() if not isinstance(reading, Procedure)}


def macro_problem(macro: str) -> str:
    """Return why this cannot be the name of a test; empty when it can."""
    if not (macro.isascii() and macro.isidentifier()):
        return "a macro has letters, digits and underscores only, and begins with no digit"
    if len(macro) > LONGEST_MACRO:
        return f"a macro has at most {LONGEST_MACRO} characters"
    taken = keyword.iskeyword(macro) or macro in {RESULT, *RESERVED, *MODULES, *BUILTINS}
    return f"{macro} means something else in procedures" if taken else ""


def _test_problems(test: ListedTest) -> Iterator[str]:
    if problem := macro_problem(test.macro):
        yield problem
    if test.kind is Kind.CONSTANT and test.constant is None:
        yield "a constant needs its value"
    if test.kind is Kind.MULTIPLE_CHOICE and not test.choices:
        yield "a multiple choice needs at least one choice"
    if test.kind is Kind.WRAPAROUND:
        if test.wrap_low is None or test.wrap_high is None:
            yield "a wraparound needs the values at which it begins and ends"
        elif test.wrap_low >= test.wrap_high:
            yield "a wraparound begins below its end"
    if test.kind in COMPOSITES and not test.procedure.strip():
        yield "a composite needs a procedure"
    if test.kind is Kind.BOOLEAN and test.reference is not None and test.reference.value not in {0, 1}:
        yield "the reference of a boolean is 0 or 1"
    if test.tolerance is not None:
        yield from _limit_problems(test, test.tolerance)


def _limit_problems(test: ListedTest, tolerance: Tolerance) -> Iterator[str]:
    levels = (tolerance.act_low, tolerance.tol_low, tolerance.tol_high, tolerance.act_high)
    given = [level for level in levels if level is not None]
    if tolerance.kind in {ToleranceKind.ABSOLUTE, ToleranceKind.PERCENT}:
        if not given:
            yield "a tolerance needs at least one level"
        if given != sorted(given):
            yield "the levels of a tolerance rise: action low, tolerance low, tolerance high, action high"
    if tolerance.kind is ToleranceKind.CHOICES and not tolerance.pass_choices:
        yield "a tolerance of choices needs at least one that passes"
    if tolerance.kind is ToleranceKind.PERCENT and test.reference is not None and test.reference.value == 0:
        yield "a tolerance in percent needs a reference other than 0"


def _cyclic(definition: ListDefinition) -> list[str]:
    readings = {
        test.macro: read_procedure(test.procedure, test.macro) for test in definition.tests if test.kind in COMPOSITES
    }
    names = {macro: reading.names if isinstance(reading, Procedure) else () for macro, reading in readings.items()}
    return in_order({macro: (set(read) & names.keys()) - {macro} for macro, read in names.items()})[1]
