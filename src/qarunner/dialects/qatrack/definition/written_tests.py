"""Makes a thing of each test that people wrote, in a list or for several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from qarunner.dialects.qatrack.definition.defaults import CATEGORY
from qarunner.dialects.qatrack.definition.limits import (
    Held,
    held_against,
    kind_of,
    problems_of,
    problems_of_levels,
)
from qarunner.dialects.qatrack.definition.records import LONGEST_NAME, Limits, Test, Tolerance
from qarunner.dialects.qatrack.rules.definitions import definition_problems, macro_problem
from qarunner.dialects.qatrack.rules.formatting import formatted
from qarunner.dialects.qatrack.rules.kinds import COMPOSITES, Kind
from qarunner.dialects.qatrack.rules.records import ListDefinition, ListedTest

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.definition.completing import Part
    from qarunner.dialects.qatrack.definition.kinds import Key

SEPARATOR = "::"
"""Between list and macro in the name of a test that has none of its own: the same as in a testcase's name."""


@dataclass
class CompletedTest:
    """A test with all that goes without saying. `held`: by unit, None for those without limits of their own."""

    key: Key
    values: dict[str, Any]
    held: dict[Key | None, Held] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)


def complete_test(test: Test, tolerances: Mapping[str, Tolerance], rules: Key | None) -> CompletedTest:
    """Return it. The test has a name.

    :param tolerances: those with names. :param rules: the review rules of tests that say none.
    """
    kind = kind_of(test)
    completed = CompletedTest((test.name,), _values(test, kind, rules))
    completed.problems = list(_problems(test, kind))
    everywhere: list[tuple[str | None, Limits]] = [(None, test), *test.per_unit.items()]
    for unit, limits in everywhere:
        found = list(problems_of(limits, kind, tolerances))
        completed.problems += found
        if not found:
            completed.held[None if unit is None else (unit,)] = held_against(limits, kind, tolerances)
    return completed


def _values(test: Test, kind: Kind, rules: Key | None) -> dict[str, Any]:
    return {
        "slug": test.macro,
        "type": str(kind),
        "display_name": test.display_name or None,
        "description": test.description or None,
        "procedure": test.procedure or None,
        "category": (test.category or CATEGORY,),
        "choices": ",".join(test.choices) or None,
        "constant_value": test.constant,
        "wrap_low": test.wrap_low,
        "wrap_high": test.wrap_high,
        "calculation_procedure": test.calculation or None,
        "formatting": test.formatting,
        "flag_when": test.flag_when,
        "hidden": test.hidden,
        "skip_without_comment": test.skip_without_comment,
        "require_comment": test.require_comment,
        "display_image": test.display_image,
        "chart_visibility": test.chart_visibility,
        "autoreviewruleset": (test.review,) if test.review else rules,
    }


_ONLY_OF: Mapping[str, frozenset[Kind]] = {
    "choices": frozenset({Kind.MULTIPLE_CHOICE}),
    "constant": frozenset({Kind.CONSTANT}),
    "calculation": COMPOSITES | {Kind.UPLOAD},
    "wrap_low": frozenset({Kind.WRAPAROUND}),
    "wrap_high": frozenset({Kind.WRAPAROUND}),
    "flag_when": frozenset({Kind.BOOLEAN}),
}
"""Words that mean something for tests of these types only."""


def _problems(test: Test, kind: Kind) -> Iterator[tuple[str, str]]:
    listed = ListedTest(
        macro=test.macro,
        kind=kind,
        choices=tuple(test.choices),
        constant=test.constant,
        wrap_low=test.wrap_low,
        wrap_high=test.wrap_high,
        procedure=test.calculation,
    )
    for problem in definition_problems(ListDefinition((listed,))):
        yield problem.removeprefix(f"{test.macro}: "), ""
    for word, allowed in _ONLY_OF.items():
        if getattr(test, word) not in (None, "", []) and kind not in allowed:
            yield f"a test of type {kind} has no {word}", f"It is for {', '.join(sorted(allowed))}"
    if any("," in choice for choice in test.choices):
        yield "a choice holds a comma", "Leave it out: the store keeps choices as one list"
    if test.formatting and formatted(1.0, test.formatting) is None:
        yield f"{test.formatting!r} formats no number", "Write for example %.2f"
    if len(test.name) > LONGEST_NAME:
        yield f"its name would have {len(test.name)} characters", f"Give it a name with at most {LONGEST_NAME}"


class WrittenTests:
    """The tests that stand by themselves, for several lists, and how lists name them.

    :param trouble: told what is wrong: place, problem, advice.
    """

    def __init__(self, parts: Sequence[Part], trouble: Callable[..., None]) -> None:
        self._trouble = trouble
        self._shared: list[tuple[Test, str, Part]] = []
        self._by_macro: dict[str, list[Key]] = defaultdict(list)
        self.tolerances: dict[str, Tolerance] = {}
        """Those that have names."""
        for part in parts:
            for number, tolerance in enumerate(part.definition.tolerances):
                self._tolerance(tolerance, part.where(f"$.tolerances[{number}]"))
            for number, test in enumerate(part.definition.tests):
                named = _named(test, test.name or test.macro)
                self._shared.append((named, f"$.tests[{number}]", part))
                self._by_macro[named.macro].append((named.name,))
        self._names = {test.name for test, _path, _part in self._shared}

    def _tolerance(self, tolerance: Tolerance, place: str) -> None:
        if not tolerance.name:
            self._trouble(place, "a tolerance here needs a name", "Tests name it by that")
        elif tolerance.name in self.tolerances:
            self._trouble(place, f"the tolerance {tolerance.name!r} is defined a second time", "Give it another name")
        for problem, advice in problems_of_levels(tolerance):
            self._trouble(place, problem, advice)
        self.tolerances[tolerance.name] = tolerance

    def shared(self) -> Iterator[tuple[Test, str, Part]]:
        """Return those for several lists, each with its path and its part."""
        yield from self._shared

    def member(self, written: str | Test, test_list: str, place: str) -> Key | Test | None:
        """Return what an entry of a list means: a test that is defined elsewhere, or one of its own.

        None where it means nothing, which is told then.
        """
        if isinstance(written, Test):
            return _named(written, written.name or f"{test_list}{SEPARATOR}{written.macro}")
        if written in self._names:
            return (written,)
        alike = self._by_macro.get(written, [])
        if len(alike) > 1:
            names = " or ".join(repr(name) for [name] in alike)
            self._trouble(place, f"several tests have the macro {written!r}", f"Write the name: {names}")
            return None
        if alike:
            return alike[0]
        if SEPARATOR in written or " " in written:
            return (written,)  # the name of a test that another definition brought
        if problem := macro_problem(written):
            self._trouble(place, f"{written!r} is the name of no test here, and {problem}", "Define it: tests")
            return None
        return Test(macro=written, name=f"{test_list}{SEPARATOR}{written}")


def _named(test: Test, name: str) -> Test:
    return replace(test, name=name)
