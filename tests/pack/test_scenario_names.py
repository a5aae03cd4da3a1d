"""Every scenario has a name of its own that edits elsewhere do not change."""

from __future__ import annotations

import pytest

from qarunner.pack.scenario_names import unique_names

LONG = "😀" * 300


@pytest.mark.parametrize(
    ("scenarios", "names"),
    [
        ([], []),
        ([("", "Opens", 3), ("", "Closes", 7)], ["Opens", "Closes"]),
        ([("", "Opens", 3), ("", "Opens", 7), ("", "Opens", 9)], ["Opens", "Opens #2", "Opens #3"]),
        ([("", "Opens", 3), (" Adults ", "Opens", 7)], ["Opens", "Adults / Opens"]),
        ([("Adults", "Opens", 3), ("Adults", "Opens", 7)], ["Adults / Opens", "Adults / Opens #2"]),
        ([("", "", 3), ("", " ", 5), ("R", "", 7)], ["(unnamed)", "(unnamed) #2", "R / (unnamed)"]),
        ([("", "Volume goes up -- @1.1 ", 3)], ["Volume goes up -- @1.1"]),
        ([("", "a::b:::c:d", 3)], ["a: :b: : :c:d"]),
        ([("", "a\r\n\tb\x85c\x00", 3)], ["a b c"]),
        ([("", f'"quoted" / [x] \\ {LONG}', 3)], [f'"quoted" / [x] \\ {LONG}']),
    ],
)
def test_every_scenario_of_a_feature_has_a_name_of_its_own(
    scenarios: list[tuple[str, str, int]], names: list[str]
) -> None:
    assert unique_names(scenarios) == names


def test_a_scenario_keeps_its_own_name_when_one_before_it_would_be_numbered_to_it() -> None:
    assert unique_names([("", "A", 1), ("", "A", 2), ("", "A #2", 3), ("", "A", 4)]) == ["A", "A #3", "A #2", "A #4"]


def test_adding_a_scenario_at_the_end_renames_none() -> None:
    feature = [("", "A", 1), ("R", "A", 2), ("R", "B", 3)]
    assert unique_names([*feature, ("S", "B", 4), ("", "A", 5)])[:3] == unique_names(feature)


def test_moving_scenarios_down_by_some_lines_renames_none() -> None:
    feature = [("", "A", 1), ("", "A", 2)]
    assert unique_names((rule, name, line + 40) for rule, name, line in feature) == unique_names(feature)
