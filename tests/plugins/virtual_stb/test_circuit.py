from __future__ import annotations

import pytest

from qarunner_plugins.virtual_stb.circuit import FAULTS, Circuit, Output
from qarunner_plugins.virtual_stb.machine.state import Screen
from qarunner_plugins.virtual_stb.options import BoxOptions


@pytest.fixture
def circuit() -> Circuit:
    return Circuit(BoxOptions(response_delay=0.1, jitter=0.0))


def tap(circuit: Circuit, key: str, time: float) -> None:
    circuit.keydown(key, time)
    circuit.keyup(key, time)


def shown(circuit: Circuit, time: float) -> Output:
    output = circuit.output(time)
    assert output is not None
    return output


def test_a_key_shows_after_the_response_delay_and_not_before(circuit: Circuit) -> None:
    tap(circuit, "KEY_MENU", 5.0)
    assert shown(circuit, 5.099).box.screen is Screen.HOME
    assert shown(circuit, 5.1).box.screen is Screen.SETTINGS
    assert circuit.box.since == pytest.approx(5.1)


def test_holding_a_key_walks_along_the_rail(circuit: Circuit) -> None:
    circuit.keydown("KEY_RIGHT", 1.0)
    circuit.keyup("KEY_RIGHT", 1.8)
    assert shown(circuit, 3.0).box.home.columns[0] == 5


def test_holding_power_switches_once(circuit: Circuit) -> None:
    circuit.keydown("KEY_POWER", 1.0)
    assert shown(circuit, 8.0).box.screen is Screen.STANDBY


def test_freeze_keeps_the_picture_while_keys_still_arrive(circuit: Circuit) -> None:
    before = shown(circuit, 1.0)
    circuit.inject("freeze", 1, 1.0)
    tap(circuit, "KEY_MENU", 2.0)
    assert shown(circuit, 9.0) == before
    circuit.inject("freeze", 0, 9.0)
    assert shown(circuit, 9.0).box.screen is Screen.SETTINGS


def test_black_and_no_signal_while_they_are_on(circuit: Circuit) -> None:
    circuit.inject("black", 1, 1.0)
    assert shown(circuit, 1.0).black
    circuit.inject("black", 0, 2.0)
    assert not shown(circuit, 2.0).black
    circuit.inject("no-signal", 1, 3.0)
    assert circuit.output(3.0) is None
    circuit.inject("no-signal", 0, 4.0)
    assert circuit.output(4.0) is not None


def test_dropped_keys_are_counted(circuit: Circuit) -> None:
    circuit.inject("dropped-key", 2, 0.0)
    for press in range(3):
        tap(circuit, "KEY_RIGHT", 1.0 + press)
    assert shown(circuit, 9.0).box.home.columns[0] == 1


def test_slow_adds_seconds_and_0_takes_them_away(circuit: Circuit) -> None:
    circuit.inject("slow", 2.0, 0.0)
    tap(circuit, "KEY_MENU", 1.0)
    assert shown(circuit, 3.05).box.screen is Screen.HOME
    assert shown(circuit, 3.15).box.screen is Screen.SETTINGS
    circuit.inject("slow", 0, 4.0)
    tap(circuit, "KEY_HOME", 5.0)
    assert shown(circuit, 5.15).box.screen is Screen.HOME


def test_a_crash_restarts_the_box_and_loses_keys_on_their_way() -> None:
    circuit = Circuit(BoxOptions(response_delay=5.0, jitter=0.0))
    tap(circuit, "KEY_RIGHT", 1.0)
    tap(circuit, "KEY_MENU", 6.5)
    assert shown(circuit, 7.0).box.home.columns[0] == 1
    circuit.inject("crash", 1, 7.0)
    assert shown(circuit, 7.1).box.screen is Screen.BOOT
    after = shown(circuit, 60.0).box
    assert after.screen is Screen.HOME
    assert after.home.columns[0] == 0


def test_a_crash_of_0_does_nothing(circuit: Circuit) -> None:
    circuit.inject("crash", 0, 1.0)
    assert shown(circuit, 1.0).box.screen is Screen.HOME


def test_without_power_there_is_no_signal_and_no_key_and_then_it_starts(circuit: Circuit) -> None:
    tap(circuit, "KEY_OK", 0.95)
    circuit.power(1.0, on=False)
    tap(circuit, "KEY_MENU", 2.0)
    assert circuit.output(3.0) is None
    circuit.power(4.0, on=True)
    assert shown(circuit, 4.0).box.screen is Screen.BOOT
    circuit.power(5.0, on=True)
    assert shown(circuit, 6.6).box.screen is Screen.HOME, "power that is on already changes nothing"


def test_a_key_pressed_without_power_never_arrives() -> None:
    circuit = Circuit(BoxOptions(response_delay=5.0, jitter=0.0))
    circuit.power(1.0, on=False)
    tap(circuit, "KEY_MENU", 2.0)
    circuit.power(3.0, on=True)
    assert shown(circuit, 60.0).box.screen is Screen.HOME


def test_every_fault_has_an_effect() -> None:
    plain = Circuit(BoxOptions())
    tap(plain, "KEY_MENU", 1.0)
    expected = plain.output(1.5)
    for name in FAULTS:
        circuit = Circuit(BoxOptions())
        circuit.inject(name, 1, 0.5)
        tap(circuit, "KEY_MENU", 1.0)
        assert circuit.output(1.5) != expected, name


def test_time_never_runs_backwards(circuit: Circuit) -> None:
    shown(circuit, 5.0)
    tap(circuit, "KEY_MENU", 4.0)
    assert shown(circuit, 5.05).box.screen is Screen.HOME
    assert shown(circuit, 5.11).box.screen is Screen.SETTINGS


@pytest.mark.parametrize(
    ("name", "screen"), [("home", "home"), ("live", "live"), ("boot", "boot"), ("standby", "standby")]
)
def test_it_starts_with_the_screen_that_was_asked_for(name: str, screen: str) -> None:
    assert shown(Circuit(BoxOptions(start=name)), 0.0).box.screen == screen
