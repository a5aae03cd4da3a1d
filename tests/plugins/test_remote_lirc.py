"""`lirc:`, with the real daemon: what it sends is decoded back to the names of keys by LIRC's own decoder."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.lirc_daemon import CODES, LircDaemon, lirc_daemon
from tests.peers.rig_node import eventually

from qarunner import ConfigurationError, DeviceError, UnknownKeyError
from qarunner.testing import DriverRig
from qarunner_plugins import remote_lirc

pytestmark = pytest.mark.needs("lirc")
pytest_plugins = ["qarunner.testing"]


@pytest.fixture(scope="module")
def daemon() -> Iterator[LircDaemon]:
    with lirc_daemon("living-room", "attic") as running:
        yield running


def arrive(daemon: LircDaemon, before: int, count: int) -> list[tuple[str, int, str]]:
    """Wait until so many codes have been sent since `before`, and return them."""
    return eventually(lambda: (d := daemon.decoded()[before:])[: len(d) if len(d) >= count else 0], "infrared codes")


@pytest.mark.parametrize("where", ["socket", "network"])
def test_presses_leave_as_infrared_that_decodes_to_the_same_keys(
    driver_rig: DriverRig, daemon: LircDaemon, where: str
) -> None:
    address = str(daemon.socket) if where == "socket" else f"127.0.0.1:{daemon.port}"
    before = len(daemon.decoded())
    with driver_rig("remote", f"lirc:{address}:attic") as remote:
        assert list(remote.keys() or ()) == list(CODES)
        for key in ("KEY_UP", "KEY_OK", "KEY_OK", "KEY_1"):
            remote.press(key)
    assert arrive(daemon, before, 4) == [(key, 0, "attic") for key in ("KEY_UP", "KEY_OK", "KEY_OK", "KEY_1")]


def test_a_held_key_repeats_until_it_is_released(driver_rig: DriverRig, daemon: LircDaemon) -> None:
    before = len(daemon.decoded())
    with driver_rig("remote", f"lirc:{daemon.socket}:living-room") as remote:
        remote.keydown("KEY_DOWN")
        arrive(daemon, before, 4)
        remote.keyup("KEY_DOWN")
        remote.press("KEY_OK")
    eventually(lambda: daemon.decoded()[-1][0] == "KEY_OK", "the key after the held one")
    codes = daemon.decoded()[before:]
    held = list(itertools.takewhile(lambda code: code[0] == "KEY_DOWN", codes))
    assert [repeats for _, repeats, _ in held] == list(range(len(held)))
    assert codes[len(held) :] == [("KEY_OK", 0, "living-room")]


def test_closing_releases_a_held_key(driver_rig: DriverRig, daemon: LircDaemon) -> None:
    with driver_rig("remote", f"lirc:{daemon.socket}:living-room") as remote:
        remote.keydown("KEY_UP")
    with driver_rig("remote", f"lirc:{daemon.socket}:living-room") as remote:
        remote.press("KEY_OK")  # a daemon that still repeats refuses: it is busy


def test_further_names_are_given_in_the_configuration(driver_rig: DriverRig, daemon: LircDaemon) -> None:
    before = len(daemon.decoded())
    with driver_rig("remote", f"lirc:{daemon.socket}:attic", keys={"KEY_STANDBY": "KEY_POWER"}, repeats=2) as remote:
        assert "KEY_STANDBY" in (remote.keys() or ())
        remote.press("KEY_STANDBY")
    assert arrive(daemon, before, 3) == [("KEY_POWER", number, "attic") for number in range(3)]


def test_a_key_it_does_not_have_is_answered_with_the_nearest(driver_rig: DriverRig, daemon: LircDaemon) -> None:
    with (
        driver_rig("remote", f"lirc:{daemon.socket}:attic") as remote,
        pytest.raises(UnknownKeyError, match=r"(?s)'attic' of LIRC daemon .* has no key 'KEY_UPP'.*KEY_UP'"),
    ):
        remote.press("KEY_UPP")


def test_an_unknown_remote_is_answered_with_the_known_ones(driver_rig: DriverRig, daemon: LircDaemon) -> None:
    said = rf"(?s){re.escape(str(daemon.socket))} has no remote 'cellar'.*it has living-room, attic"
    with pytest.raises(DeviceError, match=said), driver_rig("remote", f"lirc:{daemon.socket}:cellar"):
        pass
    with (
        pytest.raises(DeviceError, match=r"(?s)which remote.*living-room, attic"),
        driver_rig("remote", f"lirc:{daemon.socket}"),
    ):
        pass


@pytest.mark.parametrize(
    ("address", "resource"),
    [
        ("attic", "lirc /run/lirc/lircd attic"),
        (":attic", "lirc /run/lirc/lircd attic"),
        ("", "lirc /run/lirc/lircd"),
        ("/tmp/x/../sock:attic", "lirc /tmp/sock attic"),  # noqa: S108 - only a name
        ("box:8765:attic", "lirc box:8765 attic"),
        (":8765:attic", "lirc localhost:8765 attic"),
        ("[::1]:8765:attic", "lirc [::1]:8765 attic"),
    ],
)
def test_addresses_are_those_of_stb_tester_and_shorter_ones(driver_rig: DriverRig, address: str, resource: str) -> None:
    assert list(driver_rig.resolve("remote", f"lirc:{address}").resources()) == [resource]


@pytest.mark.parametrize("address", ["living room", "no-path:attic", "box:99999:attic"])
def test_an_address_that_is_none_is_refused(driver_rig: DriverRig, address: str) -> None:
    with pytest.raises(ConfigurationError, match="'test-node'"):
        driver_rig.resolve("remote", f"lirc:{address}").open()


def test_a_name_of_two_words_is_refused_where_it_is_configured(driver_rig: DriverRig) -> None:
    with pytest.raises(ConfigurationError, match="white space"):
        driver_rig.resolve("remote", "lirc:attic", keys={"KEY_A": "KEY_B 20"})


def test_the_remotes_of_the_daemon_at_the_usual_place_are_found(
    daemon: LircDaemon, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    [driver] = remote_lirc.qa_drivers()
    monkeypatch.setattr(remote_lirc, "DEFAULT_SOCKET", str(daemon.socket))
    assert [one.uri for one in driver.discover()] == ["lirc:living-room", "lirc:attic"]
    monkeypatch.setattr(remote_lirc, "DEFAULT_SOCKET", str(tmp_path / "nobody"))
    assert list(driver.discover()) == []
