"""Hooks of features, rules and the whole run that raise: errors of the set-up or teardown of scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.runner.behave.conftest import Pack


FEATURES = {
    "features/steps/steps.py": "from behave import step\n@step('it passes')\ndef passes(context): pass\n",
    "features/a.feature": """
Feature: a
  Scenario: one
    Given it passes
  Rule: r
    Scenario: two
      Given it passes
    Scenario: three
      Given it passes
""",
    "features/b.feature": "Feature: b\n  Scenario: four\n    Given it passes\n",
}


@pytest.mark.parametrize(
    ("hook", "errors"),
    {
        "before_all": [(name, "setup") for name in ("one", "r / two", "r / three", "four")],
        "before_feature": [(name, "setup") for name in ("one", "r / two", "r / three")],
        "before_rule": [("r / two", "setup"), ("r / three", "setup")],
        "after_rule": [("r / three", "teardown")],
        "after_feature": [("r / three", "teardown")],
        "after_all": [("four", "teardown")],
    }.items(),
)
def test_they_are_errors_of_set_up_and_teardown(pack: Pack, hook: str, errors: list[tuple[str, str]]) -> None:
    arguments = "context" if hook.endswith("all") else "context, entity"
    guard = "" if hook.endswith("all") else "if entity.name != 'b': "
    pack.write(FEATURES)
    pack.write({"features/environment.py": f"def {hook}({arguments}):\n    {guard}raise ValueError('no')\n"})

    phases, ran = pack.phases()

    assert [(phase.name, phase.when) for phase in phases] == errors, ran.output
    assert {phase.error for phase in phases} == {"ScenarioError"}
    assert {phase.text for phase in phases} == {
        f"hook {hook} raised an error: ValueError: no (features/environment.py:2)"
    }


def test_a_clean_up_of_a_feature_is_an_error_of_its_last_scenario(pack: Pack) -> None:
    pack.write(FEATURES)
    pack.write(
        {
            "features/environment.py": "def broken(): raise ValueError('no')\n"
            "def before_feature(context, feature): context.add_cleanup(broken)\n"
        }
    )

    phases, _ = pack.phases()

    assert [(phase.name, phase.when) for phase in phases] == [("r / three", "teardown"), ("four", "teardown")]
    assert phases[0].text == "clean-up of the feature raised an error: ValueError: no (features/environment.py:1)"


def test_any_assertion_in_a_step_shows_as_failure_and_any_error_of_set_up_as_error_in_junit_xml(pack: Pack) -> None:
    pack.write(FEATURES)
    pack.write({"features/environment.py": "def before_rule(context, rule): raise ValueError('no')\n"})

    pack.pytest("--junitxml=junit.xml")

    report = (pack.root / "junit.xml").read_text(encoding="utf-8")
    assert 'errors="2" failures="0"' in report
    assert 'message="failed on setup with &quot;hook before_rule raised an error: ValueError: no' in report
