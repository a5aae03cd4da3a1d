"""Real devices for captures, each of which can be taken away, brought back and made to stand still."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import av
from tests.peers.android_screen import FakeAndroid
from tests.peers.capture_trial import bars
from tests.peers.grabber import grabber
from tests.peers.ports import free_port
from tests.peers.remote_peers import virtual
from tests.peers.x_display import XDisplay

PEERS = Path(__file__).parent


class CaptureDevice(Protocol):
    """What the conformance of a capture is tried on."""

    uri: str
    options: dict[str, Any]
    told_name: str
    absent: str
    """A URI at which there is nothing."""
    absent_name: str

    def start(self) -> None:
        """Bring it back."""
        ...

    def stop(self) -> None:
        """Take it away, at once; also when it is not there."""
        ...

    def freeze(self) -> None:
        """Make it stand still without a word."""
        ...

    def thaw(self) -> None:
        """Let it go on."""
        ...


class Screen(XDisplay):
    """For `screen:`."""

    def __init__(self, _folder: Path) -> None:
        super().__init__()
        self.uri, self.told_name = f"screen:{self.name}", self.name
        self.absent, self.absent_name = "screen::9753", ":9753"
        self.options: dict[str, Any] = {}


class ScreenByGstreamer(XDisplay):
    """For `gstreamer:`; when its X server goes, Xlib ends the pipeline's process."""

    def __init__(self, _folder: Path) -> None:
        super().__init__()
        self.uri = f"gstreamer:ximagesrc display-name={self.name} use-damage=false ! video/x-raw,framerate=25/1"
        self.told_name = self.name
        self.absent, self.absent_name = "gstreamer:v4l2src device=/dev/video97", "/dev/video97"
        self.options: dict[str, Any] = {}


class VncScreen(XDisplay):
    """For `vnc:`, TigerVNC's server."""

    def __init__(self, _folder: Path, password_file: str = "", size: tuple[int, int] = (640, 360)) -> None:
        self.port = free_port()
        security = (
            ["-SecurityTypes", "VncAuth", "-rfbauth", password_file] if password_file else ["-SecurityTypes=None"]
        )
        self._listening = ["-rfbport", str(self.port), "-interface", "127.0.0.1", *security]
        super().__init__(*size)
        self.uri = f"vnc:127.0.0.1:{self.port}"
        self.told_name = f"127.0.0.1:{self.port}"
        self.absent_name = f"127.0.0.1:{free_port()}"
        self.absent = f"vnc:{self.absent_name}"
        self.options: dict[str, Any] = {}

    def _program(self) -> list[str]:
        width, height = self.size
        return ["Xtigervnc", "-geometry", f"{width}x{height}", "-depth", "24", *self._listening]


class Process:
    """A device that is a process, which says when it is ready."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command = command
        self._log = folder / "device.log"
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.stop()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        assert "ready" in self._process.stdout.readline(), self._log.read_text(encoding="utf-8")

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """Kill it."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def freeze(self) -> None:
        """Stop it without ending it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


class Stream(Process):
    """For `stream:`, MPEG-TS over TCP."""

    def __init__(self, folder: Path, *how: str) -> None:
        port = free_port()
        super().__init__([sys.executable, str(PEERS / "stream_sender.py"), "tcp", str(port), *how], folder)
        self.uri = f"stream:tcp://127.0.0.1:{port}"
        self.told_name = f"tcp://127.0.0.1:{port}"
        self.absent_name = f"tcp://127.0.0.1:{free_port()}"
        self.absent = f"stream:{self.absent_name}"
        self.options: dict[str, Any] = {}


class RtspStream(Process):
    """For `stream:`, VP8 over RTSP, sent by GStreamer."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        super().__init__(["/usr/bin/python3", str(PEERS / "rtsp_server.py"), str(port)], folder)
        self.told_name = f"rtsp://127.0.0.1:{port}/live"
        self.uri = f"stream:{self.told_name}"
        self.absent_name = f"rtsp://127.0.0.1:{port}/no-such-stream"
        self.absent = f"stream:{self.absent_name}"
        self.options: dict[str, Any] = {}


