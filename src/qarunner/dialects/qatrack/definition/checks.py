"""Looks for what cannot be in lists as they will be, such as two tests of one macro."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.definition import kinds
from qarunner.dialects.qatrack.definition.assignments import Contents
from qarunner.dialects.qatrack.definition.troubles import Trouble
from qarunner.dialects.qatrack.rules.definitions import definition_problems, unsupported
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import ListDefinition, ListedTest

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.definition.completing import Wanted
    from qarunner.dialects.qatrack.definition.kinds import Key, Thing, Things


def problems_of_lists(after: Things, wanted: Wanted) -> Iterator[Trouble]:
    """Return what is wrong with the lists that are defined, and the categories.

    :param after: things as they will be; whatever they refer to is in it.
    """
    contents = Contents(after)
    for key, thing in wanted.things[kinds.LIST].items():
        found, again = contents.walk(key)
        for sublist in again:
            problem = "is a sublist of itself" if sublist == key else f"has the list {sublist[0]!r} more than once"
            yield Trouble(thing.place, f"the list {key[0]!r} {problem}", "Take one of its sublists out")
        tests = tuple(listed(after[kinds.TEST][test]) for test in found)
        for problem in definition_problems(ListDefinition(tests)):
            yield Trouble(thing.place, f"in the list {key[0]!r}: {problem[0].lower()}{problem[1:]}")
    for key, thing in wanted.things[kinds.CATEGORY].items():
        if _is_above_itself(after, key):
            yield Trouble(
                thing.place, f"the category {key[0]!r} is a part of itself", "Give it another parent, or none"
            )


def remarks_on_procedures(wanted: Wanted) -> Iterator[str]:
    """Return which composites are stored and never calculated here."""
    for key, thing in wanted.tests.items():
        for reason in unsupported(ListDefinition((listed(thing),))).values():
            yield f"{key[0]} is stored, but never calculated here: {reason}"


def listed(test: Thing) -> ListedTest:
    """Return a test as the rules see it, without limits, which are looked at where they are written."""
    values = test.values
    return ListedTest(
        macro=values["slug"],
        kind=Kind(values["type"]),
        choices=tuple(filter(None, (values["choices"] or "").split(","))),
        constant=values["constant_value"],
        wrap_low=values["wrap_low"],
        wrap_high=values["wrap_high"],
        procedure=values["calculation_procedure"] or "",
    )


def _is_above_itself(after: Things, key: Key) -> bool:
    seen: set[Key] = set()
    above: Key | None = after[kinds.CATEGORY][key].values["parent"]
    while above is not None and above not in seen:
        seen.add(above)
        above = after[kinds.CATEGORY][above].values["parent"]
    return key in seen
