"""What stands at the other end of a remote driver in the conformance suite: it can die, come back, and hang."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from tests.peers.fake_boxes import FakeKodi, FakeRoku
from tests.peers.fake_program import FakeProgram
from tests.peers.http_box import HttpBox
from tests.peers.key_display import KeyDisplay
from tests.peers.lirc_daemon import lirc_daemon
from tests.peers.wire_box import FakeAdbServer, FakeIrNetBox

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


class Peer(Protocol):
    """The other end."""

    def start(self) -> None:
        """Begin (again), at the same address."""

    def stop(self) -> None:
        """Die."""

    def hang(self) -> None:
        """Keep connections open, and answer nothing any more."""


@dataclass
class Bench:
    """A driver's address with the peer behind it.

    `mentions`: what every error must name.
    """

    peer: Peer
    uri: str
    key: str
    mentions: str
    options: dict[str, Any] = field(default_factory=dict)


@contextlib.contextmanager
def _lirc(where: str) -> Iterator[Bench]:
    with lirc_daemon() as daemon:
        address = str(daemon.socket) if where == "socket" else f"127.0.0.1:{daemon.port}"
        yield Bench(daemon, f"lirc:{address}:living-room", "KEY_OK", address, {"timeout": 1.5})


@contextlib.contextmanager
def _http() -> Iterator[Bench]:
    with HttpBox() as box:
        options = {"timeout": 1.5, "probe": "/status", "actions": {"down": "down", "up": "up"}}
        yield Bench(box, f"http://{box.address}/{{key}}/{{action}}", "KEY_OK", box.address, options)


@contextlib.contextmanager
def _fake(scheme: str, box: HttpBox) -> Iterator[Bench]:
    with box:
        yield Bench(box, f"{scheme}:{box.address}", "KEY_OK", box.address, {"timeout": 1.5})


@contextlib.contextmanager
def _display(*, vnc: bool) -> Iterator[Bench]:
    with KeyDisplay(vnc=vnc) as display:
        uri, mentions = (f"vnc:{display.address}", display.address) if vnc else (f"x11:{display.name}", display.name)
        yield Bench(display, uri, "KEY_OK", mentions, {"timeout": 2})


@contextlib.contextmanager
def _adb() -> Iterator[Bench]:
    with FakeAdbServer() as server:
        yield Bench(server, "adb:0123ABCD", "KEY_OK", server.address, {"timeout": 1.5, "server": server.address})


@contextlib.contextmanager
def _irnetbox() -> Iterator[Bench]:
    with FakeIrNetBox() as box, tempfile.NamedTemporaryFile("w", suffix=".config") as signals:
        signals.write("KEY_OK MOD_SIG 16 0A0B\n")
        signals.flush()
        options = {"timeout": 1.5, "signals": signals.name}
        yield Bench(box, f"irnetbox:{box.address}:1", "KEY_OK", box.address, options)


@contextlib.contextmanager
def _program(scheme: str, name: str, device: str, **options: object) -> Iterator[Bench]:
    with FakeProgram(name, gone=f"{device}: cannot open: No such file or directory") as fake:
        yield Bench(fake, f"{scheme}:{device}", "KEY_OK", device, {"timeout": 1.5, **options})


BENCHES: dict[str, tuple[Callable[[], AbstractContextManager[Bench]], tuple[str, ...]]] = {
    "lirc": (lambda: _lirc("socket"), ("lirc",)),
    "http": (_http, ()),
    "roku": (lambda: _fake("roku", FakeRoku()), ()),
    "adb": (_adb, ()),
    "irnetbox": (_irnetbox, ()),
    "cec": (lambda: _program("cec", "cec-ctl", "/dev/cec7"), ()),
    "ir": (lambda: _program("ir", "ir-ctl", "/dev/lirc7", scancodes={"KEY_OK": "nec:0x40bf"}), ()),
    "x11": (lambda: _display(vnc=False), ("keyboard",)),
    "vnc": (lambda: _display(vnc=True), ("keyboard", "vnc-keys")),
    "kodi": (lambda: _fake("kodi", FakeKodi()), ()),
    "lirc-tcp": (lambda: _lirc("network"), ("lirc",)),
}
"""Each driver with its peer, and the system programs that the peer needs."""
