"""`kodi:`, with a fake that speaks Kodi's JSON-RPC over a real socket. Not yet tried with Kodi itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from tests.peers.fake_boxes import FakeKodi
from tests.peers.http_box import HttpBox

from qarunner import DeviceError, HoldingRemote
from qarunner.testing import DriverRig

pytest_plugins = ["qarunner.testing"]
RIGHT, WRONG = {"password": "right"}, {"password": "wrong-one"}


@pytest.fixture
def kodi() -> Iterator[FakeKodi]:
    with FakeKodi() as running:
        yield running


def test_presses_become_actions_and_methods(driver_rig: DriverRig, kodi: FakeKodi) -> None:
    with driver_rig("remote", f"kodi:{kodi.address}", keys={"KEY_ZOOM": "aspectratio"}) as remote:
        assert not isinstance(remote, HoldingRemote)
        for key in ("KEY_OK", "KEY_HOME", "KEY_7", "KEY_ZOOM"):
            remote.press(key)
    assert kodi.done == ["select", "Input.Home", "number7", "aspectratio"]


def test_the_password_is_given_and_a_wrong_one_is_told(driver_rig: DriverRig, kodi: FakeKodi) -> None:
    kodi.password = base64.b64encode(b"kodi:right").decode()
    with driver_rig("remote", f"kodi:{kodi.address}", **RIGHT) as remote:
        remote.press("KEY_OK")
    said = rf"(?s)Kodi {kodi.address} refuses who asks: 401.*Settings > Services > Control"
    with pytest.raises(DeviceError, match=said) as raised, driver_rig("remote", f"kodi:{kodi.address}", **WRONG):
        pass
    assert "wrong-one" not in str(raised.value)


def test_an_action_that_it_does_not_know_is_an_error(driver_rig: DriverRig, kodi: FakeKodi) -> None:
    with (
        driver_rig("remote", f"kodi:{kodi.address}", keys={"KEY_X": "no-such-action"}) as remote,
        pytest.raises(DeviceError, match=r"(?s)refuses Input.ExecuteAction .*no-such-action.*Invalid params"),
    ):
        remote.press("KEY_X")


@pytest.mark.parametrize("answer", ["<html>", "[]", "{}", '{"result": "ping"}'])
def test_something_else_at_the_address_is_noticed_before_the_first_key(driver_rig: DriverRig, answer: str) -> None:
    with (
        HttpBox(lambda _request: (200, answer)) as router,
        pytest.raises(DeviceError, match=f"Kodi {router.address} answers"),
        driver_rig("remote", f"kodi:{router.address}"),
    ):
        pass
