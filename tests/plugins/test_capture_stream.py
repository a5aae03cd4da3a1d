"""`stream:` shows real streams, sent on loopback."""

from __future__ import annotations

import functools
import http.server
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import pytest
from tests.peers.capture_devices import PEERS, Process, RtspStream, Stream
from tests.peers.capture_trial import age, await_picture, bar_errors, frames_until_the_end
from tests.peers.ports import free_port
from tests.peers.stream_sender import RATE, Encoder

from qarunner import DeviceError
from qarunner.testing import DriverRig, driver_rig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qarunner import Capture

__all__ = ["driver_rig"]


@pytest.fixture(params=["limited", "full"])
def sender(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stream]:
    sender = Stream(tmp_path, request.param)
    yield sender
    sender.stop()


def assert_true_and_young(capture: Capture, oldest: float) -> None:
    pixels = await_picture(capture, lambda _pixels: True)
    assert bar_errors(pixels).max() <= 3
    frame = None
    while frame is None:
        frame = capture.read(5)
    now = time.monotonic()
    assert frame.time <= now
    # A picture says when it was made: not after it was "taken", whatever the network did.
    assert -0.05 < age(frame.pixels, frame.time) < oldest
    assert age(frame.pixels, now) < oldest


def test_a_live_stream_shows_true_colours_at_once(sender: Stream, driver_rig: DriverRig) -> None:
    with driver_rig("capture", sender.uri) as capture:
        assert_true_and_young(capture, oldest=2)


def test_udp_is_received(tmp_path: Path, driver_rig: DriverRig) -> None:
    port = free_port(socket.SOCK_DGRAM)
    sender = Process([sys.executable, str(PEERS / "stream_sender.py"), "udp", str(port)], tmp_path)
    try:
        with driver_rig("capture", f"stream:udp://127.0.0.1:{port}") as capture:
            assert_true_and_young(capture, oldest=2)
    finally:
        sender.stop()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and its URL."""
    folder = tmp_path / "web"
    folder.mkdir()
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_live_hls_is_shown_at_its_own_pace_not_in_bursts(web: tuple[Path, str], driver_rig: DriverRig) -> None:
    folder, url = web
    sender = Process([sys.executable, str(PEERS / "stream_sender.py"), "hls", str(folder)], folder.parent)
    try:
        deadline = time.monotonic() + 30
        while len(list(folder.glob("*.ts"))) < 5:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with driver_rig("capture", f"stream:{url}/live.m3u8") as capture:
            assert bar_errors(await_picture(capture, lambda _pixels: True)).max() <= 3
            frames = [capture.read(5) for _number in range(2 * RATE)]
    finally:
        sender.stop()
    steps = numpy.diff([frame.time for frame in frames if frame is not None])
    assert numpy.median(steps) == pytest.approx(1 / RATE, abs=0.01)


def test_a_recording_ends_and_says_so(tmp_path: Path, web: tuple[Path, str], driver_rig: DriverRig) -> None:
    Encoder(str(tmp_path / "one-second.ts"), "mpegts", {}, full=False).run(1.0)
    Encoder(str(web[0] / "live.m3u8"), "hls", {"hls_list_size": "0"}, full=False).run(1.0)
    for uri in ("stream:one-second.ts", f"stream:{web[1]}/live.m3u8"):
        began = time.monotonic()
        with driver_rig("capture", uri) as capture:
            count = frames_until_the_end(capture)
        assert RATE / 2 < count <= RATE
        assert time.monotonic() - began > 0.8


@pytest.mark.needs("rtsp")
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_rtsp_of_a_real_server_is_shown(transport: str, tmp_path: Path, driver_rig: DriverRig) -> None:
    server = RtspStream(tmp_path)
    try:
        with driver_rig("capture", server.uri, transport=transport) as capture:
            first = await_picture(capture, lambda _pixels: True)
            assert first.shape == (180, 320, 3)
            await_picture(capture, lambda pixels: (pixels != first).any())
    finally:
        server.stop()


def test_a_password_is_not_told(driver_rig: DriverRig) -> None:
    uri = f"stream:rtsp://me:verysecret@127.0.0.1:{free_port()}/live"
    with pytest.raises(DeviceError, match="Connection refused") as raised, driver_rig("capture", uri):
        pass
    assert "verysecret" not in str(raised.value)
    assert "127.0.0.1" in raised.value.problem


def test_srt_which_libav_lacks_is_told_with_a_way_out(driver_rig: DriverRig) -> None:
    with (
        pytest.raises(DeviceError, match="does not know srt") as raised,
        driver_rig("capture", "stream:srt://127.0.0.1:9000"),
    ):
        pass
    assert "srtsrc" in raised.value.advice


def test_something_that_is_no_video_is_told(tmp_path: Path, driver_rig: DriverRig) -> None:
    (tmp_path / "notes.bin").write_bytes(bytes(range(256)) * 9)
    with pytest.raises(DeviceError, match=r"notes\.bin"), driver_rig("capture", "stream:notes.bin"):
        pass
