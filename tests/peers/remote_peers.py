"""What stands at the other end of a remote driver in the conformance suite: it can die, come back, and hang."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.peers.bench import Bench
from tests.peers.certificates import make_certificate
from tests.peers.fake_boxes import FakeKodi, FakeRoku
from tests.peers.fake_program import FakeProgram
from tests.peers.http_box import HttpBox
from tests.peers.key_display import KeyDisplay
from tests.peers.lirc_daemon import lirc_daemon
from tests.peers.wire_box import FakeAdbServer, FakeIrNetBox

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


@contextlib.contextmanager
def _lirc(where: str) -> Iterator[Bench]:
    with lirc_daemon() as daemon:
        address = str(daemon.socket) if where == "socket" else f"127.0.0.1:{daemon.port}"
        yield Bench(daemon, f"lirc:{address}:living-room", address, {"timeout": 1.5})


@contextlib.contextmanager
def _http() -> Iterator[Bench]:
    with HttpBox() as box:
        options = {"timeout": 1.5, "probe": "/status", "actions": {"down": "down", "up": "up"}}
        yield Bench(box, f"http://{box.address}/{{key}}/{{action}}", box.address, options)


@contextlib.contextmanager
def _https() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(Path(folder))
        with HttpBox(certificate=(certificate, key)) as box:
            options = {"timeout": 1.5, "probe": "/status", "ca_file": str(certificate)}
            yield Bench(box, f"https://{box.address}/{{key}}", box.address, options)


@contextlib.contextmanager
def _fake(scheme: str, box: HttpBox) -> Iterator[Bench]:
    with box:
        yield Bench(box, f"{scheme}:{box.address}", box.address, {"timeout": 1.5})


@contextlib.contextmanager
def _display(*, vnc: bool) -> Iterator[Bench]:
    with KeyDisplay(vnc=vnc) as display:
        uri, mentions = (f"vnc:{display.address}", display.address) if vnc else (f"x11:{display.name}", display.name)
        yield Bench(display, uri, mentions, {"timeout": 2})


@contextlib.contextmanager
def _adb() -> Iterator[Bench]:
    with FakeAdbServer() as server:
        yield Bench(server, "adb:0123ABCD", server.address, {"timeout": 1.5, "server": server.address})


@contextlib.contextmanager
def _irnetbox() -> Iterator[Bench]:
    with FakeIrNetBox() as box, tempfile.NamedTemporaryFile("w", suffix=".config") as signals:
        signals.write("KEY_OK MOD_SIG 16 0A0B\n")
        signals.flush()
        options = {"timeout": 1.5, "signals": signals.name}
        yield Bench(box, f"irnetbox:{box.address}:1", box.address, options)


@contextlib.contextmanager
def _program(scheme: str, name: str, device: str, **options: object) -> Iterator[Bench]:
    with FakeProgram(name, gone=f"{device}: cannot open: No such file or directory") as fake:
        yield Bench(fake, f"{scheme}:{device}", device, {"timeout": 1.5, **options})


BENCHES: dict[str, tuple[Callable[[], AbstractContextManager[Bench]], tuple[str, ...]]] = {
    "lirc": (lambda: _lirc("socket"), ("lirc",)),
    "http": (_http, ()),
    "https": (_https, ()),
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


@contextlib.contextmanager
def virtual(_folder: Path) -> Iterator[str]:
    """Need nothing but the driver."""
    yield "virtual:"


@contextlib.contextmanager
def replay(folder: Path) -> Iterator[str]:
    """Make a recorded result in a pack, with the presses that the suite makes."""
    presses = [{"time": 1, "kind": "press", "label": "KEY_OK", "data": {"key": "KEY_OK"}}]
    presses.append({"time": 2, "kind": "press", "label": "KEY_OK", "data": {"key": "KEY_OK", "hold": 1}})
    said = {"schema": 1, "result_id": "x", "origin": "video", "started": "2026-01-01T00:00:00Z", "events": presses}
    (folder / "recorded").mkdir()
    (folder / "recorded" / "timeline.json").write_text(json.dumps(said), encoding="utf-8")
    yield "replay:recorded"


PEERLESS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {"virtual": virtual, "replay": replay}
"""Drivers whose device is in the same process, so that it can neither die nor hang."""
