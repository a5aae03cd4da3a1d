"""What is told of steps: the log of each item, listeners as steps begin and end, attachments, context attributes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from qarunner.results import Step
from qarunner.runner.behave import StepEntry

if TYPE_CHECKING:
    from tests.runner.behave.conftest import Pack

STEPS = """
import time
from behave import step
from behave.api.pending_step import StepNotImplementedError
from events import log

@step("it passes")
def passes(context): log("run")

@step("it takes a while")
def takes_a_while(context): time.sleep(0.05)

@step("it fails")
def fails(context): assert False, "one\\n\\n  two"

@step("it is pending")
def pending(context): raise StepNotImplementedError("later")

@step("the rest is left")
def left(context): context.scenario.skip("enough")

@step("the steps")
def steps(context): context.execute_steps(context.text)

@step("a screenshot is attached")
def attach(context): context.attach("image/png", b"\\x89PNG")
"""
# Writes down, as JSON, the step log of each item and what listeners were told.
CONFTEST = """
import json, pytest
from dataclasses import asdict
from events import log
from qarunner.runner.behave import BEHAVE_SETTINGS, STEP_LOG, BehaveSettings

def pytest_configure(config):
    config.stash[BEHAVE_SETTINGS] = BehaveSettings(
        on_step_start=lambda entry: log("start", entry.keyword, entry.name, entry.status, entry.started is not None),
        on_step=lambda entry: log("end", entry.keyword, entry.name, entry.status, entry.message),
        on_attachment=lambda kind, data: log("attached", kind, data),
    )

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        log(json.dumps([asdict(entry) for entry in item.stash[STEP_LOG]]))
    return report
"""


@pytest.fixture
def told(pack: Pack) -> Pack:
    pack.write(
        {"features/steps/steps.py": STEPS, "conftest.py": "import sys\nsys.path.insert(0, 'features')\n" + CONFTEST}
    )
    return pack


def logs(pack: Pack) -> list[list[dict[str, Any]]]:
    return [json.loads(line) for line in pack.events() if line.startswith("[")]


def test_the_log_has_every_step_in_order_with_its_status_and_message(told: Pack) -> None:
    told.write(
        {
            "features/f.feature": """
Feature: f
  Background:
    Given it passes
  Scenario: s
    When it takes a while
    Then it fails
    And nobody knows
    * it passes
"""
        }
    )

    told.pytest()

    (log,) = logs(told)
    assert [(step["keyword"], step["name"], step["status"], step["location"], step["message"]) for step in log] == [
        ("Given", "it passes", "passed", "features/f.feature:4", ""),
        ("When", "it takes a while", "passed", "features/f.feature:6", ""),
        ("Then", "it fails", "failed", "features/f.feature:7", "one two"),
        ("And", "nobody knows", "undefined", "features/f.feature:8", ""),
        ("*", "it passes", "skipped", "features/f.feature:9", ""),
    ]
    starts = [step["started"] for step in log]
    assert starts[:3] == sorted(starts[:3])
    assert starts[3:] == [None, None]
    assert log[1]["duration"] >= 0.05
    assert log[2]["started"] >= log[1]["started"] + log[1]["duration"]
    assert log[4]["duration"] == 0


@pytest.mark.parametrize(
    ("steps", "statuses", "message"),
    [
        (["it is pending", "it passes"], ["pending", "skipped"], "StepNotImplementedError: later"),
        (["nobody knows", "it passes"], ["undefined", "skipped"], "no step definition fits it"),
        (["it passes", "the rest is left", "it fails"], ["passed", "skipped", "skipped"], ""),
    ],
)
def test_the_log_uses_behaves_own_words(told: Pack, steps: list[str], statuses: list[str], message: str) -> None:
    told.write({"features/f.feature": "Feature: f\n  Scenario: s\n" + "".join(f"    Given {step}\n" for step in steps)})

    told.pytest()

    (log,) = logs(told)
    assert [step["status"] for step in log] == statuses
    assert log[0]["message"] == message


def test_steps_of_a_scenario_whose_hook_fails_are_in_the_log_and_were_never_reached(told: Pack) -> None:
    told.write(
        {
            "features/f.feature": "Feature: f\n  Scenario: s\n    Given it passes\n    When it fails\n",
            "features/environment.py": "def before_scenario(context, scenario): raise ValueError\n",
        }
    )

    told.pytest()

    (log,) = logs(told)
    assert [(step["status"], step["started"]) for step in log] == [("untested", None), ("untested", None)]


def test_a_step_with_a_broken_hook_says_so(told: Pack) -> None:
    told.write(
        {
            "features/f.feature": "Feature: f\n  Scenario: s\n    Given it passes\n",
            "features/environment.py": "def after_step(context, step): raise ValueError('x')\n",
        }
    )

    told.pytest()

    (log,) = logs(told)
    assert log[0]["status"] == "hook_error"
    assert log[0]["message"] == "hook after_step raised an error: ValueError: x (features/environment.py:1)"


def test_listeners_hear_of_steps_as_they_happen_and_not_of_sub_steps(told: Pack) -> None:
    told.write(
        {
            "features/f.feature": '''
Feature: f
  Scenario: s
    Given the steps
      """
      Given it passes
      """
    And a screenshot is attached
    Then it fails
    And it passes
'''
        }
    )

    told.pytest()

    assert [line for line in told.events() if not line.startswith("[")] == [
        "start Given the steps executing True",
        "run",
        "end Given the steps passed ",
        "start And a screenshot is attached executing True",
        "attached image/png b'\\x89PNG'",
        "end And a screenshot is attached passed ",
        "start Then it fails executing True",
        "end Then it fails failed one two",
    ]


def test_an_entry_becomes_a_record_of_the_result_with_times_from_its_start() -> None:
    entry = StepEntry("Given", "it passes", "passed", started=103.5, duration=0.5, location="f.feature:3")
    never = StepEntry("Then", "it fails", "skipped", message="x")

    assert entry.record(100.0) == Step(
        keyword="Given", name="it passes", status="passed", started=3.5, duration=0.5, location="f.feature:3"
    )
    assert never.record(100.0) == Step(keyword="Then", name="it fails", status="skipped", message="x")


class TestContextAttributes:
    CONFTEST = """
