"""What a plan is of: changes of things, and how a person reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from qarunner.dialects.qatrack.definition import kinds
from qarunner.dialects.qatrack.definition.kinds import KINDS, Key


class Action(StrEnum):
    """What happens to a thing."""

    CREATE = "create"
    CHANGE = "change"
    DEACTIVATE = "deactivate"
    REMOVE = "remove"
    """Of a part, such as a test's place in a list; the test stays."""


@dataclass(frozen=True)
class Change:
    """One change.

    :param values: by attribute: all of a new thing, else those that change. :param before: the same as they are now.
    :param number: of the row that changes, where rows have numbers.
    """

    action: Action
    kind: str
    key: Key
    values: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    number: int | None = None

    @property
    def name(self) -> str:
        """What a person calls the thing."""
        return name_of(self.kind, self.key)


@dataclass(frozen=True)
class Plan:
    """What is to be done, and what a person should know besides.

    :param remarks: what the definition means without saying so, such as things that are left alone.
    """

    changes: Sequence[Change] = ()
    remarks: Sequence[str] = ()


_SIGNS = {Action.CREATE: "+", Action.CHANGE: "~", Action.DEACTIVATE: "-", Action.REMOVE: "-"}
_HEADINGS = {
    kinds.UNIT: "units",
    kinds.MODALITY_OF: "modalities",
    kinds.UNIT_TYPE: "unit types",
    kinds.CATEGORY: "categories",
    kinds.FREQUENCY: "frequencies",
    kinds.STATUS: "statuses",
    kinds.RULES: "review rules",
    kinds.RULE_OF: "rules of review",
    kinds.TEST: "tests",
    kinds.LIST: "lists",
    kinds.MEMBER: "tests in lists",
    kinds.SUBLIST: "lists in lists",
    kinds.CYCLE: "cycles",
    kinds.DAY: "days of cycles",
    kinds.LIMITS: "limits",
    kinds.COLLECTION: "done on units",
}
"""Of the kinds that people read of; the others follow from these."""
_QUIET = {
    "slug", "name", "description", "active", "order", "assigned_to", "autoreviewruleset", "colour", "nominal_interval",
    "date_acceptance",
}  # fmt: skip
"""Values of a new thing that say nothing to a person who reads its name."""


def lines_of(plan: Plan) -> Iterator[str]:
    """Return a plan as a person reads it, a line per change, under headings."""
    for kind, heading in _HEADINGS.items():
        found = [change for change in plan.changes if change.kind == kind]
        if found:
            yield heading
            yield from (f"  {_SIGNS[change.action]} {_line(change)}" for change in found)
    for remark in plan.remarks:
        yield f"note: {remark}"


def _line(change: Change) -> str:
    match change.action:
        case Action.CREATE:
            words = [_assigned(name, value) for name, value in change.values.items() if _tells(name, value)]
            return f"{change.name}: {', '.join(words)}" if words else change.name
        case Action.CHANGE:
            words = [
                f"{name} {shown(change.before.get(name))} -> {shown(value)}" for name, value in change.values.items()
            ]
            return f"{change.name}: {', '.join(words)}"
        case Action.DEACTIVATE:
            return f"{change.name}: not active any more; what was recorded stays"
    return change.name


def _tells(name: str, value: object) -> bool:
    return name not in _QUIET and value not in (None, "", False) and value is not True


def _assigned(name: str, value: object) -> str:
    return f"{name} {shown(value)}"


def shown(value: object) -> str:
    """Return a value as a plan shows it."""
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case ("boolean", float(number)):
            return "yes" if number else "no"
        case ("numerical", float(number)):
            return f"{number:.12g}"
        case (str(kind), _, _, _, _, _, _, _) if kind in ("absolute", "percent", "multchoice", "boolean"):
            return tolerance_name(tuple(value))
        case (str(name),):
            return name
        case tuple():
            return " on ".join(shown(one) for one in value if one is not None)
    text = str(value)
    return f"{text[:60]}..." if len(text) > 63 or "\n" in text else text  # noqa: PLR2004 - as much as a line has room for


def tolerance_name(key: Key) -> str:
    """Return the name of a tolerance that has none of its own: what it says."""
    kind, *levels, passes, warns, warning_only = key
    if kind == "multchoice":
        return f"{passes} pass{f', {warns} warn' if warns else ''}"
    if warning_only:
        return "warning only"
    words = zip(("act_low", "tol_low", "tol_high", "act_high"), levels, strict=True)
    sign = "%" if kind == "percent" else ""
    return " ".join(f"{word} {level:+.12g}{sign}" for word, level in words if level is not None)


def name_of(kind: str, key: Key) -> str:
    """Return what a person calls a thing."""
    match kind:
        case kinds.LIMITS:
            [unit], [test] = key
            return f"{test} on {unit}"
        case kinds.COLLECTION:
            [unit], test_list, cycle = key
            return f"{(test_list or cycle)[0]} on {unit}"
        case kinds.MEMBER | kinds.SUBLIST | kinds.MODALITY_OF:
            return f"{key[1][0]} in {key[0][0]}"
        case kinds.DAY:
            return f"day {key[1]} of {key[0][0]}"
        case kinds.RULE_OF:
            return f"{key[1][0]} is {key[1][1][0]} by {key[0][0]}"
        case kinds.RULE:
            return f"{key[0]} is {key[1][0]}"
        case kinds.REFERENCE:
            return shown(key)
        case kinds.TOLERANCE:
            return tolerance_name(key)
    assert KINDS[kind].key == ("name",)
    return str(key[0])
