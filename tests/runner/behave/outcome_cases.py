"""The packs behind test_scenario_outcomes: what a step or hook does, and what the scenario must end with."""

from __future__ import annotations

from tests.runner.behave.conftest import scenario

STEPS = """
import sys, types
import pytest
from behave import step, given
from behave.api.pending_step import StepNotImplementedError
from events import log
from qarunner import QarunnerError


class UITestFailure(Exception):
    pass

class MatchTimeout(UITestFailure):
    pass

# What a pack that uses stbt_core has loaded; here without its image processing.
sys.modules["stbt_core"] = types.SimpleNamespace(UITestFailure=UITestFailure)


@step("it passes")
def passes(context): pass

@step("it fails")
def fails(context): assert 1 == 2, "one is not two"

@step("it fails silently")
def fails_silently(context):
    assert context.text == "nothing"

@step("it breaks")
def breaks(context): raise ConnectionError("no route\\nto host")

@step("the image is missing")
def missing(context): raise MatchTimeout("Didn't find match for 'menu.png' within 10 seconds")

@step("pytest fails it")
def pytest_fails(context): pytest.fail("by hand")

@step("pytest skips it")
def pytest_skips(context):
    log("skipping")
    pytest.skip("no satellite dish")

@step("it leaves python")
def leaves(context): sys.exit(3)

@step("it is pending")
def pending(context): raise StepNotImplementedError("later")

@step("our error")
def ours(context): raise QarunnerError("no such image.", "Try another.")

@step("the steps")
def steps(context): context.execute_steps(context.text)

@step("a clean-up breaks")
def cleanup(context):
    def broken(): raise OSError("disk full")
    context.add_cleanup(broken)

@step("a clean-up skips")
def cleanup_skips(context): context.add_cleanup(pytest.skip, "too late")

@step("a number {number:d}")
def number(context, number): pass

@step("it caught a sub-step")
def caught(context):
    try: context.execute_steps("given it breaks")
    except AssertionError: pass
    assert False, "something else"
"""
ENVIRONMENT = """
import pytest
from events import log

def before_scenario(context, scenario):
    if "before_breaks" in scenario.tags: raise AssertionError("rig is off")
    if "before_skips" in scenario.tags: pytest.skip("not today")
    if "before_fails" in scenario.tags: pytest.fail("by hand")
    if "before_leaves" in scenario.tags: raise SystemExit(4)

def before_step(context, step):
    if "step_hook_breaks" in context.scenario.tags: raise ValueError("hook")

def after_step(context, step):
    if "step_hook_skips" in context.scenario.tags: pytest.skip("why here")

def after_scenario(context, scenario):
    log("after_scenario", scenario.name, scenario.status.name, len(context._stack))
    if "after_breaks" in scenario.tags: raise ValueError("left overs")
"""


SUB = 'Given the steps\n    """\n    Given it passes\n    Then {}\n    """'

