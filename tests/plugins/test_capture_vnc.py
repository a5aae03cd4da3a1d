"""`vnc:` shows the screen of a real VNC server."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.peers.capture_devices import VncScreen
from tests.peers.capture_trial import COLOURS, await_picture, exact

from qarunner import DeviceError, DeviceLostError
from qarunner.testing import DriverRig, driver_rig
from qarunner_plugins import capture_vnc

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.needs("vnc-keys", "xvfb")

__all__ = ["driver_rig"]

RIGHT, WRONG = {"password": "televisi"}, {"password": "wrongpass"}


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VncScreen]:
    with VncScreen(tmp_path_factory.mktemp("vnc")) as screen:
        yield screen


def test_colours_arrive_exactly(screen: VncScreen, driver_rig: DriverRig) -> None:
    with driver_rig("capture", screen.uri, fps=60) as capture:
        for colour in COLOURS:
            screen.colour(*colour)
            await_picture(capture, exact(colour))


def test_parts_of_the_screen_change_in_place(screen: VncScreen, driver_rig: DriverRig) -> None:
    screen.colour(0, 0, 0)
    with driver_rig("capture", screen.uri) as capture:
        await_picture(capture, exact((0, 0, 0)))
        terminal = screen.run(["xterm", "-geometry", "20x4+300+150", "-bg", "#204060", "-e", "cat"])
        pixels = await_picture(capture, lambda pixels: (pixels[160:170, 390] == (0x60, 0x40, 0x20)).all())
        assert not pixels[:149].any()
        assert not pixels[:, :299].any()
        terminal.kill()
        # This server draws the pointer, which nobody has moved, in the middle.
        await_picture(capture, lambda pixels: not pixels[:, 340:].any())


def test_a_screen_that_stands_still_keeps_its_signal(
    screen: VncScreen, driver_rig: DriverRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_vnc, "PROOF_PAUSE", 0.05)
    with driver_rig("capture", screen.uri, fps=20) as capture:
        frames = [capture.read(5) for _number in range(20)]
    times = [frame.time for frame in frames if frame is not None]
    assert len(times) == 20
    assert times[-1] - times[0] == pytest.approx(19 / 20, abs=0.4)


def test_a_password_is_asked_for_and_proved(tmp_path: Path, driver_rig: DriverRig) -> None:
    file = tmp_path / "password"
    file.write_bytes(
        subprocess.run(["tigervncpasswd", "-f"], input=b"televisi\n", capture_output=True, check=True).stdout
    )
    with VncScreen(tmp_path, str(file)) as screen:
        with driver_rig("capture", screen.uri, **RIGHT) as capture:
            await_picture(capture, lambda _pixels: True)
        with pytest.raises(DeviceError, match="asks for a password"), driver_rig("capture", screen.uri):
            pass
        with (
            pytest.raises(DeviceError, match="refuses who asks") as raised,
            driver_rig("capture", screen.uri, **WRONG),
        ):
            pass
    assert "wrongpass" not in str(raised.value)


def test_a_screen_that_changes_its_size_is_opened_again(tmp_path: Path, driver_rig: DriverRig) -> None:
    with VncScreen(tmp_path) as screen, driver_rig("capture", screen.uri) as capture:
        await_picture(capture, lambda _pixels: True)
        subprocess.run(["xrandr", "-display", screen.name, "--fb", "800x600"], check=True, capture_output=True)
        with pytest.raises(DeviceLostError, match=r"from \(640, 360\) to \(800, 600\)"):
            await_picture(capture, lambda _pixels: False)
        capture.close()
        assert (capture.open().width, capture.open().height) == (800, 600)


GREETING = b"RFB 003.008\n"
INIT = b"\x01\x01" + b"\0" * 4 + struct.pack(">HH", 8, 4) + bytes(16) + struct.pack(">I", 2) + b"tv"


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (b"SSH-2.0-OpenSSH_9\r\n", "not as VNC does"),
        (GREETING + b"\0" + struct.pack(">I", 8) + b"too many", "refuses the connection: too many"),
        (GREETING + b"\x01\x13", r"only ways to log in that are not known here: \[19\]"),
        (GREETING + INIT[:6] + struct.pack(">HH", 0, 4) + INIT[10:], "screen is 0x4"),
        (GREETING + INIT + b"\0\0\0\x01" + struct.pack(">HHHHi", 4, 0, 5, 4, 0), "outside of its screen"),
        (GREETING + INIT + b"\0\0\0\x01" + struct.pack(">HHHHi", 0, 0, 8, 4, 16), "encoding, 16"),
        (GREETING + INIT + b"\x63", "message of type 99"),
        (GREETING + INIT + b"\x03\0\0\0" + b"\xff" * 4, "text of 4294967295 bytes"),
        (GREETING + INIT[:3], "has closed the connection"),
    ],
)
def test_a_server_that_talks_nonsense_is_told(says: bytes, told: str, driver_rig: DriverRig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            with server.accept()[0] as client:
                client.settimeout(5)
                client.sendall(says)
                client.shutdown(socket.SHUT_WR)
                while client.recv(1000):
                    pass

        thread = threading.Thread(target=talk)
        thread.start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(DeviceError, match=told) as raised, driver_rig("capture", f"vnc:{address}"):
            pass
        thread.join(10)
    assert address in raised.value.problem
