"""Compares what is with what shall be. Knows records only, no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from qarunner.dialects.qatrack.definition import kinds
from qarunner.dialects.qatrack.definition.assignments import Assignments
from qarunner.dialects.qatrack.definition.changes import Action, Change, Plan, shown, tolerance_name
from qarunner.dialects.qatrack.definition.checks import problems_of_lists, remarks_on_procedures
from qarunner.dialects.qatrack.definition.completing import default_statuses
from qarunner.dialects.qatrack.definition.kinds import KINDS, Key, Thing, ThingKind, Things
from qarunner.dialects.qatrack.definition.slugs import free_slug
from qarunner.dialects.qatrack.definition.troubles import Troubles
from qarunner.errors import nearest

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.definition.completing import Wanted

FIXED_BY_RESULTS = ("type", "slug")
"""What of a test may not change any more once there are results of it: they would read as something else."""


@dataclass(frozen=True)
class Current:
    """What is. `tested`: the keys of tests that have results."""

    things: Things
    tested: AbstractSet[Key] = frozenset()


def plan(current: Current, wanted: Wanted, today: date) -> Plan:
    """Return what to do so that all is as wanted; nothing where it is so already.

    :raises DefinitionError: it cannot be, such as a unit's number that another one has; it names all that is wrong.
    """
    return _Planning(current, wanted, today).plan()


class _Planning:
    def __init__(self, current: Current, wanted: Wanted, today: date) -> None:
        self._current = current.things
        self._tested = current.tested
        self._wanted = replace(wanted, things={word: dict(things) for word, things in wanted.things.items()})
        self._today = today
        self._after: Things = {word: dict(things) for word, things in current.things.items()}
        """All as it will be."""
        self._changes: list[Change] = []
        self._troubles = Troubles()

    def plan(self) -> Plan:
        if not self._current[kinds.STATUS] and not self._wanted.things[kinds.STATUS]:
            for status in default_statuses():
                self._wanted.things[kinds.STATUS][status.key] = status
        for kind in KINDS.values():
            self._remove_parts(kind)
            if kind.word == kinds.LIMITS:
                self._check_lists()
                self._plan_assignments()
            for thing in self._wanted.things[kind.word].values():
                self._set(kind, thing)
        for word in (kinds.STATUS, kinds.RULES):
            self._only_one_default(word)
        self._check()
        self._troubles.stop()
        return Plan(tuple(self._changes), tuple(self._remarks()))

    def _check_lists(self) -> None:
        """Look for what cannot be in what limits are worked out of."""
        self._check_links()
        self._troubles.stop()
        for trouble in problems_of_lists(self._after, self._wanted):
            self._troubles.add(trouble.place, trouble.problem, trouble.advice)
        self._troubles.stop()

    def _set(self, kind: ThingKind, thing: Thing) -> None:
        """Plan that a thing is there with its values."""
        now = self._after[kind.word].get(thing.key)
        if now is None:
            values = self._with_defaults(kind, thing)
            self._changes.append(Change(Action.CREATE, kind.word, thing.key, values))
            self._after[kind.word][thing.key] = replace(thing, values=values)
            return
        values = {name: value for name, value in thing.values.items() if now.values[name] != value}
        if values:
            before = {name: now.values[name] for name in values}
            action = Action.DEACTIVATE if values == {"active": False} else Action.CHANGE
            self._changes.append(Change(action, kind.word, thing.key, values, before, now.number))
        self._after[kind.word][thing.key] = replace(now, values={**now.values, **values}, place=thing.place)

    def _with_defaults(self, kind: ThingKind, thing: Thing) -> dict[str, Any]:
        """Return the values of a new thing, those included that the definition does not say."""
        values = dict(thing.values)
        others = self._after[kind.word].values()
        if "slug" in kind.values and "slug" not in values:
            values["slug"] = free_slug(str(thing.key[0]), {str(other.values["slug"]) for other in others})
        match kind.word:
            case kinds.UNIT:
                values.setdefault("number", self._next_number())
                values.setdefault("date_acceptance", self._today)
            case kinds.UNIT_TYPE:
                values = {"model": None, "vendor": None, "unit_class": None} | values
            case kinds.REFERENCE | kinds.TOLERANCE:
                values["name"] = tolerance_name(thing.key) if kind.word == kinds.TOLERANCE else shown(thing.key)
        return values

    def _next_number(self) -> int:
        """Return a number that no unit has or is about to get."""
        both = (*self._after[kinds.UNIT].values(), *self._wanted.things[kinds.UNIT].values())
        return max((unit.values.get("number", 0) for unit in both), default=0) + 1

    def _remove_parts(self, kind: ThingKind) -> None:
        """Plan that the parts of something that is defined are those that are defined, and no others."""
        if not kind.part_of:
            return
        owners = self._wanted.things[kind.links[kind.part_of]]
        place = kind.key.index(kind.part_of)
        for key, thing in self._current[kind.word].items():
            if key[place] in owners and key not in self._wanted.things[kind.word]:
                self._changes.append(Change(Action.REMOVE, kind.word, key, before=thing.values, number=thing.number))
                del self._after[kind.word][key]

    def _plan_assignments(self) -> None:
        """Plan where lists are done no longer, and the limits of every test on every unit."""
        assignments = Assignments(self._current, self._after, self._wanted)
        for thing in (*assignments.collections_no_longer(), *assignments.limits()):
            self._wanted.things[thing.kind][thing.key] = thing

    def _only_one_default(self, word: str) -> None:
        """Plan that a new default replaces the old one."""
        wanted = [thing for thing in self._wanted.things[word].values() if thing.values.get("is_default")]
        if len(wanted) > 1:
            names = " and ".join(str(thing.key[0]) for thing in wanted)
            self._troubles.add(wanted[1].place, f"{names} are both the default", "Only one can be")
        for thing in list(self._after[word].values()):
            if wanted and thing.values["is_default"] and thing.key not in self._wanted.things[word]:
                self._set(KINDS[word], replace(thing, values={"is_default": False}))

    def _check(self) -> None:
        """Look for what cannot be."""
        if not any(status.values["is_default"] for status in self._after[kinds.STATUS].values()):
            places = [status.place for status in self._wanted.things[kinds.STATUS].values()]
            advice = "Give the one that new results get: default: true"
            self._troubles.add(places[0] if places else "", "no status is the default", advice)
        self._check_unit_numbers()
        for change in self._changes:
            if change.kind == kinds.TEST and change.action is Action.CHANGE and change.key in self._tested:
                self._check_tested(change)

    def _check_unit_numbers(self) -> None:
        units = self._after[kinds.UNIT].values()
        counts = Counter(unit.values["number"] for unit in units)
        for unit in self._wanted.things[kinds.UNIT].values():
            number = self._after[kinds.UNIT][unit.key].values["number"]
            if counts[number] > 1:
                others = [str(other.key[0]) for other in units if other.values["number"] == number]
                problem = f"the number {number} is that of several units: {', '.join(sorted(others))}"
                self._troubles.add(unit.place, problem, "Leave it out for the next free one")

    def _check_tested(self, change: Change) -> None:
        place = self._wanted.things[kinds.TEST][change.key].place
        for name in FIXED_BY_RESULTS:
            if name in change.values:
                word = {"slug": "macro"}.get(name, name)
                problem = f"the {word} of {change.name!r} cannot change from {change.before[name]} any more"
                advice = "There are results of it, which would read as something else: give the new test another name"
                self._troubles.add(place, problem, advice)

    def _check_links(self) -> None:
        """Look for names of things that are nowhere."""
        for kind in KINDS.values():
            for thing in self._wanted.things[kind.word].values():
                values = dict(zip(kind.key, thing.key, strict=True)) | dict(thing.values)
                for column, target in kind.links.items():
                    self._check_link(thing, values.get(column), target)
        for test, unit in self._wanted.held:
            if unit is not None:
                self._check_link(self._wanted.tests[test], unit, kinds.UNIT)

    def _check_link(self, thing: Thing, key: Key | None, target: str) -> None:
        if key is None or key in self._after[target] or key in self._wanted.things[target]:
            return
        known = list(dict.fromkeys(str(one[0]) for one in (*self._after[target], *self._wanted.things[target])))
        advice = nearest(str(key[0]), known) or (f"There are {', '.join(known[:5])}" if known else "Define it")
        self._troubles.add(thing.place, f"there is no {target} {key[0]!r}", advice)

    def _remarks(self) -> Iterable[str]:
        yield from remarks_on_procedures(self._wanted)
        for word, plural in ((kinds.UNIT, "units"), (kinds.LIST, "lists")):
            others = [str(key[0]) for key in self._current[word] if key not in self._wanted.things[word]]
            if others and self._wanted.things[word]:
                shown = ", ".join(sorted(others)[:5]) + (", ..." if len(others) > 5 else "")  # noqa: PLR2004 - a line
                yield f"left alone, since nothing is said of them: {plural} {shown}"


def parents_first(things: Iterable[Change]) -> Iterator[Change]:
    """Return new categories so that each comes after the one that it is a part of."""
    waiting = {change.key: change for change in things}
    while waiting:
        ready = [key for key, change in waiting.items() if change.values.get("parent") not in waiting]
        for key in ready or list(waiting):
            yield waiting.pop(key)
