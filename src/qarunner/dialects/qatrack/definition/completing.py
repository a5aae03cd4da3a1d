"""Makes things of what people wrote, with all that goes without saying. `planning` looks for what they refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qarunner.dialects.qatrack.definition import kinds
from qarunner.dialects.qatrack.definition.assignments import ADVICE
from qarunner.dialects.qatrack.definition.changes import name_of
from qarunner.dialects.qatrack.definition.defaults import CATEGORY, FREQUENCIES, STATUSES
from qarunner.dialects.qatrack.definition.kinds import KINDS, Key, Thing, Things
from qarunner.dialects.qatrack.definition.records import Sublist, Unit
from qarunner.dialects.qatrack.definition.troubles import Troubles
from qarunner.dialects.qatrack.definition.written_tests import WrittenTests, complete_test
from qarunner.dialects.qatrack.groups import GROUPS, group_named
from qarunner.dialects.qatrack.rules.recurrences import every_days, nominal_interval
from qarunner.errors import ConfigurationError, nearest

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.definition.limits import Held
    from qarunner.dialects.qatrack.definition.records import Cycle, Definition, Done, Frequency, Status, TestList

MOST_COLLECTIONS = 50_000
Where = Callable[[str], str]
"""Turns a path such as ``$.lists[0].name`` into a place that a person finds."""


@dataclass(frozen=True)
class Part:
    """A definition, or one file of it. `where`: see `Where`."""

    definition: Definition
    where: Where = str


@dataclass
class Wanted:
    """What shall be.

    :param things: by kind and key, without collections' limits.
    :param held: what values of tests are held against, by the test and the unit; None for units without their own.
    :param tests: those whose limits this definition says.
    """

    things: Things = field(default_factory=lambda: {word: {} for word in KINDS})
    held: dict[tuple[Key, Key | None], Held] = field(default_factory=dict)

    @property
    def tests(self) -> Mapping[Key, Thing]:
        """All tests that the definition has."""
        return self.things[kinds.TEST]


def complete(parts: Sequence[Part]) -> Wanted:
    """Return what the parts together want.

    :raises DefinitionError: they cannot be meant so; it names all that is wrong.
    """
    completing = _Completing(parts)
    completing.run()
    completing.troubles.stop()
    return completing.wanted


class _Completing:
    def __init__(self, parts: Sequence[Part]) -> None:
        self.wanted = Wanted()
        self.troubles = Troubles()
        self._trouble = self.troubles.add
        self._parts = parts
        self._tests = WrittenTests(parts, self._trouble)
        self._units: list[str] = []
        """Names of all units of the definition."""

    def run(self) -> None:
        for part in self._parts:
            self._small_things(part)
            self._units_of(part)
        for test, path, part in self._tests.shared():
            self._test(test, part, path)
        for part in self._parts:
            for number, test_list in enumerate(part.definition.lists):
                self._list(test_list, part, f"$.lists[{number}]")
            for number, cycle in enumerate(part.definition.cycles):
                self._cycle(cycle, part, f"$.cycles[{number}]")

    def _add(self, kind: str, key: Key, place: str, **values: Any) -> bool:
        """Add a thing that somebody wrote; return whether it is the first, for it may be written once only."""
        other = self.wanted.things[kind].get(key)
        if other is not None and other.place:
            problem = f"the {kind} {name_of(kind, key)!r} is defined a second time"
            self._trouble(place, problem, f"The first is at {other.place}")
            return False
        self.wanted.things[kind][key] = Thing(kind, key, values, place=place)
        return True

    def _imply(self, kind: str, name: str, **values: Any) -> Key | None:
        """Return the key of a thing that is there as soon as somebody names it; None for no name."""
        if not name:
            return None
        self.wanted.things[kind].setdefault((name,), Thing(kind, (name,), values))
        return (name,)

    def _small_things(self, part: Part) -> None:
        definition, where = part.definition, part.where
        for number, unit_type in enumerate(definition.unit_types):
            self._add(
                kinds.UNIT_TYPE,
                (unit_type.name,),
                where(f"$.unit_types[{number}]"),
                model=unit_type.model or None,
                vendor=self._imply(kinds.VENDOR, unit_type.vendor),
                unit_class=self._imply(kinds.UNIT_CLASS, unit_type.unit_class),
            )
        for number, category in enumerate(definition.categories):
            parent = (category.parent,) if category.parent else None
            place = where(f"$.categories[{number}]")
            self._add(kinds.CATEGORY, (category.name,), place, description=category.description, parent=parent)
        for number, frequency in enumerate(definition.frequencies):
            self._frequency(frequency, where(f"$.frequencies[{number}]"))
        for number, status in enumerate(definition.statuses):
            self._add(kinds.STATUS, (status.name,), where(f"$.statuses[{number}]"), **status_values(status))
        for number, rules in enumerate(definition.review_rules):
            key, place = (rules.name,), where(f"$.review_rules[{number}]")
            self._add(kinds.RULES, key, place, is_default=rules.default)
            for verdict, name in rules.rules.items():
                rule = (str(verdict), (name,))
                self.wanted.things[kinds.RULE].setdefault(rule, Thing(kinds.RULE, rule, place=place))
                self._add(kinds.RULE_OF, (key, rule), place)

    def _frequency(self, frequency: Frequency, place: str) -> None:
        try:
            values = frequency_values(frequency)
        except ConfigurationError as error:
            self._trouble(place, error.problem, error.advice)
            return
        self._add(kinds.FREQUENCY, (frequency.name,), place, **values)

    def _units_of(self, part: Part) -> None:
        for number, written in enumerate(part.definition.units):
            place = part.where(f"$.units[{number}]")
            unit = Unit(node=written) if isinstance(written, str) else written
            name = unit.name or unit.node
            if not name:
                self._trouble(place, "a unit has neither name nor node", "Give it a node: the one whose device it is")
                continue
            values: dict[str, Any] = {
                "node": unit.node,
                "type": self._imply(kinds.UNIT_TYPE, unit.type, model=None, vendor=None, unit_class=None),
                "site": self._imply(kinds.SITE, unit.site),
                "serial_number": unit.serial_number or None,
                "location": unit.location or None,
                "install_date": unit.install_date,
                "active": unit.active,
            }
            if unit.number is not None:
                values["number"] = unit.number
            if unit.date_acceptance is not None:
                values["date_acceptance"] = unit.date_acceptance
            if self._add(kinds.UNIT, (name,), place, **values):
                self._units.append(name)
            for modality in dict.fromkeys(unit.modalities):
                self._add(kinds.MODALITY_OF, ((name,), self._imply(kinds.MODALITY, modality)), place)

    def _test(self, test: Any, part: Part, path: str) -> Key:
        """Add a test with its limits; return its key."""
        place = part.where(path)
        self._imply(kinds.CATEGORY, test.category or CATEGORY, description="", parent=None)
        completed = complete_test(test, self._tests.tolerances, self._default_rules())
        for problem, advice in completed.problems:
            self._trouble(place, problem, advice)
        self._add(kinds.TEST, completed.key, place, **completed.values)
        for unit, held in completed.held.items():
            self.wanted.held[completed.key, unit] = held
            for kind, key in ((kinds.REFERENCE, held.reference), (kinds.TOLERANCE, held.tolerance)):
                if key is not None:
                    self.wanted.things[kind].setdefault(key, Thing(kind, key))
        return completed.key

    def _default_rules(self) -> Key | None:
        return next((key for key, rules in self.wanted.things[kinds.RULES].items() if rules.values["is_default"]), None)

    def _list(self, test_list: TestList, part: Part, path: str) -> None:
        key, place = (test_list.name,), part.where(path)
        if not self._add(
            kinds.LIST,
            key,
            place,
            description=test_list.description or None,
            warning_message=test_list.warning_message or None,
        ):
            return  # of what is in it all would be there a second time, too
        for order, written in enumerate(test_list.tests):
            there = f"{path}.tests[{order}]"
            found = self._tests.member(written, test_list.name, part.where(there))
            if found is None:
                continue
            name = found[0] if isinstance(found, tuple) else found.name
            if (key, (name,)) in self.wanted.things[kinds.MEMBER]:
                problem = f"the test {name!r} is in the list a second time"
                self._trouble(part.where(there), problem, "Take one out, or give it another macro")
                continue
            test = found if isinstance(found, tuple) else self._test(found, part, there)
            self._add(kinds.MEMBER, (key, test), part.where(there), order=order)
        for order, sublist in enumerate(test_list.sublists, start=len(test_list.tests)):
            child = Sublist(list=sublist) if isinstance(sublist, str) else sublist
            there = part.where(f"{path}.sublists[{order - len(test_list.tests)}]")
            self._add(kinds.SUBLIST, (key, (child.list,)), there, order=order, outline=child.outline)
        self._done(test_list, (key, None), test_list.name, part, path)

    def _cycle(self, cycle: Cycle, part: Part, path: str) -> None:
        key, place = (cycle.name,), part.where(path)
        self._add(
            kinds.CYCLE,
            key,
            place,
            description=cycle.description or None,
            drop_down_label=cycle.drop_down_label,
            day_option_text=cycle.day_option_text,
        )
        for order, name in enumerate(cycle.lists):
            self._add(kinds.DAY, (key, order), part.where(f"{path}.lists[{order}]"), test_list=(name,))
        self._done(cycle, (None, key), cycle.name, part, path)

    def _done(self, done: Done, what: tuple[Key | None, Key | None], name: str, part: Part, path: str) -> None:
        """Add the collections of a list or a cycle."""
        if not done.active:
            return
        units = self._units if done.units is None else done.units
        if len(self.wanted.things[kinds.COLLECTION]) + len(units) > MOST_COLLECTIONS:
            self._trouble(part.where(path), f"more than {MOST_COLLECTIONS} lists on units", ADVICE)
            return
        for number, written in enumerate(units):
            unit = written if isinstance(written, str) else written.unit
            own = None if isinstance(written, str) else written
            place = part.where(path if done.units is None else f"{path}.units[{number}]")
            role = own.assigned_to if own and own.assigned_to is not None else done.assigned_to
            group = group_named(role)
            if group is None:
                known = [str(one) for one in GROUPS]
                advice = nearest(role, known) or f"There are {', '.join(known)}"
                self._trouble(place, f"there is no role {role!r}", advice)
            frequency = own.frequency if own and own.frequency is not None else done.frequency
            if frequency in FREQUENCIES:
                self._imply(kinds.FREQUENCY, frequency, **frequency_values(FREQUENCIES[frequency]))
            self._add(
                kinds.COLLECTION,
                ((unit,), *what),
                place,
                name=name,
                frequency=(frequency,) if frequency else None,
                assigned_to=group,
                auto_schedule=done.auto_schedule,
                active=True,
            )


def default_statuses() -> Iterable[Thing]:
    """Return the statuses of a store that has none."""
    for status in STATUSES:
        yield Thing(kinds.STATUS, (status.name,), status_values(status))


def status_values(status: Status) -> dict[str, Any]:
    """Return what a status says, by column."""
    return {
        "description": status.description,
        "is_default": status.default,
        "requires_review": status.requires_review,
        "export_by_default": status.export_by_default,
        "valid": status.valid,
        "colour": status.colour,
    }


def frequency_values(frequency: Frequency) -> dict[str, Any]:
    """Return what a frequency says, by column.

    :raises ConfigurationError: its rules cannot be.
    """
    if bool(frequency.days) == bool(frequency.recurrences):
        raise ConfigurationError("a frequency says either days or recurrences", "Such as days: 7")
    rules = frequency.recurrences or every_days(frequency.days)
    return {
        "recurrences": rules,
        "nominal_interval": float(nominal_interval(rules)),
        "window_start": frequency.window_start,
        "window_end": frequency.window_end,
    }
