"""`roku:`, with a fake that speaks the External Control Protocol over a real socket. Not yet tried on hardware."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.peers.fake_boxes import ROKU_KEYS, FakeRoku
from tests.peers.http_box import HttpBox

from qarunner import DeviceError
from qarunner.testing import DriverRig
from qarunner_plugins.remote_roku import KEYS

pytest_plugins = ["qarunner.testing"]


@pytest.fixture
def roku() -> Iterator[FakeRoku]:
    with FakeRoku() as running:
        yield running


def test_presses_and_holds_arrive_by_the_names_of_the_protocol(driver_rig: DriverRig, roku: FakeRoku) -> None:
    with driver_rig("remote", f"roku:{roku.address}", keys={"KEY_HDMI1": "InputHDMI1"}) as remote:
        remote.press("KEY_OK")
        remote.press("KEY_SPACE")
        remote.press("KEY_A")
        remote.press("KEY_HDMI1")
        remote.keydown("KEY_RIGHT")
        remote.keyup("KEY_RIGHT")
        remote.keydown("KEY_UP")
    assert roku.paths == [
        "GET /query/device-info",
        "POST /keypress/Select",
        "POST /keypress/Lit_%20",
        "POST /keypress/Lit_a",
        "POST /keypress/InputHDMI1",
        "POST /keydown/Right",
        "POST /keyup/Right",
        "POST /keydown/Up",
        "POST /keyup/Up",
    ]


def test_every_key_of_the_table_is_one_of_the_protocol() -> None:
    assert {name for name in KEYS.values() if not name.startswith("Lit_")} <= ROKU_KEYS


def test_a_roku_that_takes_no_remotes_says_which_setting(driver_rig: DriverRig, roku: FakeRoku) -> None:
    roku.limited = True
    with (
        driver_rig("remote", f"roku:{roku.address}") as remote,
        pytest.raises(DeviceError, match=rf"(?s)Roku {roku.address} refuses who asks: 403.*Control by mobile apps"),
    ):
        remote.press("KEY_OK")


def test_something_else_at_the_address_is_noticed_before_the_first_key(driver_rig: DriverRig) -> None:
    with (
        HttpBox(lambda _request: (200, "<html>router</html>")) as router,
        pytest.raises(DeviceError, match="not as a Roku does: '<html>router</html>'"),
        driver_rig("remote", f"roku:{router.address}"),
    ):
        pass
