"""A device that is gone, refuses or falls silent in a real run: an error, never a fail, with its name and advice."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.peers.capture_devices import Stream
from tests.peers.fake_program import FakeProgram
from tests.peers.http_box import HttpBox
from tests.peers.pack_run import Pack
from tests.peers.ports import free_port
from tests.peers.power_peers import usb_hub
from tests.peers.x_display import XDisplay

PRELUDE = """
import os, signal
import stbt_core as stbt
import qarunner.runner.device
qarunner.runner.device.NO_VIDEO_AFTER = 3.0

def look(frames):
    "Use each picture; what a test asserts of the device must not be what fails."
    for number, frame in enumerate(stbt.frames()):
        assert frame.shape
        if number == frames: return

def lose():
    os.kill(int(os.environ["PEER"]), signal.SIGKILL)
"""


@dataclass(frozen=True)
class Trouble:
    """What goes wrong.

    `devices`: of the node. `testcase`: its body. `names`: what the error says first: device, address, what happened.
    `advice`: what it says to try. `peer`: the process that the testcase ends, a number.
    """

    devices: dict[str, Any]
    testcase: str
    names: tuple[str, ...]
    advice: str
    peer: int = 0


@contextlib.contextmanager
def refused_connection(_folder: Path) -> Iterator[Trouble]:
    address = f"127.0.0.1:{free_port()}"
    said = ("Kodi", address, "refuses")
    yield Trouble({"remote": f"kodi:{address}"}, "stbt.press('KEY_OK')", said, "Allow remote control via HTTP")


@contextlib.contextmanager
def unknown_host(_folder: Path) -> Iterator[Trouble]:
    devices = {"remote": "lirc:no-such-host.invalid:8765:attic"}
    yield Trouble(devices, "stbt.press('KEY_OK')", ("LIRC", "no-such-host.invalid:8765"), "--listen")


@contextlib.contextmanager
def lost_network_of_a_remote(_folder: Path) -> Iterator[Trouble]:
    with HttpBox() as box:

        def answer(request: Any) -> tuple[int, str]:
            if "KEY_RED" in request.path:
                box.hang()
            return 200, ""

        box.answer = answer
        devices = {"remote": {"uri": f"http://{box.address}/{{key}}", "timeout": 1}}
        testcase = "stbt.press('KEY_OK'); stbt.press('KEY_RED'); stbt.press('KEY_OK')"
        yield Trouble(devices, testcase, (box.address, "does not answer in time"), "Look at the URL of the remote")


@contextlib.contextmanager
def lost_network_of_a_capture(folder: Path) -> Iterator[Trouble]:
    stream = Stream(folder)
    try:
        said = (stream.told_name, "refused")
        yield Trouble({"capture": stream.uri}, "look(5); lose(); look(10**6)", said, "ffplay URL", stream.pid)
    finally:
        stream.stop()


@contextlib.contextmanager
def unplugged_before_the_run(_folder: Path) -> Iterator[Trouble]:
    said = ("video device /dev/video97", "is not there")
    yield Trouble({"capture": "v4l2:/dev/video97"}, "look(5)", said, "/dev/video*")


@contextlib.contextmanager
def unplugged_in_use(_folder: Path) -> Iterator[Trouble]:
    with XDisplay() as display:
        said = (f"screen {display.name}",)
        devices = {"capture": f"screen:{display.name}"}
        yield Trouble(devices, "look(5); lose(); look(10**6)", said, "xdpyinfo", display.pid)


@contextlib.contextmanager
def unplugged_outlet(_folder: Path) -> Iterator[Trouble]:
    hub: FakeProgram
    with usb_hub() as hub:
        mark = str(hub.folder / "gone")
        testcase = f"node.power.off(); open({mark!r}, 'w').close(); node.power.on()"
        yield Trouble({"power": "usb:1-1/2"}, testcase, ("USB hub 1-1 port 2", "No compatible devices"), "udev rule")


@contextlib.contextmanager
def wrong_credentials(_folder: Path) -> Iterator[Trouble]:
    with HttpBox(lambda _request: (401, "")) as box:
        devices = {"remote": {"uri": f"http://{box.address}/{{key}}", "user": "qa", "password": "geheim"}}
        yield Trouble(devices, "stbt.press('KEY_OK')", (box.address, "refuses who asks: 401"), "`password`")


TROUBLES: dict[Callable[[Path], AbstractContextManager[Trouble]], tuple[str, ...]] = {
    refused_connection: (),
    unknown_host: (),
    lost_network_of_a_remote: (),
    lost_network_of_a_capture: (),
    unplugged_before_the_run: (),
    unplugged_in_use: ("xvfb",),
    unplugged_outlet: (),
    wrong_credentials: (),
}
"""Each with the system programs that it needs."""


@pytest.mark.parametrize(
    "trouble",
    [pytest.param(make, marks=pytest.mark.needs(*needs), id=make.__name__) for make, needs in TROUBLES.items()],
)
def test_it_is_an_error_that_names_the_device_its_address_and_what_to_try(
    trouble: Callable[[Path], AbstractContextManager[Trouble]], pack: Pack, tmp_path: Path
) -> None:
    with trouble(tmp_path) as made:
        devices = {"capture": "pattern:", "remote": "pattern:", **made.devices}
        lines = (f"{name} = {_toml(value)}" for name, value in devices.items())
        pack.write("qarunner.toml", "\n".join([f"[nodes.{pack.node}]", *lines, ""]))
        pack.write("tests/all.py", f"{PRELUDE}\ndef test_device(node):\n    {made.testcase}\n")
        done = pack.run(PEER=str(made.peer))
    assert done.outcomes() == {"test_device": "error"}, done.output
    failure = done.results["test_device"].failure
    assert failure is not None
    for name in made.names:
        assert name in failure.message
    assert made.advice in failure.message + failure.traceback
    assert made.advice in done.output, "on the terminal as well"
    assert "geheim" not in done.output + failure.message + failure.traceback
    assert done.code == 6


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {json.dumps(one)}" for name, one in value.items()) + "}"
    return json.dumps(value)
