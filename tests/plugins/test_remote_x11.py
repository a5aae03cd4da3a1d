"""`x11:` on a real display, where a real program tells which keys arrive."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.key_display import KeyDisplay

from qarunner import DeviceError, UnknownKeyError
from qarunner.testing import DriverRig
from qarunner_plugins.keysyms import KEYSYMS, keysym_of

pytestmark = pytest.mark.needs("keyboard")
pytest_plugins = ["qarunner.testing"]


@pytest.fixture
def display() -> Iterator[KeyDisplay]:
    with KeyDisplay() as running:
        yield running


def test_presses_arrive_as_the_keys_of_a_keyboard(driver_rig: DriverRig, display: KeyDisplay) -> None:
    keys = ("KEY_OK", "KEY_UP", "KEY_A", "KEY_7", "KEY_BACK", "KEY_VOLUMEUP", "KEY_RED", "KEY_CHANNELUP")
    with driver_rig("remote", f"x11:{display.name}") as remote:
        for key in keys:
            remote.press(key)
    display.await_events(*((kind, KEYSYMS[key]) for key in keys for kind in ("Press", "Release")))


def test_a_held_key_stays_down_until_it_is_released(driver_rig: DriverRig, display: KeyDisplay) -> None:
    with driver_rig("remote", f"x11:{display.name}") as remote:
        remote.keydown("KEY_DOWN")
        display.await_events(("Press", KEYSYMS["KEY_DOWN"]))
        remote.keyup("KEY_DOWN")
        display.await_events(("Press", KEYSYMS["KEY_DOWN"]), ("Release", KEYSYMS["KEY_DOWN"]))


def test_closing_releases_a_held_key(driver_rig: DriverRig, display: KeyDisplay) -> None:
    with driver_rig("remote", f"x11:{display.name}") as remote:
        remote.keydown("KEY_LEFT")
    display.await_events(("Press", KEYSYMS["KEY_LEFT"]), ("Release", KEYSYMS["KEY_LEFT"]))


def test_keys_can_be_given_by_character_number_and_name_of_x(driver_rig: DriverRig, display: KeyDisplay) -> None:
    keys = {"KEY_BACK": "KEY_ESC", "KEY_INFO": "i", "KEY_EPG": "0xff0d", "KEY_TV": "XF86AudioPlay"}
    with driver_rig("remote", f"x11:{display.name}", keys=keys) as remote:
        for key in keys:
            remote.press(key)
    arrived = [0xFF1B, ord("i"), 0xFF0D, 0x1008FF14]
    display.await_events(*((kind, code) for code in arrived for kind in ("Press", "Release")))


def test_a_name_that_x_does_not_know_is_an_error_and_not_a_lost_press(
    driver_rig: DriverRig, display: KeyDisplay
) -> None:
    with (
        driver_rig("remote", f"x11:{display.name}", keys={"KEY_TV": "NoSuchKey"}) as remote,
        pytest.raises(DeviceError, match=r"(?s)No such key name 'NoSuchKey'.*`keys`"),
    ):
        remote.press("KEY_TV")
    with driver_rig("remote", f"x11:{display.name}") as remote, pytest.raises(UnknownKeyError, match="KEY_UP"):
        remote.press("KEY_UPP")


def test_the_display_of_the_environment_is_meant_when_none_is_named(
    driver_rig: DriverRig, display: KeyDisplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display.name)
    assert list(driver_rig.resolve("remote", "x11:").resources()) == [f"keyboard of X display {display.name}"]
    with driver_rig("remote", "x11:") as remote:
        remote.press("KEY_OK")
    display.await_events(("Press", KEYSYMS["KEY_OK"]), ("Release", KEYSYMS["KEY_OK"]))
    monkeypatch.delenv("DISPLAY")
    with pytest.raises(DeviceError, match=r"(?s)no display is named.*DISPLAY"), driver_rig("remote", "x11:"):
        pass


def test_without_xdotool_the_error_says_what_installs_it(
    driver_rig: DriverRig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match="apt-get install xdotool"), driver_rig("remote", "x11::7"):
        pass
    assert os.environ["PATH"] == str(tmp_path)


def test_keysyms_are_those_of_xs_headers() -> None:
    # XK_Return, XK_Page_Down, XF86XK_AudioMute, XF86XK_Red, XF86XK_Info, XF86XK_ChannelUp, XF86XK_ChannelDown, XK_F12
    keys = ("ENTER", "PAGEDOWN", "MUTE", "RED", "INFO", "CHANNELUP", "CHANNELDOWN", "F12")
    known = [0xFF0D, 0xFF56, 0x1008FF12, 0x1008FFA3, 0x10081166, 0x10081192, 0x10081193, 0xFFC9]
    assert [KEYSYMS[f"KEY_{key}"] for key in keys] == known


@pytest.mark.parametrize(
    ("text", "code"),
    [("KEY_OK", 0xFF0D), ("é", 0xE9), ("€", 0x010020AC), ("0xFF1B", 0xFF1B), ("0xZZ", None), ("", None)],
)
def test_a_keysym_is_a_key_a_character_or_a_number(text: str, code: int | None) -> None:
    assert keysym_of(text) == code
