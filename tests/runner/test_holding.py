"""What is known of a testcase before it runs: whether it holds keys down."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import stbt_core as stbt

from qarunner.runner.holding import why_it_holds

KEY, SECONDS = "KEY_OK", 2
press = pressing = stbt.press


def in_a_press() -> None:
    stbt.press(KEY, hold_secs=2)


def by_its_own_name() -> None:
    press(KEY, hold_secs=0.5)


def by_the_node(node: Any) -> None:
    assert node.press(KEY, hold_secs=1)


def in_a_with() -> None:
    with stbt.pressing(KEY):
        pass


def within_another_with() -> None:
    with open("x"), pressing(KEY):  # noqa: PTH123 - never run
        pass


def after_a_choice() -> None:
    if SECONDS:
        stbt.press(KEY)
    stbt.press(KEY, hold_secs=2)


def shortly() -> None:
    stbt.press(KEY)
    stbt.press(KEY, hold_secs=None)
    stbt.press(KEY, hold_secs=0)


def for_a_while_that_is_worked_out() -> None:
    stbt.press(KEY, hold_secs=SECONDS)


def perhaps() -> None:
    if SECONDS:
        stbt.press(KEY, hold_secs=2)
    for _ in range(SECONDS):
        stbt.press(KEY, hold_secs=2)
    try:
        stbt.press(KEY, hold_secs=2)
    except ValueError:
        stbt.press(KEY)
    assert SECONDS or stbt.press(KEY, hold_secs=2)


def on_another_device(living_room: Any) -> None:
    living_room.press(KEY, hold_secs=2)


def after_it_may_have_ended() -> None:
    if SECONDS:
        return
    stbt.press(KEY, hold_secs=2)


def after_it_was_skipped() -> None:
    pytest.skip("not today")
    stbt.press(KEY, hold_secs=2)


def in_a_function_of_its_own() -> None:
    def hold() -> None:
        stbt.press(KEY, hold_secs=2)

    assert hold.__name__


def item(function: Any, marker: Any = None) -> Any:
    return SimpleNamespace(function=function, get_closest_marker={"holds_keys": marker}.get)


@pytest.mark.parametrize(
    "function", [in_a_press, by_its_own_name, by_the_node, in_a_with, within_another_with, after_a_choice]
)
def test_a_testcase_that_holds_for_certain_is_known_with_the_line(function: Any) -> None:
    said = why_it_holds(item(function))
    first = function.__code__.co_firstlineno
    assert said.startswith("does in line ")
    assert first < int(said.split()[3].rstrip(":")) <= first + 4
    assert "press" in said


@pytest.mark.parametrize(
    "function",
    [
        *(shortly, for_a_while_that_is_worked_out, perhaps, on_another_device, after_it_may_have_ended),
        *(after_it_was_skipped, in_a_function_of_its_own, len, lambda: stbt.press(KEY, hold_secs=2)),
    ],
)
def test_what_may_not_hold_is_left_to_the_press(function: Any) -> None:
    assert why_it_holds(item(function)) == ""


def test_a_marker_announces_it() -> None:
    assert why_it_holds(item(shortly, marker=object())) == "says that it does (holds_keys)"
