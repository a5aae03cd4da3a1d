from __future__ import annotations

import pytest

from qarunner.qatrack_names import list_of_testcase, macro_name, macros_of_measurement, macros_of_testcase


@pytest.mark.parametrize(
    ("text", "macro"),
    [
        ("test_settings_opens", "test_settings_opens"),
        ("TestMenu::test_opens", "testmenu_test_opens"),
        ("test_zap[next-1.5 s]", "test_zap_next_1_5_s"),
        ("The guide shows what is on", "the_guide_shows_what_is_on"),
        ("Zapping -- @1.2 fast", "zapping_1_2_fast"),
        ("4K is offered", "t_4k_is_offered"),
        ("Menü öffnet", "menu_offnet"),
        ("class", "class_"),
        ("a" * 128, "a" * 128),
        ("a" * 129, f"{'a' * 121}_c12cb0"),
        ("打开菜单", "t_edb985"),
        ("菜单 menu", "menu_d5a834"),
        ("---", "t"),
    ],
)
def test_any_name_becomes_an_identifier(text: str, macro: str) -> None:
    assert macro_name(text) == macro
    assert macro.isidentifier()
    assert len(macro) <= 128


def test_names_that_look_alike_have_hashes_that_do_not() -> None:
    (one, same), (other, also) = macros_of_testcase("t.py::test_a[x-y]"), macros_of_testcase("t.py::test_a[x_y]")
    assert same == also == "test_a_x_y"
    assert one != other
    assert one.startswith("test_a_x_y_")


def test_a_measurement_goes_by_its_testcase_and_alone() -> None:
    assert macros_of_measurement("tests/a.py::test_zap[next]", "zap time") == ("test_zap_next_zap_time", "zap_time")


@pytest.mark.parametrize(
    ("markers", "name"),
    [
        ((), "tests/menu.py"),
        (("smoke", "qa_list"), "tests/menu.py"),
        (("smoke", "qa_list:Menu checks", "qa_list:Of the module"), "Menu checks"),
        (("qa_list:  ",), "tests/menu.py"),
    ],
)
def test_the_closest_marker_names_the_list_else_the_file(markers: tuple[str, ...], name: str) -> None:
    assert list_of_testcase("tests/menu.py::test_opens", markers) == name
