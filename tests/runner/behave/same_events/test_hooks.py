"""Hooks that raise, on every level, before and after."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.runner.behave.same_events.conftest import AFTER, PLAIN, RULES, Situation, raising

SITUATIONS = {
    **{
        f"{hook} that raises": Situation([RULES, PLAIN, AFTER], hook, plan=raising(hook, name))
        for hook, name in {
            "before_all": "",
            "before_feature": "with rules",
            "before_rule": "first rule",
            "before_scenario": "in the first rule",
            "before_step": "it passes",
            "before_tag": "one",
            "after_all": "",
            "after_feature": "with rules",
            "after_rule": "first rule",
            "after_scenario": "in the first rule",
            "after_step": "it passes",
            "after_tag": "one",
        }.items()
    },
    "before_tag of a feature that raises": Situation(
        [PLAIN, AFTER], "third", plan=raising("before_tag", "feature_tag")
    ),
    "after_tag of a feature that raises": Situation([PLAIN, AFTER], "third", plan=raising("after_tag", "feature_tag")),
    "before_tag of a rule that raises": Situation([RULES, AFTER], "third", plan=raising("before_tag", "rule_tag")),
    "hooks that raise AssertionError": Situation(
        [PLAIN, AFTER], "third", plan=raising("before_scenario", "first", "AssertionError('x')")
    ),
    "hooks that raise before and after": Situation(
        [PLAIN, AFTER], "hook_error", plan="if hook in ('before_feature', 'after_feature'): raise RuntimeError(hook)"
    ),
    "all scenario hooks raise": Situation(
        [RULES, AFTER], "third", plan="if hook in ('before_scenario', 'after_scenario'): raise RuntimeError(hook)"
    ),
    "hook that forgives a failed step": Situation(
        [PLAIN.replace("it passes", "it fails")],
        "after_scenario 'second' passed",
        plan="""
        from behave.model_type import Status
        if hook == "after_step" and entity.status == Status.failed: entity.status = Status.passed
        """,
    ),
    "behave's own retries": Situation(
        [PLAIN.replace("it passes", "it fails"), AFTER],
        "third",
        plan="""
        from behave.contrib.scenario_autoretry import patch_scenario_with_autoretry
        if hook == "before_feature":
            for scenario in entity.walk_scenarios(): patch_scenario_with_autoretry(scenario, max_attempts=2)
        """,
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_pytest_gives_the_same_events_as_the_behave_command(name: str, compare: Callable[[Situation], None]) -> None:
    compare(SITUATIONS[name])
