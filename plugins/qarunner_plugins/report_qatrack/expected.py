"""What a run is expected to find out, before it has: the names of testcases and of what they measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qarunner import macros_of_measurement, macros_of_testcase

if TYPE_CHECKING:
    from .definitions import Test

OF_TESTCASE = ("boolean", "simple", "wraparound")
OF_MEASUREMENT = ("simple", "wraparound")


@dataclass(frozen=True)
class ForeseenTestcase:
    """A testcase that a run may have, as far as it is known before. `markers` and `measurements` are a result's."""

    name: str
    markers: Sequence[str] = ()
    measurements: Sequence[str] = ()


@dataclass(frozen=True)
class Expected:
    """One testcase or measurement. `types` are those of tests that take its value, the usual one first."""

    name: str
    macros: Sequence[str]
    types: Sequence[str]

    def macro_in(self, tests: Mapping[str, Test]) -> str | None:
        """Return the macro it has in a list; of a testcase whose parameters are not known yet, the first of them."""
        exact = next((macro for macro in self.macros if macro in tests), None)
        if exact is not None or self.types != OF_TESTCASE:
            return exact
        begin = f"{self.macros[-1]}_"
        return next((macro for macro in tests if macro.startswith(begin) and tests[macro].type == "boolean"), None)


def expected_of(testcases: Iterable[ForeseenTestcase]) -> list[Expected]:
    """Return what these testcases would find out, each thing once."""
    found: dict[str, Expected] = {}
    for testcase in testcases:
        found[testcase.name] = Expected(testcase.name, macros_of_testcase(testcase.name), OF_TESTCASE)
        for measurement in testcase.measurements:
            name = f"{testcase.name} {measurement}"
            found[name] = Expected(name, macros_of_measurement(testcase.name, measurement), OF_MEASUREMENT)
    return list(found.values())
