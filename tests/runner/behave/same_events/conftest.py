"""The pack whose events are compared, and the comparison.

The pack writes what happens to a file: every hook with the status of what it is about, the depth of the context and
what is set on it, every step, fixture and clean-up. Both commands run the same pack, in processes of their own.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.runner.behave.conftest import Pack, Ran

ENVIRONMENT = """
import plan
from events import log
from behave import fixture, use_fixture
from behave.fixture import use_fixture_by_tag
from behave.model import Scenario


def tell(context, hook, entity):
    row = context.active_outline
    log(hook, repr(entity.name), entity.status.name, entity.hook_failed, len(context._stack), sorted(context.tags),
        row.cells if row is not None else "-", context.failed, context.aborted)
    plan.act(context, hook, entity)


@fixture
def box(context, name="box"):
    log("fixture up", name)
    yield name
    log("fixture down", name)


def before_all(context):
    log("before_all", sorted(context.config.userdata.items()), len(context._stack))
    context.add_cleanup(log, "clean-up of all")
    plan.act(context, "before_all", None)


def after_all(context):
    log("after_all", context.failed, context.aborted, len(context._stack))
    plan.act(context, "after_all", None)


def before_tag(context, tag):
    log("before_tag", tag)
    if tag.startswith("fixture."):
        use_fixture_by_tag(tag, context, {"fixture.box": box, "fixture.radio": (box, ("radio",), {})})
    plan.act(context, "before_tag", tag)


def after_tag(context, tag):
    log("after_tag", tag)
    plan.act(context, "after_tag", tag)


def before_feature(context, feature): tell(context, "before_feature", feature)
def after_feature(context, feature): tell(context, "after_feature", feature)
def before_rule(context, rule): tell(context, "before_rule", rule)
def after_rule(context, rule): tell(context, "after_rule", rule)
def before_scenario(context, scenario): tell(context, "before_scenario", scenario)
def after_scenario(context, scenario): tell(context, "after_scenario", scenario)


def before_step(context, step):
    log("before_step", step.name)
    plan.act(context, "before_step", step)


def after_step(context, step):
    log("after_step", step.name, step.status.name)
    plan.act(context, "after_step", step)
"""

STEPS = """
import asyncio
from behave import step, use_fixture, fixture
from behave.api.pending_step import StepNotImplementedError
from events import log


@step("it passes")
def passes(context): log("pass")

@step("it fails")
def fails(context): assert False, "as it should"

@step("it breaks")
def breaks(context): raise RuntimeError("as it should")

@step("it is pending")
def pending(context): raise StepNotImplementedError("later")

@step('it says "{word}"')
def says(context, word): log("say", word)

@step("there are")
def table(context): log("table", context.table.headings, [row.cells for row in context.table])

@step("it reads")
def text(context): log("text", repr(context.text))

@step("these steps run")
def these(context):
    context.execute_steps(context.text)
    log("text again", repr(context.text))

@step("it waits")
async def waits(context):
    await asyncio.sleep(0)
    log("waited")

@step("it waits and fails")
async def waits_and_fails(context):
    await asyncio.sleep(0)
    assert False

@step("the scenario is left")
def left(context): context.scenario.skip("enough")

@step("the feature is left")
def feature_left(context): context.feature.skip("enough")

@step("a clean-up is added")
def cleanup(context): context.add_cleanup(log, "clean-up of a step")

@step("a clean-up of the feature is added")
def cleanup_feature(context): context.add_cleanup(log, "clean-up of the feature", layer="feature")

@step("a clean-up breaks")
def cleanup_breaks(context):
    def broken():
        log("clean-up that breaks")
        raise RuntimeError("broken")
    context.add_cleanup(broken)

@step("a fixture is used")
def uses(context):
    @fixture
    def lamp(context):
        log("lamp on")
        yield
        log("lamp off")
    use_fixture(lamp, context)

@step('"{name}" is set to "{value}"')
def is_set(context, name, value): setattr(context, name, value)

@step('"{name}" is known: {known}')
def is_known(context, name, known): log("known", name, name in context)
"""

PLAIN = """
    @feature_tag
    Feature: plain
      @one
      Scenario: first
        Given it passes
        When it says "hello"
      @two
      Scenario: second
        Given it passes
"""
AFTER = """
    Feature: the one after
      Scenario: third
        Given it passes
"""
RULES = """
    @feature_tag
    Feature: with rules
      Background:
        Given it says "feature background"
      Scenario: before the rules
        Given it passes
      @rule_tag
      Rule: first rule
        Background:
          Given it says "rule background"
        @one
        Scenario: in the first rule
          Given it passes
        Scenario Outline: <word> in the first rule
          Given it says "<word>"
          Examples:
            | word |
            | a    |
            | b    |
      Rule: second rule
        Scenario: in the second rule
          Given it passes
"""


@dataclass
class Situation:
    """A pack and how it is run.

    `plan`: what hooks do beside logging: lines of Python in a function of `context`, `hook` and `entity`.
    `expect`: what the log must hold, so that two empty logs are no proof.
    """

    features: Sequence[str]
    expect: str
    plan: str = "pass"
    arguments: Sequence[str] = ()
    files: dict[str, str] = field(default_factory=dict)
    without_environment: bool = False


def raising(hook: str, name: str = "", error: str = "RuntimeError('broken')") -> str:
    condition = f" and getattr(entity, 'name', entity) == {name!r}" if name else ""
    return f"if hook == {hook!r}{condition}: raise {error}"


def dedent(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def build(pack: Pack, situation: Situation) -> None:
    pack.write({f"features/feature_{number}.feature": dedent(text) for number, text in enumerate(situation.features)})
    plan = "\n".join(f"    {line}" for line in dedent(situation.plan).splitlines())
    pack.write(
        {
            "features/plan.py": f"def act(context, hook, entity):\n{plan}\n",
            "features/steps/steps.py": STEPS + "\nlog('loaded')\n",
        }
    )
    if not situation.without_environment:
        pack.write({"features/environment.py": ENVIRONMENT})
    pack.write({name: dedent(text) for name, text in situation.files.items()})


def events(pack: Pack, command: str, arguments: Sequence[str]) -> tuple[list[str], Ran]:
    log = pack.root.parent / f"{command}.log"
    run = pack.behave if command == "behave" else pack.pytest
    ran = run(*arguments, "features", EVENT_LOG=str(log))
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else [ran.output], ran


@pytest.fixture
def compare(pack: Pack) -> Callable[[Situation], None]:
    """Run a situation's pack by both commands and compare what happened."""

    def compare(situation: Situation) -> None:
        build(pack, situation)

        by_behave, behave = events(pack, "behave", situation.arguments)
        by_pytest, pytest_run = events(pack, "pytest", situation.arguments)

        assert any(situation.expect in line for line in by_behave), "\n".join(by_behave)
        assert by_pytest == by_behave, pytest_run.output
        assert bool(pytest_run.code) == bool(behave.code), pytest_run.output + behave.output

    return compare