from qarunner.runner.behave import BEHAVE_SETTINGS, BehaveSettings

calls = []

def attributes():
    calls.append(1)
    return {"node": "living-room", "number": len(calls)}

def pytest_configure(config):
    config.stash[BEHAVE_SETTINGS] = BehaveSettings(context_attributes=attributes)
"""
    FEATURE = """
Feature: f
  Scenario: a
    Given it is told
  Rule: r
    Scenario: b
      Given it is told
"""

    def test_hooks_and_steps_of_every_level_see_them(self, pack: Pack) -> None:
        pack.write(
            {
                "conftest.py": self.CONFTEST,
                "features/f.feature": self.FEATURE,
                "features/steps/steps.py": "from behave import step\nfrom events import log\n"
                "@step('it is told')\ndef told(context): log('step', context.node, context.number)\n",
                "features/environment.py": "from events import log\n"
                "def before_all(context): log('all', context.node, context.number)\n"
                "def before_feature(context, feature): log('feature', context.node, context.number)\n"
                "def before_rule(context, rule): log('rule', context.node, context.number)\n"
                "def before_scenario(context, scenario): log('scenario', context.node, context.number)\n"
                "def after_all(context): log('after all', context.node)\n",
            }
        )

        assert pack.pytest().outcomes() == {"passed": 2}
        assert pack.events() == [
            "all living-room 1",
            "feature living-room 2",
            "scenario living-room 3",
            "step living-room 3",
            "rule living-room 4",
            "scenario living-room 5",
            "step living-room 5",
            "after all living-room",
        ]

    def test_a_hook_may_put_its_own_in_their_place(self, pack: Pack) -> None:
        pack.write(
            {
                "conftest.py": self.CONFTEST,
                "features/f.feature": self.FEATURE,
                "features/steps/steps.py": "from behave import step\nfrom events import log\n"
                "@step('it is told')\ndef told(context): log(context.node)\n",
                "features/environment.py": "def before_all(context): context.node = 'kitchen'\n"
                "def before_rule(context, rule): context.node = 'attic'\n",
            }
        )

        ran = pack.pytest()

        assert ran.outcomes()["passed"] == 2, ran.output
        assert pack.events() == ["kitchen", "attic"]
        # behave's own warning when an attribute hides another one.
        assert "user code is masking context attribute 'node'" in ran.output


def test_masking_an_attribute_warns_as_behave_does(pack: Pack) -> None:
    pack.write(
        {
            "features/f.feature": "Feature: f\n  Scenario: s\n    Given x\n",
            "features/steps/steps.py": "from behave import step\n@step('x')\ndef x(context): context.feature = 1\n",
        }
    )

    by_pytest = pack.pytest("-W", "always").output
    by_behave = pack.behave("features", "--no-capture").output

    warning = "ContextMaskWarning: user code is masking context attribute 'feature' originally set by behave"
    assert warning in by_behave
    assert warning in by_pytest
    assert "features/steps/steps.py:3" in by_pytest
