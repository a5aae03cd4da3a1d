"""Scenarios are collected under names that can be selected, whatever they are called, and left out by tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qarunner.pack.feature_names import feature_names

if TYPE_CHECKING:
    from tests.runner.behave.conftest import Pack

STEPS = """
from behave import step
from events import log

@step("it passes")
def passes(context): log(context.scenario.name.strip())

@step("it fails")
def fails(context):
    log(context.scenario.name.strip())
    assert False
"""
LONG = "an endless name " * 18 + "of more than 300 chars"
ODD = [
    "plain",
    "with :: colons ::: inside::",
    "\"double\" and 'single' quotes",
    "a/path/../with slashes \\ and back",
    "brackets [x] and ]more[ (y) {z}",
    "[starts with a bracket]",
    "colons [after::a bracket]",
    "😀 emoji ünd 漢字",
    "-k looks like an option",
    "<angle> & $HOME `id` ; | * ? %s",
    "()",
    ":",
    "#2",
    LONG,
]
NAMES = [
    "plain",
    "with : : colons : : : inside: :",
    *ODD[2:6],
    "colons [after: :a bracket]",
    *ODD[7:],
]


@pytest.fixture
def steps_pack(pack: Pack) -> Pack:
    pack.write({"features/steps/steps.py": STEPS})
    return pack


def feature(*names: str, step: str = "it passes") -> str:
    return "Feature: f\n" + "".join(f"  Scenario: {name}\n    Given {step}\n" for name in names)


def collected(pack: Pack, *arguments: str) -> list[str]:
    ran = pack.pytest("--collect-only", "-q", *arguments)
    return [line for line in ran.output.splitlines() if ".feature::" in line]


def test_every_scenario_can_be_selected_by_the_id_that_pytest_shows(steps_pack: Pack) -> None:
    steps_pack.write({"features/odd.feature": feature(*ODD)})

    ids = collected(steps_pack)
    assert [each.partition("::")[2] for each in ids] == NAMES

    for each, name in zip(ids, ODD, strict=True):
        ran = steps_pack.pytest(each)
        assert ran.outcomes() == {"passed": 1}, (each, ran.output)
        assert steps_pack.events() == [name]


def test_the_ids_are_the_names_under_which_testcases_are_listed(steps_pack: Pack) -> None:
    text = (
        feature(*ODD, "twice", "twice")
        + """
  Rule: r::1
    Scenario: twice
      Given it passes
    Scenario Outline: say <x>
      Given it passes
      Examples: Of <x>
        | x |
        | a::b |
      Examples:
        | x |
        | c |
  Rule:
    Scenario: in a rule without a name
    Scenario:
"""
    )
    steps_pack.write({"features/f.feature": text})

    names = [each.partition("::")[2] for each in collected(steps_pack)]

    assert names == list(feature_names(text.encode()))
    assert names[len(ODD) :] == [
        "twice",
        "twice #2",
        "r: :1 / twice",
        "r: :1 / say a: :b -- @1.1 Of a: :b",
        "r: :1 / say c -- @2.1",
        "in a rule without a name",
        "(unnamed)",
    ]


def test_two_scenarios_of_one_name_run_one_by_one(steps_pack: Pack) -> None:
    steps_pack.write({"features/f.feature": feature("same") + "  Scenario: same\n    Given it fails\n"})

    assert steps_pack.pytest("features/f.feature::same").outcomes() == {"passed": 1}
    assert steps_pack.pytest("features/f.feature::same #2").outcomes() == {"failed": 1}


def test_a_scenario_of_a_rule_runs_alone_with_the_hooks_and_background_of_its_rule(steps_pack: Pack) -> None:
    steps_pack.write(
        {
            "features/environment.py": "from events import log\n"
            "def before_rule(context, rule): log('before_rule', rule.name)\n"
            "def before_feature(context, f): log([s.name for s in f.walk_scenarios() if not s.should_skip])\n"
            "def after_feature(context, feature): log(feature.status.name)\n",
            "features/f.feature": """
Feature: f
  Scenario: a
    Given it fails
  Rule: q
    Scenario: b
      Given it fails
  Rule: r
    Background:
      Given it passes
    Scenario: b
      Given it passes
    Scenario: c
      Given it fails
""",
        }
    )

    assert steps_pack.pytest("features/f.feature::r / b").outcomes() == {"passed": 1}
    # The scenarios that were not asked for count as skipped, as with `behave file.feature:line`.
    assert steps_pack.events() == ["['b']", "before_rule r", "b", "b", "passed"]


def test_keyword_and_marker_expressions_find_names_rules_and_tags(steps_pack: Pack) -> None:
    steps_pack.write(
        {
            "features/f.feature": """
@suite
Feature: f
  @smoke @area.menu
  Scenario: opens
    Given it passes
  @slow
  Scenario: closes
    Given it passes
  @adult
  Rule: Parental lock
    Scenario: locks
      Given it passes
