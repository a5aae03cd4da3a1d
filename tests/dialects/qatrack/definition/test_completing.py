from __future__ import annotations

import pytest
from tests.dialects.qatrack.definition.conftest import FILE, defined

from qarunner.dialects.qatrack.definition import kinds
from qarunner.dialects.qatrack.definition.troubles import MOST, DefinitionError


def refusal(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        defined(text)
    return [str(trouble).removeprefix(f"{FILE}:") for trouble in caught.value.troubles]


def test_three_lines_are_enough() -> None:
    wanted = defined("units: [box]\nlists:\n- {name: Menu, tests: [opens, closes]}\n")
    assert list(wanted.things[kinds.UNIT]) == [("box",)]
    assert wanted.things[kinds.UNIT][("box",)].values["node"] == "box"
    assert list(wanted.tests) == [("Menu::opens",), ("Menu::closes",)]
    assert wanted.tests["Menu::opens",].values["type"] == "boolean"
    assert wanted.held[("Menu::opens",), None].reference == ("boolean", 1.0)
    assert list(wanted.things[kinds.COLLECTION]) == [(("box",), ("Menu",), None)]


def test_a_list_names_a_test_of_several_lists_by_name_or_macro() -> None:
    wanted = defined("""
        tests:
        - {macro: zap, name: Zap time, high: 2}
        lists:
        - {name: One, tests: [zap]}
        - {name: Other, tests: [Zap time]}
        """)
    assert list(wanted.things[kinds.MEMBER]) == [(("One",), ("Zap time",)), (("Other",), ("Zap time",))]
    assert list(wanted.tests) == [("Zap time",)]


def test_lists_with_tests_of_one_macro_have_a_test_each() -> None:
    wanted = defined("lists:\n- {name: a.py, tests: [opens]}\n- {name: b.py, tests: [opens]}\n")
    assert list(wanted.tests) == [("a.py::opens",), ("b.py::opens",)]


def test_what_is_only_named_is_there() -> None:
    wanted = defined("""
        units:
        - {node: box, type: T-1000, site: Lab, modalities: [HDR, HDR]}
        lists:
        - {name: Menu, frequency: Weekly, tests: [{macro: opens, category: Speed}]}
        """)
    for kind, name in (("unit type", "T-1000"), ("site", "Lab"), ("modality", "HDR"), ("category", "Speed")):
        assert (name,) in wanted.things[kind]
    assert wanted.things[kinds.FREQUENCY]["Weekly",].values["nominal_interval"] == 7.0
    assert list(wanted.things[kinds.MODALITY_OF]) == [(("box",), ("HDR",))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("units: [a, a]", f"1: the unit 'a' is defined a second time. The first is at {FILE}:1"),
        ("units:\n- site: x", "2: a unit has neither name nor node. Give it a node: the one whose device it is"),
        ("lists:\n- name: x\n- name: x", f"3: the list 'x' is defined a second time. The first is at {FILE}:2"),
        ("lists:\n- name: x\n  tests: [a, a]", "3: the test 'x::a' is in the list a second time. Take one"),
        ("lists:\n- name: x\n  units: [a, a]", "3: the collection 'x on a' is defined a second time. The first is at"),
        ("lists:\n- name: x\n  tests: [2nd]",
         "3: '2nd' is the name of no test here, and a macro has letters, digits and underscores only, and begins with"),
        ("lists:\n- name: x\n  tests: [class]", "3: 'class' is the name of no test here, and class means something el"),
        ("lists:\n- name: x\n  tests:\n  - macro: a b", "4: a macro has letters, digits and underscores only"),
        ("tests:\n- {macro: a, name: A}\n- {macro: a, name: B}\nlists:\n- name: x\n  tests: [a]",
         "6: several tests have the macro 'a'. Write the name: 'A' or 'B'"),
        ("tests:\n- macro: a\n  choices: [x]\n  type: boolean", "2: a test of type boolean has no choices. It is for "),
        ("tests:\n- macro: a\n  type: multchoice", "2: a multiple choice needs at least one choice"),
        ("tests:\n- macro: a\n  choices: ['x,y']", "2: a choice holds a comma"),
        ("tests:\n- macro: a\n  type: composite", "2: a composite needs a procedure"),
        ("tests:\n- macro: a\n  type: constant", "2: a constant needs its value"),
        ("tests:\n- macro: a\n  wrap_low: 3\n  wrap_high: 2", "2: a wraparound begins below its end"),
        ("tests:\n- macro: a\n  high: 1\n  formatting: '%999999f'", "2: '%999999f' formats no number. Write for examp"),
        ("tests:\n- macro: a\n  per_unit: {box: {warns: [x]}}", "2: a test of type boolean has no warns"),
        ("lists:\n- name: x\n  units: [a]\n  assigned_to: wirte", "3: there is no role 'wirte'. Did you mean 'write'?"),
        ("frequencies:\n- name: x", "2: a frequency says either days or recurrences. Such as days: 7"),
        ("frequencies:\n- {name: x, days: 1, recurrences: FREQ=DAILY}", "2: a frequency says either days or recurrenc"),
        ("frequencies:\n- {name: x, recurrences: FREQ=HOURLY}", "2: FREQ=HOURLY in the recurrence 'FREQ=HOURLY' canno"),
        ("tolerances:\n- act_high: 1", "2: a tolerance here needs a name"),
        ("tolerances:\n- {name: t, act_high: 1}\n- {name: t, act_high: 1}", "3: the tolerance 't' is defined a second"),
        ("tolerances:\n- name: t", "2: a tolerance needs at least one level"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_line(text: str, said: str) -> None:
    [found] = refusal(text)
    assert found.startswith(said)


def test_everything_wrong_is_told_at_once_but_not_without_end() -> None:
    entries = "".join(f"- {{name: t{number}}}\n" for number in range(30))
    with pytest.raises(DefinitionError) as caught:
        defined(f"tolerances:\n{entries}")
    assert len(caught.value.troubles) == 30
    assert str(caught.value).count("needs at least one level") == MOST
    assert "... and 10 more" in str(caught.value)


def test_a_list_that_is_written_twice_is_told_once_and_not_with_all_that_is_in_it() -> None:
    written = "lists:\n- name: x\n  tests: [a, b]\n- name: x\n  tests: [a, b]\nunits: [box, box]\n"
    assert refusal(written) == [
        f"6: the unit 'box' is defined a second time. The first is at {FILE}:6",
        f"4: the list 'x' is defined a second time. The first is at {FILE}:2",
    ]


def test_lists_on_too_many_units_are_refused() -> None:
    units = "".join(f"- u{number}\n" for number in range(1000))
    lists = "".join(f"- name: l{number}\n" for number in range(60))
    found = refusal(f"units:\n{units}lists:\n{lists}")
    assert "more than 50000 lists on units. Say of each list on which units it is done" in found[0]
