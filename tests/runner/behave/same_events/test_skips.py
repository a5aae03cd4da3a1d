"""Scenarios, rules and features that hooks and steps skip."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.runner.behave.same_events.conftest import AFTER, PLAIN, RULES, Situation

SITUATIONS = {
    "one scenario skipped by before_scenario": Situation(
        [PLAIN, AFTER],
        "third",
        plan="if getattr(entity, 'name', '') == 'first' and hook == 'before_scenario': entity.skip('no')",
    ),
    "scenarios marked as skipped by before_feature": Situation(
        [RULES, AFTER],
        "third",
        plan="if hook == 'before_feature' and entity.name == 'with rules': entity.walk_scenarios()[2].mark_skipped()",
    ),
    "feature skipped by before_feature": Situation(
        [RULES, AFTER], "third", plan="if hook == 'before_feature' and entity.name == 'with rules': entity.skip('no')"
    ),
    "rule skipped by before_rule": Situation(
        [RULES, AFTER], "third", plan="if hook == 'before_rule' and entity.name == 'first rule': entity.skip('no')"
    ),
    "feature skipped by after_scenario": Situation(
        [RULES, AFTER],
        "third",
        plan="if hook == 'after_scenario' and entity.name == 'in the first rule': context.feature.skip()",
    ),
    "before_all that skips features": Situation(
        [PLAIN, AFTER],
        "third",
        plan="if hook == 'before_all': context._runner.features[0].mark_skipped()",
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_pytest_gives_the_same_events_as_the_behave_command(name: str, compare: Callable[[Situation], None]) -> None:
    compare(SITUATIONS[name])
