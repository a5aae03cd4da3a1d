"""Tag expressions, fixtures by tag and by step, clean-ups on every layer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.runner.behave.same_events.conftest import AFTER, PLAIN, RULES, Situation

SITUATIONS = {
    "tag expression with and": Situation([PLAIN, RULES], "first rule", arguments=["--tags=feature_tag and one"]),
    "tag expression with not": Situation([PLAIN, RULES, AFTER], "second", arguments=["--tags=not @one"]),
    "two tag expressions": Situation([PLAIN, RULES], "in the first rule", arguments=["--tags=one", "--tags=rule_tag"]),
    "tags with a wildcard": Situation([PLAIN, RULES, AFTER], "first", arguments=["--tags=o*"]),
    "tag expression that excludes a whole feature": Situation(
        [PLAIN, AFTER], "third", arguments=["--tags=not feature_tag"]
    ),
    "tag expression that excludes all scenarios of a feature, whose hooks run all the same": Situation(
        [
            """
        Feature: nothing left
          @slow
          Scenario: a
            Given it passes
          Rule: nothing left either
            @slow
            Scenario: b
              Given it passes
        """,
            AFTER,
        ],
        "before_feature 'nothing left'",
        arguments=["--tags=not slow"],
    ),
    "tag expression that excludes single rows": Situation(
        [
            """
        Feature: f
          Scenario Outline: o
            Given it says "<w>"
            @in
            Examples:
              | w |
              | a |
            @out
            Examples:
              | w |
              | b |
        """
        ],
        "say a",
        arguments=["--tags=not out"],
    ),
    "skip tag without an expression": Situation([PLAIN.replace("@one", "@skip"), AFTER], "say hello"),
    "skip tag with an expression": Situation(
        [PLAIN.replace("@one", "@skip"), AFTER], "second", arguments=["--tags=~@skip"]
    ),
    "xfail tag": Situation([PLAIN.replace("@one", "@xfail").replace("it passes", "it fails")], "before_tag xfail"),
    "fixtures by tag on every level": Situation(
        [RULES.replace("@feature_tag", "@fixture.box").replace("@one", "@fixture.radio"), AFTER], "fixture down radio"
    ),
    "unknown fixture tag": Situation([PLAIN.replace("@one", "@fixture.unknown"), AFTER], "before_tag fixture.unknown"),
    "fixture used by a step": Situation(
        [
            """
        Feature: f
          Scenario: a
            Given a fixture is used
            And a clean-up is added
            And a clean-up of the feature is added
            And it fails
          Scenario: b
            Given it passes
        """
        ],
        "lamp off",
    ),
    "fixture used by hooks": Situation(
        [RULES, AFTER],
        "fixture down before_rule",
        plan="""
        import environment_fixtures
        if hook in ("before_all", "before_feature", "before_rule", "before_scenario"):
            environment_fixtures.use(context, hook)
        """,
        files={
            "features/environment_fixtures.py": """
            from behave import fixture, use_fixture
            from events import log
            @fixture
            def f(context, name):
                log("fixture up", name)
                yield
                log("fixture down", name)
            def use(context, name): use_fixture(f, context, name)
            """
        },
    ),
    "clean-up of a scenario that breaks": Situation(
        [
            """
        Feature: f
          Scenario: a
            Given a clean-up is added
            And a clean-up breaks
          Scenario: b
            Given it passes
        """
        ],
        "clean-up that breaks",
    ),
    "clean-up of a feature that breaks": Situation(
        [PLAIN, AFTER],
        "third",
        plan="""
        if hook == "before_feature":
            def broken(): raise RuntimeError("broken")
            context.add_cleanup(broken)
        """,
    ),
    "clean-up of all that breaks": Situation(
        [PLAIN],
        "after_all",
        plan="""
        if hook == "before_all":
            def broken(): raise RuntimeError("broken")
            context.add_cleanup(broken)
        """,
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_pytest_gives_the_same_events_as_the_behave_command(name: str, compare: Callable[[Situation], None]) -> None:
    compare(SITUATIONS[name])
