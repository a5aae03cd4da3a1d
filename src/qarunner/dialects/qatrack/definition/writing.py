"""Gives what a store has as the records that people write: to read it again changes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from qarunner.dialects.qatrack.definition import kinds, records
from qarunner.dialects.qatrack.groups import GROUPS
from qarunner.dialects.qatrack.rules.kinds import NUMBERS, Kind
from qarunner.dialects.qatrack.rules.records import PassFail

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.definition.kinds import Key, Thing, Things

ALONE: dict[str, Any] = {"units": []}
"""What a list says that is done nowhere."""


def written(things: Things) -> records.Definition:
    """Return all that is defined."""
    return records.Definition(
        units=[_unit(unit, things) for unit in things[kinds.UNIT].values()],
        unit_types=[_unit_type(unit_type) for unit_type in things[kinds.UNIT_TYPE].values()],
        categories=[
            records.Category(
                name=_name(one.key), parent=_name(one.values["parent"]), description=one.values["description"]
            )
            for one in things[kinds.CATEGORY].values()
        ],
        frequencies=[_frequency(frequency) for frequency in things[kinds.FREQUENCY].values()],
        statuses=[_status(status) for status in things[kinds.STATUS].values()],
        review_rules=[_rules(rules, things) for rules in things[kinds.RULES].values()],
        tests=_tests(things),
        lists=_lists(things),
        cycles=_cycles(things),
    )


def _name(key: Key | None) -> str:
    return "" if key is None else str(key[0])


def _unit(unit: Thing, things: Things) -> records.Unit:
    values = unit.values
    return records.Unit(
        name=_name(unit.key),
        node=values["node"],
        number=values["number"],
        type=_name(values["type"]),
        site=_name(values["site"]),
        location=values["location"] or "",
        serial_number=values["serial_number"] or "",
        modalities=[_name(modality) for owner, modality in things[kinds.MODALITY_OF] if owner == unit.key],
        install_date=values["install_date"],
        date_acceptance=values["date_acceptance"],
        active=values["active"],
    )


def _unit_type(unit_type: Thing) -> records.UnitType:
    values = unit_type.values
    vendor, unit_class = _name(values["vendor"]), _name(values["unit_class"])
    return records.UnitType(
        name=_name(unit_type.key), vendor=vendor, unit_class=unit_class, model=values["model"] or ""
    )


def _frequency(frequency: Thing) -> records.Frequency:
    values = frequency.values
    return records.Frequency(
        name=_name(frequency.key),
        recurrences=values["recurrences"],
        window_start=values["window_start"],
        window_end=values["window_end"],
    )


def _status(status: Thing) -> records.Status:
    values = status.values
    return records.Status(
        name=_name(status.key),
        default=values["is_default"],
        requires_review=values["requires_review"],
        valid=values["valid"],
        export_by_default=values["export_by_default"],
        colour=values["colour"],
        description=values["description"] or "",
    )


def _rules(rules: Thing, things: Things) -> records.ReviewRules:
    members = [rule for owner, rule in things[kinds.RULE_OF] if owner == rules.key]
    return records.ReviewRules(
        name=_name(rules.key),
        default=rules.values["is_default"],
        rules={PassFail(verdict): _name(status) for verdict, status in members},
    )


def _tests(things: Things) -> list[records.Test]:
    on_units: dict[Key, dict[Key, Thing]] = defaultdict(dict)
    for (unit, test), limits in things[kinds.LIMITS].items():
        if limits.values["active"]:
            on_units[test][unit] = limits
    return [_test(test, on_units[test.key]) for test in things[kinds.TEST].values()]


def _test(test: Thing, on_units: dict[Key, Thing]) -> records.Test:
    values = test.values
    kind = Kind(values["type"])
    held = {unit: (limits.values["reference"], limits.values["tolerance"]) for unit, limits in on_units.items()}
    most = Counter(held.values()).most_common(1)
    usual = most[0][0] if most else (("boolean", 1.0) if kind is Kind.BOOLEAN else None, None)
    return records.Test(
        macro=values["slug"],
        name=_name(test.key),
        type=kind,
        display_name=values["display_name"] or "",
        description=values["description"] or "",
        procedure=values["procedure"] or "",
        category=_name(values["category"]),
        choices=_texts(values["choices"]),
        constant=values["constant_value"],
        wrap_low=values["wrap_low"],
        wrap_high=values["wrap_high"],
        calculation=values["calculation_procedure"] or "",
        formatting=values["formatting"],
        flag_when=values["flag_when"],
        hidden=values["hidden"],
        skip_without_comment=values["skip_without_comment"],
        require_comment=values["require_comment"],
        display_image=values["display_image"],
        chart_visibility=values["chart_visibility"],
        review=_name(values["autoreviewruleset"]),
        per_unit={_name(unit): records.Limits(**_limits(kind, *one)) for unit, one in held.items() if one != usual},
        **_limits(kind, *usual),
    )


def _limits(kind: Kind, reference: Key | None, tolerance: Key | None) -> dict[str, Any]:
    """Return the words for a reference and a tolerance."""
    said: dict[str, Any] = {"reference": _reference(kind, reference)}
    if tolerance is None:
        return said
    word, *levels, passes, warns, warning_only = tolerance
    if word == "multchoice":
        return said | {"passes": _texts(passes), "warns": _texts(warns)}
    if word == "boolean":
        return said | {"warning_only": warning_only}
    act_low, tol_low, tol_high, act_high = levels
    own = records.Tolerance(type=word, act_low=act_low, tol_low=tol_low, tol_high=tol_high, act_high=act_high)
    return said | {"tolerance": own}


def _reference(kind: Kind, reference: Key | None) -> bool | float | UnsetType | None:
    if kind is Kind.BOOLEAN:
        return None if reference is None else bool(reference[1])
    if kind not in NUMBERS or reference is None:
        return UNSET
    return float(reference[1])


def _texts(joined: str | None) -> list[str]:
    return [text for text in (joined or "").split(",") if text]


def _lists(things: Things) -> list[records.TestList]:
    tests: dict[Key, list[tuple[int, str]]] = defaultdict(list)
    for (test_list, test), member in things[kinds.MEMBER].items():
        tests[test_list].append((member.values["order"], _name(test)))
    sublists: dict[Key, list[tuple[int, records.Sublist]]] = defaultdict(list)
    for (parent, child), sublist in things[kinds.SUBLIST].items():
        one = records.Sublist(list=_name(child), outline=sublist.values["outline"])
        sublists[parent].append((sublist.values["order"], one))
    collections = _active(things, 1)
    return [
        records.TestList(
            name=_name(key),
            description=thing.values["description"] or "",
            warning_message=thing.values["warning_message"] or "",
            tests=[name for _order, name in sorted(tests[key])],
            sublists=[one for _order, one in sorted(sublists[key], key=lambda pair: pair[0])],
            **_done(collections[key]),
        )
        for key, thing in things[kinds.LIST].items()
    ]


def _cycles(things: Things) -> list[records.Cycle]:
    days: dict[Key, list[tuple[int, str]]] = defaultdict(list)
    for (cycle, order), day in things[kinds.DAY].items():
        days[cycle].append((order, _name(day.values["test_list"])))
    collections = _active(things, 2)
    return [
        records.Cycle(
            name=_name(key),
            description=thing.values["description"] or "",
            drop_down_label=thing.values["drop_down_label"],
            day_option_text=thing.values["day_option_text"],
            lists=[name for _order, name in sorted(days[key])],
            **_done(collections[key]),
        )
        for key, thing in things[kinds.CYCLE].items()
    ]


def _active(things: Things, place: int) -> dict[Key, list[Thing]]:
    """Return active collections by what stands at this place of their keys: their list, or their cycle."""
    found: dict[Key, list[Thing]] = defaultdict(list)
    for thing in things[kinds.COLLECTION].values():
        if thing.values["active"]:
            found[thing.key[place]].append(thing)
    return found


def _done(collections: Sequence[Thing]) -> dict[str, Any]:
    """Return where something is done: what most units have in common, and what is different on the others."""
    if not collections:
        return ALONE

    def usual(name: str) -> Any:
        return Counter(one.values[name] for one in collections).most_common(1)[0][0]

    frequency, group = usual("frequency"), usual("assigned_to")
    units: list[str | records.ListUnit] = []
    for one in collections:
        other = {}
        if one.values["frequency"] != frequency:
            other["frequency"] = _name(one.values["frequency"])
        if one.values["assigned_to"] != group:
            other["assigned_to"] = _role(one.values["assigned_to"])
        units.append(records.ListUnit(unit=_name(one.key[0]), **other) if other else _name(one.key[0]))
    scheduled = all(one.values["auto_schedule"] for one in collections)
    return {"units": units, "frequency": _name(frequency), "assigned_to": _role(group), "auto_schedule": scheduled}


def _role(number: int | None) -> str:
    return str(GROUPS[number - 1]) if number else "write"
