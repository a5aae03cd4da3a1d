"""Ctrl-C, time limits and `pytest.exit` inside steps and hooks: what ends, and which hooks still run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.runner.behave.conftest import scenario

if TYPE_CHECKING:
    from tests.runner.behave.conftest import Pack


STEPS = """
import pytest
from behave import step
from events import log

class TimeIsUp(KeyboardInterrupt): pass

@step("it passes")
def passes(context): log("pass")

@step("Ctrl-C")
def ctrl_c(context): raise KeyboardInterrupt

@step("time is up")
def time_is_up(context): raise TimeIsUp("after 3 s")

@step("pytest is left")
def left(context): pytest.exit("enough", returncode=9)
"""
ENVIRONMENT = """
from events import log
def before_scenario(context, scenario):
    if "in_hook" in scenario.tags:
        from steps import TimeIsUp
        raise TimeIsUp
def after_scenario(context, scenario):
    log("after_scenario", scenario.name, scenario.status.name)
    assert len(context._stack) == 3, "a layer of an earlier scenario was left open"
def after_feature(context, feature): log("after_feature")
def after_all(context): log("after_all")
"""
# What the runner does with a time limit: the interrupt of one testcase does not end the others.
CONFTEST = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    try:
        return (yield)
    except KeyboardInterrupt as interrupt:
        if type(interrupt) is KeyboardInterrupt: raise
        raise TimeoutError(f"limit: {type(interrupt).__name__} {interrupt}")
"""


def build(pack: Pack, step: str, tags: str = "") -> None:
    pack.write(
        {
            "features/steps/steps.py": STEPS,
            "features/environment.py": ENVIRONMENT.replace(
                "from steps import TimeIsUp", "class TimeIsUp(KeyboardInterrupt): pass"
            ),
            "features/f.feature": scenario("Given it passes", f"When {step}", "Then it passes", tags=tags),
            "conftest.py": CONFTEST,
        }
    )


def test_ctrl_c_in_a_step_ends_the_session_after_the_hooks(pack: Pack) -> None:
    build(pack, "Ctrl-C")

    ran = pack.pytest()

    assert ran.code == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in ran.output
    assert pack.events() == ["pass", "after_scenario s error", "after_feature", "after_all"]


def test_ctrl_c_gives_the_same_events_as_the_behave_command(pack: Pack) -> None:
    build(pack, "Ctrl-C")

    pack.behave("features")

    assert pack.events() == ["pass", "after_scenario s error", "after_feature", "after_all"]


@pytest.mark.parametrize(("step", "tags", "done"), [("time is up", "", ["pass"]), ("it passes", "@in_hook", [])])
def test_an_interrupt_of_a_class_of_its_own_ends_one_scenario(
    pack: Pack, step: str, tags: str, done: list[str]
) -> None:
    build(pack, step, tags)

    phases, ran = pack.phases()

    assert ran.outcomes() == {"failed": 1, "passed": 1}, ran.output
    assert phases[0].error == "TimeoutError"
    assert phases[0].text.startswith("limit: TimeIsUp")
    assert pack.events() == [
        *done,
        "after_scenario s " + ("error" if done else "hook_error"),
        "pass",
        "after_scenario the next one passed",
        "after_feature",
        "after_all",
    ]


def test_a_scenario_that_was_ended_from_outside_shows_its_steps_and_where_it_was(pack: Pack) -> None:
    build(pack, "time is up")

    output = pack.pytest().output

    assert "> error     When time is up  features/f.feature:5" in output
    assert "scenario 's' was ended: TimeoutError: limit: TimeIsUp after 3 s" in output
    assert "features/steps/steps.py:15: in time_is_up" in output
    assert "_pytest/runner.py" not in output


def test_pytest_exit_in_a_step_ends_the_session_with_its_code(pack: Pack) -> None:
    build(pack, "pytest is left")

    ran = pack.pytest()

    assert ran.code == 9
    assert "enough" in ran.output
    assert pack.events() == ["pass", "after_scenario s error", "after_feature", "after_all"]


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ("class TimeIsUp(KeyboardInterrupt): pass\nraise TimeIsUp\n", "behave could not be started: TimeIsUp"),
        (
            "class TimeIsUp(KeyboardInterrupt): pass\ndef before_all(context): raise TimeIsUp\n",
            "hook before_all was interrupted",
        ),
    ],
)
def test_scenarios_after_an_interrupted_start_are_errors(pack: Pack, environment: str, text: str) -> None:
    build(pack, "it passes")
    pack.write(
        {
            "features/environment.py": environment,
            "conftest.py": CONFTEST.replace("pytest_runtest_call", "pytest_runtest_setup"),
        }
    )

    phases, ran = pack.phases()

    assert ran.outcomes() == {"error": 2}, ran.output
    assert phases[0].text == "limit: TimeIsUp "
    assert phases[1].text.startswith(text)
    assert pack.events() == []


