"""`vnc:` with a real VNC server, on whose display a real program tells which keys arrive."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from tests.peers.key_display import KeyDisplay

from qarunner import ConfigurationError, DeviceError
from qarunner.testing import DriverRig
from qarunner_plugins.keysyms import KEYSYMS

pytest_plugins = ["qarunner.testing"]
real = pytest.mark.needs("keyboard", "vnc-keys")
RIGHT, WRONG = {"password": "open sesame"}, {"password": "wrong one"}


@pytest.fixture
def display() -> Iterator[KeyDisplay]:
    with KeyDisplay(vnc=True) as running:
        yield running


@real
def test_every_key_of_the_table_arrives_as_itself(driver_rig: DriverRig, display: KeyDisplay) -> None:
    with driver_rig("remote", f"vnc:{display.address}", keys={"KEY_ZOOM": "é"}) as remote:
        for key in remote.keys() or ():
            remote.press(key)
    codes = [*KEYSYMS.values(), 0xE9]
    display.await_events(*((kind, code) for code in codes for kind in ("Press", "Release")))


@real
def test_a_held_key_stays_down_and_closing_releases_it(driver_rig: DriverRig, display: KeyDisplay) -> None:
    with driver_rig("remote", f"vnc:{display.address}") as remote:
        remote.keydown("KEY_DOWN")
        display.await_events(("Press", KEYSYMS["KEY_DOWN"]))
        remote.keyup("KEY_DOWN")
        remote.keydown("KEY_UP")
    keys = ("KEY_DOWN", "KEY_UP")
    display.await_events(*((kind, KEYSYMS[key]) for key in keys for kind in ("Press", "Release")))


@real
def test_a_password_is_proven_and_a_wrong_one_told(driver_rig: DriverRig) -> None:
    with KeyDisplay(vnc=True, password=b"open sesame\n") as display:
        with driver_rig("remote", f"vnc:{display.address}", **RIGHT) as remote:
            remote.press("KEY_OK")
        display.await_events(("Press", KEYSYMS["KEY_OK"]), ("Release", KEYSYMS["KEY_OK"]))
        said = rf"(?s)VNC server {display.address} refuses who asks: .*`password`"
        with pytest.raises(DeviceError, match=said) as raised, driver_rig("remote", f"vnc:{display.address}", **WRONG):
            pass
        assert "wrong one" not in str(raised.value)
        with pytest.raises(DeviceError, match="asks for a password"), driver_rig("remote", f"vnc:{display.address}"):
            pass


def serve(said: bytes) -> tuple[socket.socket, int]:
    """Listen, say this to whoever comes, and hang up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with listening.accept()[0] as connected:
            connected.sendall(said)
            connected.shutdown(socket.SHUT_WR)
            while connected.recv(4096):
                pass

    threading.Thread(target=answer, daemon=True).start()
    return listening, listening.getsockname()[1]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not as VNC does"),
        (b"RFB 003.008\n\0\0\0\0\x08too many", "refuses the connection: too many"),
        (b"RFB 003.003\n\0\0\0\0\0\0\0\x04busy", "refuses the connection: busy"),
        (b"RFB 003.008\n\x01\x13", r"not known here: \[19\]"),
        (b"RFB 003.008\n\x01\x01\0\0\0\x01\0\0\0\x02no", "refuses who asks: no"),
        (b"RFB 003.008\n\x01\x01\0\0\0\0" + bytes(20) + b"\xff\xff\xff\xff", "a text of 4294967295 bytes"),
        (b"RFB 003", "has closed the connection"),
    ],
)
def test_a_server_that_refuses_or_is_none_is_told_apart(driver_rig: DriverRig, said: bytes, told: str) -> None:
    listening, port = serve(said)
    with listening, pytest.raises(DeviceError, match=told), driver_rig("remote", f"vnc:127.0.0.1:{port}"):
        pass


def test_messages_that_nobody_asked_for_are_passed_over(driver_rig: DriverRig) -> None:
    hello = b"RFB 003.008\n\x01\x01\0\0\0\0" + b"\0\x10\0\x10\x08" + bytes(15) + b"\0\0\0\x01x"
    chatter = b"\x02" + b"\x01\0\0\0\0\x02" + bytes(12) + b"\x03\0\0\0\0\0\0\x02hi"
    listening, port = serve(hello + chatter + b"\0\0\0\x01" + b"\0\0\0\0\0\x01\0\x01\0\0\0\0" + b"p" + b"\x63")
    with listening, driver_rig("remote", f"vnc:127.0.0.1:{port}", timeout=9) as remote:
        remote.press("KEY_OK")
        with pytest.raises(DeviceError, match="message of type 99"):
            remote.press("KEY_OK")


def test_a_key_without_a_number_is_refused_where_it_is_configured(driver_rig: DriverRig) -> None:
    with pytest.raises(ConfigurationError, match="'XF86Foo' is no key"):
        driver_rig.resolve("remote", "vnc:box", keys={"KEY_X": "XF86Foo"})