"""
        }
    )

    def chosen(*arguments: str) -> list[str]:
        return [each.partition("::")[2] for each in collected(steps_pack, *arguments)]

    assert chosen("-k", "opens or locks") == ["opens", "Parental lock / locks"]
    assert chosen("-k", "Parental") == ["Parental lock / locks"]
    assert chosen("-k", "smoke") == ["opens"]
    assert chosen("-m", "slow or adult") == ["closes", "Parental lock / locks"]
    assert chosen("-m", "suite and not area.menu") == ["closes", "Parental lock / locks"]


@pytest.mark.parametrize("tag", ["skip", "xfail", "skipif", "parametrize", "usefixtures", "anything.at(all)"])
def test_tags_mean_nothing_to_pytest_and_need_not_be_registered(steps_pack: Pack, tag: str) -> None:
    steps_pack.write({"features/f.feature": f"Feature: f\n  @{tag}\n  Scenario: s\n    Given it fails\n"})

    assert steps_pack.pytest("--strict-markers").outcomes() == {"failed": 1}


def test_tags_leave_scenarios_out_and_pytest_says_how_many(steps_pack: Pack) -> None:
    steps_pack.write(
        {
            "features/f.feature": "Feature: f\n  @smoke\n  Scenario: a\n    Given it passes\n"
            "  Scenario: b\n    Given it fails\n",
            "features/g.feature": feature("c", step="it fails"),
            "test_function.py": "def test_function(): pass\n",
        }
    )

    ran = steps_pack.pytest("--tags=smoke")

    # Functions have no behave tags and run.
    assert ran.outcomes() == {"passed": 2, "deselected": 2}, ran.output


def test_a_feature_of_which_tags_leave_nothing_shows_one_skipped_scenario_that_ran_its_hooks(steps_pack: Pack) -> None:
    steps_pack.write(
        {
            "features/f.feature": "@slow\n".join(
                ("Feature: f\n", *[f"  Scenario: {n}\n    Given it fails\n" for n in "ab"])
            ),
            "features/environment.py": "from events import log\ndef before_feature(context, f): log(f.name)\n",
        }
    )

    ran = steps_pack.pytest("-rs", "--tags=not slow")

    assert ran.outcomes() == {"skipped": 1, "deselected": 1}
    assert steps_pack.events() == ["f"]
    assert ran.lines("SKIPPED") == ["[1] features/f.feature:3: excluded by the tags not slow"]


@pytest.mark.parametrize("expression", ["smoke and", "@a and (b"])
def test_a_tag_expression_that_cannot_be_read_is_named(steps_pack: Pack, expression: str) -> None:
    steps_pack.write({"features/f.feature": feature("a")})

    ran = steps_pack.pytest(f"--tags={expression}")

    assert ran.code == pytest.ExitCode.INTERRUPTED
    assert f"behave cannot be configured with --tags={expression!r}: " in ran.output
    assert "Traceback" not in ran.output


def test_a_configuration_file_that_cannot_be_read_is_named(steps_pack: Pack) -> None:
    steps_pack.write({"features/f.feature": feature("a"), "behave.ini": "[behave]\ndry_run = perhaps\n"})

    ran = steps_pack.pytest()

    assert ran.code == pytest.ExitCode.INTERRUPTED
    assert "behave cannot be configured: " in ran.output
    assert "perhaps" in ran.output


def test_stop_at_the_first_failure_and_run_the_last_failed(steps_pack: Pack) -> None:
    steps_pack.write(
        {"features/f.feature": feature("a") + feature("b", "c", step="it fails").removeprefix("Feature: f\n")}
    )

    assert steps_pack.pytest("-x", "--lf").outcomes() == {"failed": 1, "passed": 1}
    assert steps_pack.events() == ["a", "b"]

    assert steps_pack.pytest("--lf").outcomes() == {"failed": 1}
    assert steps_pack.events() == ["b"]


def test_collecting_loads_nothing_of_the_pack(steps_pack: Pack) -> None:
    steps_pack.write(
        {
            "features/f.feature": feature("a"),
            "features/environment.py": "from events import log\nlog('loaded')\n",
            "features/steps/more.py": "from events import log\nlog('loaded')\n",
        }
    )

    assert collected(steps_pack) == ["features/f.feature::a"]
    assert steps_pack.events() == []


def test_features_lie_in_behaves_order_and_functions_keep_their_places(steps_pack: Pack) -> None:
    steps_pack.write(
        {
            "features/z.feature": feature("3"),
            "features/b/test_b.py": "def test_b(): pass\n",
            "features/b/x.feature": feature("4"),
            "features/b/a/y.feature": feature("5"),
            "features/a.feature": feature("1"),
            "features/c.feature": feature("2"),
        }
    )

    def order(*arguments: str) -> list[str]:
        output = steps_pack.pytest("--collect-only", "-q", *arguments).output
        return [line.rpartition("::")[2] for line in output.splitlines() if "::" in line]

    assert order("features") == ["1", "2", "test_b", "3", "4", "5"]
    assert order("features/b", "features/c.feature", "features/a.feature") == ["4", "test_b", "5", "2", "1"]
    one_by_one = ["features/b/a/y.feature::5", "features/a.feature::1", "features/b/x.feature::4"]
    assert order(*one_by_one) == ["5", "1", "4"]