@pytest.mark.parametrize(
    ("hook", "name"), [("before_feature", "<FeatureFile f.feature>"), ("before_rule", "<RuleCollector r>")]
)
def test_scenarios_after_an_interrupted_set_up_of_their_feature_or_rule_are_errors(
    pack: Pack, hook: str, name: str
) -> None:
    build(pack, "it passes")
    pack.write(
        {
            "features/f.feature": "Feature: f\n  Rule: r\n    Scenario: s\n    Scenario: t\n",
            "features/g.feature": "Feature: g\n  Scenario: u\n",
            "features/environment.py": "from events import log\nclass TimeIsUp(KeyboardInterrupt): pass\n"
            f"def {hook}(context, entity):\n    if entity.name in 'fr': raise TimeIsUp\n"
            "def after_feature(context, feature): log(feature.name, feature.status.name)\n",
            "conftest.py": CONFTEST.replace("pytest_runtest_call", "pytest_runtest_setup"),
        }
    )

    phases, ran = pack.phases()

    assert ran.outcomes() == {"error": 2, "passed": 1}, ran.output
    assert [phase.text for phase in phases] == ["limit: TimeIsUp ", f"the set-up of {name} was interrupted"]
    assert pack.events() == ["f hook_error" if hook == "before_feature" else "f error", "g passed"]


def test_attributes_that_cannot_be_had_are_an_error_and_behave_is_not_half_started(pack: Pack) -> None:
    build(pack, "it passes")
    pack.write(
        {
            "conftest.py": """
from qarunner.runner.behave import BEHAVE_SETTINGS, BehaveSettings

def attributes(): raise OSError("no device")

def pytest_configure(config): config.stash[BEHAVE_SETTINGS] = BehaveSettings(context_attributes=attributes)
"""
        }
    )

    phases, ran = pack.phases()

    assert ran.outcomes() == {"error": 2}, ran.output
    assert [phase.error for phase in phases] == ["OSError", "OSError"]
    assert pack.events() == ["after_all"]


def test_a_plain_keyboard_interrupt_can_be_taken_back(pack: Pack) -> None:
    build(pack, "Ctrl-C")
    pack.write(
        {
            "conftest.py": """
import pytest
from qarunner.runner.behave.runtime import reset_aborted

@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    try:
        return (yield)
    except KeyboardInterrupt:
        reset_aborted(item.config)
        raise TimeoutError
"""
        }
    )

    assert pack.pytest().outcomes() == {"failed": 1, "passed": 1}
    assert pack.events()[2:] == ["pass", "after_scenario the next one passed", "after_feature", "after_all"]


def test_an_interrupt_between_two_steps_leaves_behave_in_order(pack: Pack) -> None:
    build(pack, "it passes")
    pack.write(
        {
            "conftest.py": CONFTEST
            + """
from qarunner.runner.behave import BEHAVE_SETTINGS, BehaveSettings

class TimeIsUp(KeyboardInterrupt): pass

def step_ended(entry):
    if entry.name == "it passes" and entry.keyword == "When": raise TimeIsUp("in between")

def pytest_configure(config): config.stash[BEHAVE_SETTINGS] = BehaveSettings(on_step=step_ended)
"""
        }
    )

    phases, ran = pack.phases()

    assert ran.outcomes() == {"failed": 1, "passed": 1}, ran.output
    assert phases[0].text == "limit: TimeIsUp in between"
    assert pack.events() == [
        "pass",
        "pass",
        "after_scenario s untested",
        "pass",
        "after_scenario the next one passed",
        "after_feature",
        "after_all",
    ]


def test_context_abort_stops_the_session(pack: Pack) -> None:
    pack.write(
        {
            "features/steps/steps.py": "from behave import step\n@step('stop')\ndef stop(c): c.abort('fire')\n",
            "features/f.feature": "Feature: f\n  Scenario: a\n    Given stop\n  Scenario: b\n    Given stop\n",
        }
    )

    ran = pack.pytest()

    assert ran.code == pytest.ExitCode.INTERRUPTED
    assert ran.outcomes() == {"passed": 1}, ran.output
    assert "context.abort() was called" in ran.output
