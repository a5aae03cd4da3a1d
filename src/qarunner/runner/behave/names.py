"""The scenarios of a parsed feature with their testcase names, which `qarunner.pack.scenario_names` decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from behave.model import Rule, ScenarioOutline

from qarunner.pack.scenario_names import unique_names


class NamedScenario(NamedTuple):
    """A scenario or a row of an outline: its name within the file, behave's models of it and of its rule."""

    name: str
    scenario: Any
    rule: Any | None


def named_scenarios(feature: Any) -> list[NamedScenario]:
    """Return all scenarios of a feature in the order of the file, each with its unique name."""
    found = list(_walk(feature, None))
    names = unique_names((rule.name if rule is not None else "", each.name, each.line) for rule, each in found)
    return [NamedScenario(name, each, rule) for name, (rule, each) in zip(names, found, strict=True)]


def _walk(container: Any, rule: Any | None) -> Iterator[tuple[Any | None, Any]]:
    for entry in container.run_items:
        if isinstance(entry, Rule):
            yield from _walk(entry, entry)
        elif isinstance(entry, ScenarioOutline):
            yield from ((rule, row) for row in entry.scenarios)
        else:
            yield rule, entry