CASES = {
    # name: feature, (exception, original, message), events
    "assertion": (
        scenario("Given it fails"),
        ("ScenarioFailed", "AssertionError", "step 'Given it fails' failed: one is not two (features/f.feature:4)"),
    ),
    "assertion without a message is quoted": (
        scenario("Given it fails silently"),
        (
            "ScenarioFailed",
            "AssertionError",
            "step 'Given it fails silently' failed: assert context.text == \"nothing\" (features/f.feature:4)",
        ),
    ),
    "stbt's failure": (
        scenario("Given it passes", "Then the image is missing"),
        (
            "ScenarioFailed",
            "MatchTimeout",
            (
                "step 'Then the image is missing' failed: MatchTimeout: Didn't find match for 'menu.png' within"
                " 10 seconds (features/f.feature:5)"
            ),
        ),
    ),
    "pytest.fail": (
        scenario("Given pytest fails it"),
        ("ScenarioFailed", "Failed", "step 'Given pytest fails it' failed: by hand (features/f.feature:4)"),
    ),
    "any other exception": (
        scenario("Given it breaks"),
        (
            "ScenarioError",
            "ConnectionError",
            "step 'Given it breaks' raised an error: ConnectionError: no route to host (features/f.feature:4)",
        ),
    ),
    "sys.exit": (
        scenario("Given it leaves python"),
        (
            "ScenarioError",
            "SystemExit",
            "step 'Given it leaves python' raised an error: SystemExit: 3 (features/f.feature:4)",
        ),
    ),
    "error of ours with its advice": (
        scenario("Given our error"),
        (
            "ScenarioError",
            "QarunnerError",
            "step 'Given our error' raised an error: QarunnerError: no such image. Try another. (features/f.feature:4)",
        ),
    ),
    "undefined step": (
        scenario("Given nobody knows"),
        (
            "ScenarioError",
            "NoneType",
            "step 'Given nobody knows' is undefined: no step definition fits it (features/f.feature:4)",
        ),
    ),
    "undefined step in another language, named as it is written": (
        "# language: de\nFunktionalität: f\n  Szenario: s\n    Angenommen niemand\n  Szenario: n\n    Wenn it passes\n",
        (
            "ScenarioError",
            "NoneType",
            "step 'Angenommen niemand' is undefined: no step definition fits it (features/f.feature:4)",
        ),
    ),
    "pending step": (
        scenario("Given it is pending"),
        (
            "ScenarioError",
            "StepNotImplementedError",
            "step 'Given it is pending' is pending: StepNotImplementedError: later (features/f.feature:4)",
        ),
    ),
    "sub-step that fails": (
        scenario(SUB.format("it fails")),
        (
            "ScenarioFailed",
            "AssertionError",
            "step 'Given the steps' failed: sub-step 'Then it fails' failed: one is not two (features/f.feature:4)",
        ),
    ),
    "sub-step that breaks is an error, though behave calls it failed": (
        scenario(SUB.format("it breaks")),
        (
            "ScenarioError",
            "ConnectionError",
            (
                "step 'Given the steps' raised an error: sub-step 'Then it breaks' raised an error: ConnectionError:"
                " no route to host (features/f.feature:4)"
            ),
        ),
    ),
    "sub-step that is undefined": (
        scenario(SUB.format("nobody knows")),
        (
            "ScenarioError",
            "NoneType",
            (
                "step 'Given the steps' raised an error: sub-step 'Then nobody knows' is undefined:"
                " no step definition fits it (features/f.feature:4)"
            ),
        ),
    ),
    "sub-step of which the trouble is caught": (
        scenario("Given it caught a sub-step"),
        (
            "ScenarioFailed",
            "AssertionError",
            "step 'Given it caught a sub-step' failed: something else (features/f.feature:4)",
        ),
    ),
    "before_scenario that asserts is an error, never a fail": (
        scenario("Given it passes", tags="@before_breaks"),
        ("ScenarioError", "HookError", "hook before_scenario raised an error: rig is off (features/environment.py:6)"),
    ),
    "before_scenario that calls pytest.fail": (
        scenario("Given it passes", tags="@before_fails"),
        ("ScenarioError", "HookError", "hook before_scenario raised an error: by hand (features/environment.py:8)"),
    ),
    "before_scenario that leaves python": (
        scenario("Given it passes", tags="@before_leaves"),
        (
            "ScenarioError",
            "HookError",
            "hook before_scenario raised an error: SystemExit: 4 (features/environment.py:9)",
        ),
    ),
    "before_step": (
        scenario("Given it passes", tags="@step_hook_breaks"),
        (
            "ScenarioError",
            "HookError",
            "hook before_step raised an error: ValueError: hook (features/environment.py:12)",
        ),
    ),
    "after_scenario": (
        scenario("Given it passes", tags="@after_breaks"),
        (
            "ScenarioError",
            "HookError",
            "hook after_scenario raised an error: ValueError: left overs (features/environment.py:19)",
        ),
    ),
    "pytest.skip where nothing can be skipped": (
        scenario("Given it passes", tags="@step_hook_skips"),
        (
            "ScenarioError",
            "HookError",
            "hook after_step raised an error: RuntimeError: pytest.skip('why here') skips nothing in after_step",
        ),
    ),
    "clean-up": (
        scenario("Given a clean-up breaks"),
        (
            "ScenarioError",
            "HookError",
            "clean-up of the scenario raised an error: OSError: disk full (features/steps/steps.py:58)",
        ),
    ),
    "clean-up that calls pytest.skip": (
        scenario("Given a clean-up skips"),
        ("ScenarioError", "HookError", "clean-up of the scenario raised an error: Skipped: too late"),
    ),
    "a failed step outranks what went wrong after it": (
        scenario("Given a clean-up breaks", "Then it fails", tags="@after_breaks"),
        (
            "ScenarioFailed",
            "AssertionError",
            (
                "step 'Then it fails' failed: one is not two (features/f.feature:5)."
                " hook after_scenario raised an error: ValueError: left overs (features/environment.py:19)."
                " clean-up of the scenario raised an error: OSError: disk full (features/steps/steps.py:58)"
            ),
        ),
    ),
}
