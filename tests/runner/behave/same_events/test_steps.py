"""Steps of every kind and every way for one to go wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.runner.behave.same_events.conftest import AFTER, PLAIN, Situation

SITUATIONS = {
    "steps that execute steps": Situation(
        [
            """
        Feature: f
          Scenario: a
            Given these steps run
              \"\"\"
              Given it passes
              When it says "inner"
              Then there are
                | a |
                | 1 |
              \"\"\"
            Then it passes
        """
        ],
        "say inner",
    ),
    **{
        f"sub-step that {what}": Situation(
            [
                f"""
            Feature: f
              Scenario: a
                Given these steps run
                  \"\"\"
                  Given it passes
                  And {step}
                  And it passes
                  \"\"\"
                Then it passes
              Scenario: b
                Given it passes
            """
            ],
            "after_step these steps run failed",
        )
        for what, step in {
            "fails": "it fails",
            "breaks": "it breaks",
            "is undefined": "nobody knows this",
            "is pending": "it is pending",
        }.items()
    },
    "async steps": Situation(
        [
            """
        Feature: f
          Scenario: a
            Given it waits
            Then it passes
          Scenario: b
            Given it waits and fails
            Then it passes
        """
        ],
        "waited",
    ),
    **{
        f"step that {what}": Situation(
            [
                f"""
            Feature: f
              Scenario: a
                Given it passes
                When {step}
                Then it passes
                And nobody knows this either
              Scenario Outline: b
                When {step}
                Examples:
                  | x |
                  | 1 |
                  | 2 |
              Scenario: c
                Given it passes
            """,
                AFTER,
            ],
            "third",
        )
        for what, step in {
            "fails": "it fails",
            "breaks": "it breaks",
            "is undefined": "nobody knows this",
            "is pending": "it is pending",
            "skips the scenario": "the scenario is left",
            "skips the feature": "the feature is left",
        }.items()
    },
    "pending step in a scenario tagged wip": Situation(
        [PLAIN.replace("@one", "@wip").replace("it passes", "it is pending")], "after_step it is pending pending_warn"
    ),
    "scenarios go on after failed steps": Situation(
        [
            """
        Feature: f
          Scenario: a
            Given it fails
            When it breaks
            Then it passes
            And nobody knows this
            And it passes
        """
        ],
        "pass",
        plan="if hook == 'before_scenario': entity.continue_after_failed_step = True",
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_pytest_gives_the_same_events_as_the_behave_command(name: str, compare: Callable[[Situation], None]) -> None:
    compare(SITUATIONS[name])