class SoundingStream(Process):
    """For `stream:` with sound, MPEG-TS over TCP."""

    uri_of, codecs = "stream:tcp://127.0.0.1:{port}", "mpegts"
    options: dict[str, Any] = {}

    def __init__(self, folder: Path) -> None:
        port = free_port()
        super().__init__([sys.executable, str(PEERS / "flash_and_beep.py"), "tcp", str(port), self.codecs], folder)
        self.uri, self.told_name = self.uri_of.format(port=port), str(port)
        self.absent_name = str(free_port())
        self.absent = self.uri_of.format(port=self.absent_name)


class SoundingPipeline(SoundingStream):
    """For `gstreamer:` with sound, Matroska over TCP."""

    uri_of = "gstreamer:tcpclientsrc host=127.0.0.1 port={port} ! matroskademux name=d d. ! queue ! jpegdec"
    codecs = "matroska"
    options = {"audio": "d. ! queue"}


class Android(FakeAndroid):
    """For `adb:`."""

    def __init__(self, _folder: Path) -> None:
        super().__init__()
        self.start()
        self.uri, self.absent = "adb:0123ABCD?fps=20", "adb:0123ABCE"
        self.told_name, self.absent_name = "0123ABCD", "0123ABCE"
        self.options: dict[str, Any] = {"server": self.address, "timeout": 3}

    def freeze(self) -> None:
        """Answer nothing any more."""
        self.hang()

    def thaw(self) -> None:
        """Go on."""
        self.go_on()


class PlayedStream(Stream):
    """For `video:`, which plays a stream as well as a file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.uri, self.absent = f"video:{self.told_name}", f"video:{self.absent_name}"


Made = AbstractContextManager[CaptureDevice]


def _until_stopped(make: Callable[[Path], CaptureDevice]) -> Callable[[Path], Made]:
    @contextlib.contextmanager
    def having(folder: Path) -> Iterator[CaptureDevice]:
        device = make(folder)
        try:
            yield device
        finally:
            device.stop()

    return having


DEVICES: dict[str, tuple[tuple[str, ...], Callable[[Path], Made]]] = {
    "adb": ((), _until_stopped(Android)),
    "gstreamer": (("gstreamer", "xvfb"), _until_stopped(ScreenByGstreamer)),
    "screen": (("xvfb",), _until_stopped(Screen)),
    "vnc": (("xvfb", "vnc-keys"), _until_stopped(VncScreen)),
    "stream": ((), _until_stopped(Stream)),
    "stream-sound": ((), _until_stopped(SoundingStream)),
    "gstreamer-sound": (("gstreamer", "gstreamer-sound"), _until_stopped(SoundingPipeline)),
    "stream-rtsp": (("rtsp",), _until_stopped(RtspStream)),
    "v4l2": ((), grabber),
    "video": ((), _until_stopped(PlayedStream)),
}
"""By name: the system programs it needs, and what has one for a while."""


@contextlib.contextmanager
def recorded(folder: Path) -> Iterator[str]:
    """Make a recorded result in a pack, for `replay:`."""
    (folder / "recorded").mkdir()
    with av.open(str(folder / "recorded" / "video.mp4"), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 768, 96, "yuv420p"
        for number in range(10):
            picture: Any = av.VideoFrame.from_ndarray(bars(), "bgr24")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    said = {"schema": 1, "result_id": "x", "origin": "video", "started": "2026-01-01T00:00:00Z", "events": []}
    (folder / "recorded" / "timeline.json").write_text(json.dumps(said), encoding="utf-8")
    yield "replay:recorded"


PEERLESS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {"virtual": virtual, "replay": recorded}
"""Drivers whose device is in the same process, so that it can neither die nor hang."""
