"""Scenarios run again in one session: repeated, retried, shuffled, for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.runner.behave.conftest import Pack

PACK = {
    "features/environment.py": """
from events import log
def before_all(context): log("before_all")
def after_all(context): log("after_all")
def before_feature(context, feature):
    log("before", feature.name)
    if "skipped" in feature.tags: feature.skip("not here")
def after_feature(context, feature): log("after", feature.name, feature.status.name)
def before_rule(context, rule): log("before", rule.name)
def after_rule(context, rule): log("after", rule.name, rule.status.name)
def before_scenario(context, scenario):
    if "skips_itself" in scenario.tags: scenario.mark_skipped()
def after_scenario(context, scenario):
    row = context.active_outline
    log(scenario.name, scenario.status.name, row.cells if row else "")
""",
    "features/steps/steps.py": """
import events
from behave import step
executions = events.__dict__.setdefault("executions", {})  # outlives this module, which is loaded again

@step("it passes")
def passes(context): pass

@step("it is left the first time")
def left(context):
    if executions.setdefault("left", True):
        executions["left"] = False
        context.scenario.skip("not yet")

@step("it passes the second time")
def second(context):
    name = context.scenario.name
    executions[name] = executions.get(name, 0) + 1
    if executions[name] == 1: raise ConnectionError("first time")
""",
    "features/a.feature": """
Feature: A
  Scenario: a1
    Given it passes
  Scenario: a2
    Given it passes the second time
    Then it passes
  Scenario: a4
    Given it is left the first time
    When it passes
  @skips_itself
  Scenario: a3
    Given it passes
""",
    "features/b.feature": """
Feature: B
  Scenario Outline: b
    Given it passes
    Examples:
      | n |
      | 1 |
      | 2 |
  Rule: R
    Scenario: b3
      Given it passes
""",
}
# The runner's loop in small: a list of names decides what runs, with pytest's own protocol.
LOOP = """
import pytest
from _pytest.runner import runtestprotocol

class Sibling(pytest.Item):
    def runtest(self): pass

def pytest_runtestloop(session):
    by_name = {{item.name.partition(" -- ")[2] or item.name: item for item in session.items}}
    order = [by_name[name] for name in {order!r}]
    for item, following in zip(order, [*order[1:], None]):
        if following is item:
            following = Sibling.from_parent(item.parent, name="again")
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        runtestprotocol(item, nextitem=following)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
"""


def run(pack: Pack, *order: str) -> dict[str, int]:
    pack.write(PACK)
    pack.write({"conftest.py": LOOP.format(order=list(order))})
    return pack.pytest().outcomes()


def test_a_scenario_runs_again_from_the_beginning(pack: Pack) -> None:
    assert run(pack, "a1", "a2", "a2", "a3", "a3") == {"passed": 2, "failed": 1, "skipped": 2}
    assert pack.events() == [
        "before_all",
        "before A",
        "a1 passed ",
        "a2 error ",
        "a2 passed ",
        "a3 skipped ",
        "a3 skipped ",
        "after A passed",
        "after_all",
    ]


def test_a_row_of_an_outline_keeps_its_row(pack: Pack) -> None:
    assert run(pack, "@1.2", "@1.2") == {"passed": 2}
    assert [line for line in pack.events() if line.startswith("b --")] == ["b -- @1.2  passed ['2']"] * 2


def test_features_in_turn_are_entered_and_left_each_time_as_new(pack: Pack) -> None:
    assert run(pack, "a2", "R / b3", "a2", "a1", "@1.1", "R / b3") == {"failed": 1, "passed": 5}
    assert pack.events() == [
        "before_all",
        "before A",
        "a2 error ",
        "after A error",
        "before B",
        "before R",
        "b3 passed ",
        "after R passed",
        "after B passed",
        "before A",
        "a2 passed ",
        "a1 passed ",
        "after A passed",
        "before B",
        "b -- @1.1  passed ['1']",
        "before R",
        "b3 passed ",
        "after R passed",
        "after B passed",
        "after_all",
    ]


def test_a_scenario_that_left_itself_runs_when_its_feature_is_entered_again(pack: Pack) -> None:
    assert run(pack, "a4", "R / b3", "a4") == {"skipped": 1, "passed": 2}
    assert [line for line in pack.events() if line.startswith("a4")] == ["a4 skipped ", "a4 passed "]


def test_a_skipped_feature_stays_skipped_when_its_scenarios_are_repeated(pack: Pack) -> None:
    pack.write(PACK)
    pack.write(
        {
            "features/a.feature": "@skipped" + PACK["features/a.feature"],
            "conftest.py": LOOP.format(order=["a1", "a1", "@1.1", "a1"]),
        }
    )

    assert pack.pytest().outcomes() == {"skipped": 3, "passed": 1}
    assert [line for line in pack.events() if line.startswith("a1")] == []


def test_a_scenario_that_runs_after_the_end_of_all_begins_all_anew(pack: Pack) -> None:
    """As when the last testcase is retried after its teardown: what was ended has to begin again, in pairs."""
    pack.write(PACK)
    pack.write(
        {
            "conftest.py": """
from _pytest.runner import runtestprotocol

def pytest_runtestloop(session):
    item = next(item for item in session.items if item.name == "a2")
    for _ in range(2):
        runtestprotocol(item, nextitem=None)
    return True
"""
        }
    )

    assert pack.pytest().outcomes() == {"failed": 1, "passed": 1}
    assert pack.events() == [
        "before_all",
        "before A",
        "a2 error ",
        "after A error",
        "after_all",
        "before_all",
        "before A",
        "a2 passed ",
        "after A passed",
        "after_all",
    ]


@pytest.mark.parametrize("option", ["-x", "--maxfail=1"])
def test_hooks_at_the_end_run_once_when_the_session_stops_early(pack: Pack, option: str) -> None:
    pack.write(PACK)

    assert pack.pytest(option).outcomes() == {"passed": 1, "failed": 1}
    assert pack.events() == ["before_all", "before A", "a1 passed ", "a2 error ", "after A error", "after_all"]


def test_a_scenario_that_was_not_chosen_at_first_can_run_later(pack: Pack) -> None:
    """As when a plugin of a pack decides while the session runs what runs next."""
    pack.write(PACK)
    loop = LOOP.format(order=["a1", "R / b3", "@1.1"])
    pack.write({"conftest.py": loop.replace("    for item,", "    del session.items[1:]\n    for item,")})

    assert pack.pytest().outcomes() == {"passed": 3}
    assert [line for line in pack.events() if line.endswith("passed ") or "@" in line] == [
        "a1 passed ",
        "b3 passed ",
        "b -- @1.1  passed ['1']",
    ]
