"""`adb:`, with a fake that speaks the adb server's protocol over a real socket. Not yet tried on hardware."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.peers.wire_box import FakeAdbServer

from qarunner import ConfigurationError, DeviceError, HoldingRemote
from qarunner.testing import DriverRig

pytest_plugins = ["qarunner.testing"]


@pytest.fixture
def server() -> Iterator[FakeAdbServer]:
    with FakeAdbServer() as running:
        yield running


def test_presses_reach_the_named_device_as_androids_keys(driver_rig: DriverRig, server: FakeAdbServer) -> None:
    server.devices["other"] = "device"
    keys = {"KEY_ZOOM": "TV_ZOOM_MODE", "KEY_ODD": "255", "KEY_TEXT": "KEYCODE_TV_TELETEXT"}
    with driver_rig("remote", "adb:0123ABCD", server=server.address, keys=keys) as remote:
        assert not isinstance(remote, HoldingRemote)
        for key in ("KEY_OK", "KEY_7", "KEY_ZOOM", "KEY_ODD", "KEY_TEXT"):
            remote.press(key)
    names = ["KEYCODE_DPAD_CENTER", "KEYCODE_7", "KEYCODE_TV_ZOOM_MODE", "255", "KEYCODE_TV_TELETEXT"]
    assert server.pressed == [("0123ABCD", name) for name in names]


def test_the_only_device_needs_no_name(driver_rig: DriverRig, server: FakeAdbServer) -> None:
    with driver_rig("remote", "adb:", server=server.address) as remote:
        remote.press("KEY_BACK")
    assert server.pressed == [("0123ABCD", "KEYCODE_BACK")]
    server.devices["other"] = "device"
    with pytest.raises(DeviceError, match="more than one device"), driver_rig("remote", "adb:", server=server.address):
        pass


def test_a_device_in_the_network_is_connected_first(driver_rig: DriverRig, server: FakeAdbServer) -> None:
    with driver_rig("remote", "adb:192.168.1.4:5555", server=server.address) as remote:
        remote.press("KEY_HOME")
    assert server.pressed == [("192.168.1.4:5555", "KEYCODE_HOME")]
    said = r"(?s)192.168.1.9:5555 at adb server .*failed to connect.*debugging over the network"
    with pytest.raises(DeviceError, match=said), driver_rig("remote", "adb:192.168.1.9:5555", server=server.address):
        pass


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("unauthorized", r"(?s)unauthorized.*Allow this computer"),
        ("offline", r"(?s)offline.*adb devices"),
        ("", "not found"),
    ],
)
def test_a_device_that_cannot_be_used_says_why(
    driver_rig: DriverRig, server: FakeAdbServer, state: str, said: str
) -> None:
    server.devices = {"0123ABCD": state} if state else {}
    with pytest.raises(DeviceError, match=said), driver_rig("remote", "adb:0123ABCD", server=server.address):
        pass


def test_a_key_that_android_does_not_know_is_an_error(driver_rig: DriverRig, server: FakeAdbServer) -> None:
    with (
        driver_rig("remote", "adb:", server=server.address, keys={"KEY_X": "NONSENSE"}) as remote,
        pytest.raises(DeviceError, match="does not take KEYCODE_NONSENSE: Error: Unknown keycode"),
    ):
        remote.press("KEY_X")
    assert server.pressed == []


def test_a_press_that_ends_badly_without_a_word_is_an_error(driver_rig: DriverRig, server: FakeAdbServer) -> None:
    with (
        driver_rig("remote", "adb:", server=server.address, keys={"KEY_X": "KILLED"}) as remote,
        pytest.raises(DeviceError, match="does not take KEYCODE_KILLED: 137"),
    ):
        remote.press("KEY_X")


def test_a_code_cannot_smuggle_in_a_command(driver_rig: DriverRig) -> None:
    with pytest.raises(ConfigurationError, match="no key code"):
        driver_rig.resolve("remote", "adb:", keys={"KEY_X": "BACK; reboot"})
    with pytest.raises(ConfigurationError, match="no serial number"):
        driver_rig.resolve("remote", "adb:a b").open()
