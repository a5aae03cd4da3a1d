"""Features of every shape: backgrounds, rules, outlines, tables, texts, languages, folders."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.runner.behave.same_events.conftest import AFTER, PLAIN, RULES, Situation

SITUATIONS = {
    "two plain features": Situation([PLAIN, AFTER], "after_all"),
    "no environment file": Situation([PLAIN], "say hello", without_environment=True),
    "background": Situation(
        [
            """
        Feature: f
          Background:
            Given it says "first of all"
          Scenario: a
            Given it passes
          Scenario: no steps of its own
        """
        ],
        "say first of all",
    ),
    "rules with their own backgrounds, and an outline": Situation([RULES, AFTER], "say rule background"),
    "outline with two tables of examples, placeholders in names, tags, tables and texts": Situation(
        [
            """
        Feature: f
          Background:
            Given it says "<word> of the background"
          @o @tag_<word>
          Scenario Outline: say <word> <number>
            When it says "<word>"
            Then there are
              | <word> | fixed    |
              | cell   | <number> |
            And it reads
              \"\"\"
              <word> and
                <number>
              \"\"\"
            @ex_<number>
            Examples: Of <word>
              | word | number |
              | b::b | 1      |
              | ü "q" / [x] | 2 |
            @second
            Examples:
              | word | number |
              | c    | 3      |
          Scenario: after it
            Given it passes
        """
        ],
        "say b::b",
    ),
    "outline of which a row fails": Situation(
        [
            """
        Feature: f
          Scenario Outline: o
            Given <step>
            Examples:
              | step      |
              | it passes |
              | it fails  |
        """
        ],
        "after_feature 'f' failed",
    ),
    "tables and texts": Situation(
        [
            """
        Feature: f
          Scenario: a
            Given there are
              | name | age |
              | a\\|b | 1   |
            And it reads
              \"\"\"
              two
                lines
              \"\"\"
            And it passes
        """
        ],
        "table",
    ),
    "attributes of the context end with their layer": Situation(
        [RULES],
        "known a True",
        plan="""
        from events import log
        names = [name for name in ("of_feature", "of_rule", "of_scenario") if name in context]
        if hook.startswith(("before_", "after_")) and "step" not in hook:
            log("known", *names)
        if hook in ("before_feature", "before_rule", "before_scenario"):
            setattr(context, hook.replace("before", "of"), 1)
        log("known a True")
        """,
    ),
    "a feature in another language": Situation(
        [
            """
        # language: de
        Funktionalität: f
          Grundlage:
            Angenommen it says "Grundlage"
          Szenario: a
            Wenn it passes
            Dann it fails
          Szenariogrundriss: b <x>
            Wenn it says "<x>"
            Beispiele: B
              | x |
              | ä |
        """
        ],
        "say ä",
    ),
    "features in folders": Situation(
        [PLAIN],
        "third",
        files={"features/z/deep/b.feature": AFTER, "features/a/a.feature": AFTER.replace("third", "zeroth")},
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_pytest_gives_the_same_events_as_the_behave_command(name: str, compare: Callable[[Situation], None]) -> None:
    compare(SITUATIONS[name])
