"""Composites in the order in which they depend on each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from qarunner.dialects.qatrack.rules.kinds import COMPOSITES
from qarunner.dialects.qatrack.rules.procedures.limits import Item, ProcedureError
from qarunner.dialects.qatrack.rules.procedures.reading import Procedure, Unsupported, read_procedure
from qarunner.dialects.qatrack.rules.procedures.running import run
from qarunner.dialects.qatrack.rules.texts import CYCLIC, PROCEDURE_FAILED

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.rules.records import ListDefinition, ListedTest, Tolerance


@dataclass(frozen=True, slots=True)
class Calculated:
    """What a procedure gave; None also where it could not, because something it depends on has no value."""

    value: Item


@dataclass(frozen=True, slots=True)
class Failed:
    """A procedure could not be worked out although it had all it needs; `text` is for the client."""

    text: str


@dataclass(frozen=True, slots=True)
class NotCalculated:
    """A procedure that is never run here, or that needs the result of such a one."""

    reason: str


Outcome: TypeAlias = Calculated | Failed | NotCalculated


def calculate(
    definition: ListDefinition,
    values: Mapping[str, Item],
    *,
    uncalculated: Mapping[str, str] | None = None,
    meta: Mapping[str, str | float | None] | None = None,
) -> dict[str, Outcome]:
    """Return what becomes of each composite of a list.

    :param values: of all tests as they were submitted, None for what has no value. That of a composite counts only
        where it is not calculated here. :param uncalculated: macros of other tests whose results are not known, with
        the reasons.
    """
    tests = {test.macro: test for test in definition.tests if test.kind in COMPOSITES}
    readings = {macro: read_procedure(test.procedure, macro) for macro, test in tests.items()}
    order, cyclic = in_order({macro: _names(reading) & tests.keys() - {macro} for macro, reading in readings.items()})
    outcomes: dict[str, Outcome] = {macro: Failed(CYCLIC.format(name=macro)) for macro in cyclic}
    names: dict[str, Item] = {**_looked_up(definition), "META": dict(meta or {}), **values}
    unknown = dict(uncalculated or {})
    for macro in order:
        outcome = _outcome(macro, readings[macro], names, unknown)
        outcomes[macro] = outcome
        if isinstance(outcome, NotCalculated):
            if names.get(macro) is None:
                unknown[macro] = outcome.reason
        else:
            names[macro] = outcome.value if isinstance(outcome, Calculated) else None
    return outcomes


def _outcome(
    macro: str, reading: Procedure | Unsupported, names: Mapping[str, Item], unknown: Mapping[str, str]
) -> Outcome:
    if isinstance(reading, Unsupported):
        return NotCalculated(reading.reason)
    needed = sorted(reading.names - {macro})
    for name in needed:
        if name in unknown:
            return NotCalculated(f"it depends on {name}, which is not calculated here: {unknown[name]}")
    try:
        return Calculated(run(reading, macro, {name: item for name, item in names.items() if name != macro}))
    except ProcedureError as problem:
        if any(name in names and names[name] in (None, "") for name in needed):
            return Calculated(None)
        return Failed(PROCEDURE_FAILED.format(name=macro, reason=problem.problem))


def _names(reading: Procedure | Unsupported) -> frozenset[str]:
    return reading.names if isinstance(reading, Procedure) else frozenset()


def in_order(dependencies: Mapping[str, Iterable[str]]) -> tuple[list[str], list[str]]:
    """Return the names so that each comes after those it depends on, and the names for which there is no such order.

    The second are members of a cycle, and what depends on one.
    """
    waiting = {name: set(needed) for name, needed in dependencies.items()}
    order: list[str] = []
    while ready := [name for name, needed in waiting.items() if not needed]:
        order += ready
        for name in ready:
            del waiting[name]
        for needed in waiting.values():
            needed.difference_update(ready)
    return order, list(waiting)


def _looked_up(definition: ListDefinition) -> dict[str, Item]:
    references = {test.macro: test.reference.value if test.reference else None for test in definition.tests}
    return {"REFS": references, "TOLS": {test.macro: _levels(test) for test in definition.tests}}


def _levels(test: ListedTest) -> dict[str, Item]:
    tolerance: Tolerance | None = test.tolerance
    if tolerance is None:
        return dict.fromkeys(_LEVELS)
    return {
        **{name: getattr(tolerance, name) for name in _LEVELS[:4]},
        "mc_pass_choices": ",".join(tolerance.pass_choices),
        "mc_tol_choices": ",".join(tolerance.tolerance_choices),
        "type": str(tolerance.kind),
    }


_LEVELS = ("act_high", "act_low", "tol_high", "tol_low", "mc_pass_choices", "mc_tol_choices", "type")
