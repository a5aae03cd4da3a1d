"""What stands at the other end of a power driver: it switches, it can die, come back, and hang."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.peers.bench import Bench
from tests.peers.certificates import make_certificate
from tests.peers.fake_program import FakeProgram
from tests.peers.http_box import Answer, HttpBox, Request
from tests.peers.snmp_agent import SnmpAgent

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

KINDS: dict[str, tuple[str, str, dict[bool, dict[str, Any]]]] = {
    "tasmota": ("/cm?cmnd=Power%20On", "/cm?cmnd=Power%20Off", {True: {"POWER": "ON"}, False: {"POWER": "OFF"}}),
    "shelly": ("/relay/0?turn=on", "/relay/0?turn=off", {True: {"ison": True}, False: {"ison": False}}),
    "shelly2": (
        "/rpc/Switch.Set?id=0&on=true",
        "/rpc/Switch.Set?id=0&on=false",
        {True: {"id": 0, "output": True}, False: {"id": 0, "output": False}},
    ),
}
HUB = """Current status for hub 1-1 [0bda:5411 Generic 4-Port USB 2.1 Hub, USB 2.10, 5 ports, ppps]
  Port 2: {status}
"""
ON, OFF = "0100 power", "0000 off"


class Outlet:
    """An outlet's side of HTTP, as its maker's pages describe it."""

    def __init__(self, kind: str) -> None:
        self.on_path, self.off_path, self.words = KINDS[kind]
        self.on = True

    def answer(self, request: Request) -> Answer:
        if request.path in (self.on_path, self.off_path):
            self.on = request.path == self.on_path
        return 200, json.dumps(self.words[self.on])


@contextlib.contextmanager
def _http(kind: str) -> Iterator[Bench]:
    with HttpBox(Outlet(kind).answer) as box:
        yield Bench(box, f"http://{box.address}", box.address, {"timeout": 1.5, "kind": kind})


@contextlib.contextmanager
def _https() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(Path(folder))
        with HttpBox(Outlet("tasmota").answer, (certificate, key)) as box:
            options = {"timeout": 1.5, "kind": "tasmota", "ca_file": str(certificate)}
            yield Bench(box, f"https://{box.address}", box.address, options)


@contextlib.contextmanager
def _snmp() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="qa-snmpd-") as folder, SnmpAgent(Path(folder)) as agent:
        options = {"community": agent.community, "timeout": 2}
        yield Bench(agent, f"snmp:{agent.address}/3", agent.address, options)


@contextlib.contextmanager
def usb_hub() -> Iterator[FakeProgram]:
    """Have a fake of uhubctl that knows one hub, whose port 2 switches."""
    with FakeProgram("uhubctl", gone="No compatible devices detected!") as program:
        program.says(HUB.format(status=ON))
        program.says_from("-a on", HUB.format(status=ON))
        program.says_from("-a off", HUB.format(status=OFF))
        yield program


@contextlib.contextmanager
def _usb() -> Iterator[Bench]:
    with usb_hub() as program:
        yield Bench(program, "usb:1-1/2", "USB hub 1-1 port 2")


BENCHES: dict[str, tuple[Callable[[], AbstractContextManager[Bench]], tuple[str, ...]]] = {
    "http": (lambda: _http("tasmota"), ()),
    "http-shelly": (lambda: _http("shelly"), ()),
    "http-shelly2": (lambda: _http("shelly2"), ()),
    "https": (_https, ()),
    "snmp": (_snmp, ("snmp",)),
    "usb": (_usb, ()),
}
"""Each driver with its peer, and the system programs that the peer needs."""
PEERLESS = ("virtual",)
"""Drivers whose device is in the same process, so that it can neither die nor hang."""
