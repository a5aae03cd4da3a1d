from __future__ import annotations

import pytest
from tests.peers import fake_rig
from tests.peers.rig_node import RigNode, eventually

from qarunner.errors import DeviceError, DeviceLostError, PluginError, UnknownKeyError
from qarunner.nodes.devices import PowerSwitch, RemoteControl
from qarunner.nodes.faults import Faults


class Devices:
    """A remote, a power outlet and their faults, as the exporter has them."""

    def __init__(self, rig: RigNode, remote_options: dict[str, str] | None = None) -> None:
        self.rig = rig
        resolved = fake_rig.resolve(rig.configured(remote=remote_options), ())
        instances = {capability: driver.open() for capability, driver in resolved.items()}
        self.remote = RemoteControl(resolved["remote"], instances["remote"])
        self.power = PowerSwitch(resolved["power"], instances["power"])
        self.faults = Faults(("fake-rig", instance) for instance in instances.values())

    @property
    def log(self) -> list[str]:
        return self.rig.driver_log


@pytest.fixture
def devices(rig: RigNode) -> Devices:
    return Devices(rig)


def test_a_press_opens_the_remote_and_tells_when_it_was_sent(devices: Devices) -> None:
    start, end = devices.remote.press("KEY_OK")
    assert start <= end
    assert devices.log == ["remote open", "remote press KEY_OK"]
    assert devices.remote.status.open


def test_an_unknown_key_is_an_error_with_the_nearest_names_and_nothing_is_sent(devices: Devices) -> None:
    with pytest.raises(UnknownKeyError, match="remote driver fake: has no key 'KEY_OKAY'") as caught:
        devices.remote.press("KEY_OKAY")
    assert "'KEY_OK'" in caught.value.advice
    assert devices.log == ["remote open"]


def test_a_remote_that_takes_any_key_gets_any(rig: RigNode) -> None:
    devices = Devices(rig, {"keys": ""})
    devices.remote.press("KEY_WHATEVER")
    assert devices.remote.keys() is None
    assert devices.log[-1] == "remote press KEY_WHATEVER"


def test_a_remote_that_only_presses_refuses_to_hold(rig: RigNode) -> None:
    devices = Devices(rig, {"uri": "fake-short:"})
    assert not devices.remote.can_hold
    with pytest.raises(DeviceError, match="cannot hold 'KEY_UP' down"):
        devices.remote.keydown("KEY_UP", "me")


def test_a_remote_that_was_unplugged_is_opened_again_at_the_next_press(devices: Devices) -> None:
    devices.remote.press("KEY_OK")
    devices.faults.inject("press_lost", 1, "me")
    with pytest.raises(DeviceLostError, match="unplugged"):
        devices.remote.press("KEY_OK")
    assert devices.remote.status.problem == "fake remote: unplugged"
    assert not devices.remote.status.open
    devices.faults.clear("me")
    devices.remote.press("KEY_UP")
    assert devices.remote.status.problem == ""
    assert devices.log[-2:] == ["remote open", "remote press KEY_UP"]


def test_a_remote_that_raises_something_odd_is_named(devices: Devices) -> None:
    devices.faults.inject("press_raise", 1, "me")
    with pytest.raises(PluginError, match=r"plugin 'fake-rig' failed in remote driver fake: press\('KEY_OK'\)"):
        devices.remote.press("KEY_OK")


def test_a_remote_that_cannot_be_opened_says_so_at_each_press(rig: RigNode) -> None:
    devices = Devices(rig, {"fail_open": "fake remote: no route to host"})
    devices.remote.open_soon()
    eventually(lambda: devices.remote.status.problem, "the problem in the status")
    for _ in range(2):
        with pytest.raises(DeviceError, match="no route to host"):
            devices.remote.press("KEY_OK")


def test_keys_that_are_held_are_released_for_their_owner_only(devices: Devices) -> None:
    devices.remote.keydown("KEY_UP", "mine")
    devices.remote.keydown("KEY_DOWN", "yours")
    devices.remote.release("mine")
    devices.remote.release("mine")
    assert devices.log[1:] == ["remote keydown KEY_UP", "remote keydown KEY_DOWN", "remote keyup KEY_UP"]
    devices.remote.release("yours", held_longer_than=3600)
    assert devices.log[-1] == "remote keyup KEY_UP"


def test_power_is_switched_and_told(devices: Devices) -> None:
    devices.power.set(on=False)
    assert devices.power.is_on() is False
    devices.power.set(on=True)
    assert devices.power.is_on() is True
    assert devices.log == ["power open", "power off", "power on"]


def test_faults_end_with_their_owner_and_an_unknown_one_is_refused(devices: Devices) -> None:
    devices.faults.inject("none", 1, "mine")
    devices.faults.inject("lost", 1, "yours")
    devices.faults.clear("mine")
    # The first driver of the node that has the fault gets it, and the log tells its capability.
    assert devices.log == ["capture fault none 1", "capture fault lost 1", "capture fault none 0"]
    with pytest.raises(DeviceError, match="has a fault 'press_hung'") as caught:
        devices.faults.inject("press_hung", 1, "mine")
    assert "'press_hang'" in caught.value.advice
