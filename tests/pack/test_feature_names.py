"""Scenarios are named without running anything, as behave names them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from behave.model import ScenarioOutline
from behave.parser import parse_feature

from qarunner.pack.feature_names import feature_names

FEATURE = '''# language: en
@smoke
Feature: The menu
  What it is for.

  Background: At home
    Given the home screen

  Scenario: It opens
    When I press "KEY_MENU"
    Then I see text
      """
      Scenario: not one
      """

  @slow
  Scenario Outline: It plays <what> on <where>
    Given a table
      | a | b |
    Examples: All <what>
      | what  | where |
      | films | left  |
      | songs | right |
    Examples:
      | what | where |
      | news | <x>   |

  Rule: Parents decide
    Background: x
      Given a child
    Scenario: It opens
      * a step
    Scenario Template: Twice <row.id> of <examples.index>
      * a step
      Examples:
        | n |
        | 1 |
'''

NAMES = [
    "It opens",
    "It plays films on left -- @1.1 All films",
    "It plays songs on right -- @1.2 All songs",
    "It plays news on <x> -- @2.1",
    "Parents decide / It opens",
    "Parents decide / Twice 1.1 of 1 -- @1.1",
]


def test_scenarios_and_outline_rows_are_named_as_behave_names_them() -> None:
    assert list(feature_names(FEATURE.encode())) == NAMES
    by_behave = [scenario.name.strip() for scenario in parse_feature(FEATURE).walk_scenarios()]
    assert [name.removeprefix("Parents decide / ") for name in NAMES] == by_behave


def test_a_byte_order_mark_and_bytes_that_are_no_text_change_nothing() -> None:
    assert list(feature_names(b"\xef\xbb\xbf" + FEATURE.replace("What it", "\xff").encode("latin-1"))) == NAMES


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("\ufeffFeature: F\n  Scenario: A\n", ["A"]),
        ("\0\0\0", []),
        ("Scenario: without a feature", []),
        ("# language: tlhIngan\nFeature: F\n  Scenario: A\n", ["A"]),
        ("Feature: F\n  Scenario: A\n    Gibberish here\n  Scenario: B\n    * step\n", ["A", "B"]),
        ("Feature: F\n  Scenario: A\n    Then it\n      | a | b |\n      | 1 |\n  Scenario: B\n", ["A", "B"]),
        ("Feature: F\n  Scenario: A\n  Feature: G\n  Scenario: B\n", ["A", "B"]),
        ("Feature: F\n  Scenario: A\n    Examples: x\n  Scenario: B\n", ["A", "B"]),
        ("Feature: F\n  Scenario Outline: A\n    Examples: no table\n  Scenario: B\n", ["B"]),
        ('Feature: F\n  Scenario: A\n    Given x\n    """\n    never closed\n', ["A"]),
        ("# language: de\nFunktionalität: F\n  Szenario: Läuft\n", ["Läuft"]),
    ],
)
def test_a_broken_feature_gives_the_scenarios_that_can_be_seen(text: str, names: list[str]) -> None:
    assert list(feature_names(text.encode())) == names


def test_a_file_of_nothing_but_mistakes_is_given_up_soon() -> None:
    started = time.process_time()
    text = "Feature: F\n  Scenario: A\n" + "    gibberish\n" * 5000
    assert list(feature_names(text.encode())) == ["A"]
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("behave.ini", "[behave]\nscenario_outline_annotation_schema = {name} row {row.index}\nlang = de\n"),
        (
            "pyproject.toml",
            '[tool.behave]\nscenario_outline_annotation_schema = "{name} row {row.index}"\nlang = "de"\n',
        ),
    ],
)
def test_the_packs_behave_configuration_decides_language_and_row_names(tmp_path: Path, file: str, content: str) -> None:
    (tmp_path / ".stbt.conf").touch()
    (tmp_path / file).write_text(content)
    text = "Funktionalität: F\n  Szenariogrundriss: <n> mal\n    * x\n    Beispiele:\n      | n |\n      | 2 |\n"
    before = ScenarioOutline.annotation_schema
    assert list(feature_names(text.encode(), tmp_path / "features" / "x.feature")) == ["2 mal row 1"]
    assert ScenarioOutline.annotation_schema == before
    (tmp_path / file).write_text("][")
    assert list(feature_names(text.encode(), tmp_path / "features" / "x.feature")) == []
