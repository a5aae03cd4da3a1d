"""Sound of real streams and pipelines, through a node's exporter into a video: within 40 ms of its picture.

The senders flash and beep at the same moment. What is measured is the recorded file, by two players.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from tests.peers.capture_devices import PEERS, Process
from tests.peers.flash_and_beep import LOUDNESS, FlashAndBeep
from tests.peers.picture_and_sound import assert_together, beeps
from tests.peers.ports import free_port
from tests.peers.rig_node import eventually, got

from qarunner import AudioSource
from qarunner.node_config import DriverConfig, NodeConfig
from qarunner.nodes.client import NodeHandle, connect
from qarunner.nodes.status import AudioStatus, RecordingInfo
from qarunner.testing import DriverRig, driver_rig

__all__ = ["driver_rig"]

LIMIT = 0.040
"""Seconds that sound may be off its picture."""
SETTLED = 1.5
"""Seconds of sound after which what the first blocks were off has been made up for."""
RECORDED = 4.0


@pytest.fixture
def send(tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Starts senders of flashes and beeps, and returns their ports."""
    senders: list[Process] = []

    def start(*how: str) -> int:
        port = free_port()
        senders.append(Process([sys.executable, str(PEERS / "flash_and_beep.py"), "tcp", str(port), *how], tmp_path))
        return port

    yield start
    for sender in senders:
        sender.stop()


def node_of(uri: str, **options: Any) -> NodeHandle:
    capture = DriverConfig(uri=uri, options=options)
    config = NodeConfig(id=f"sound-{os.getpid()}", capture=capture, frame_size=(160, 96), linger=0.2)
    return connect(config, holder="the test")


def sound_of(node: NodeHandle) -> AudioStatus:
    return got(node.status().capture.audio)


def record(node: NodeHandle, path: Path) -> RecordingInfo:
    """Record some seconds, once sound comes."""
    eventually(lambda: sound_of(node).signal == "sound" or None, "sound")
    ring = node.audio.ring

    def await_sound(seconds: float) -> None:
        wanted = ring.written + seconds * got(ring.format).sample_rate
        eventually(lambda: ring.written > wanted, f"{seconds} s of sound", limit=60)

    await_sound(SETTLED)
    with path.open("wb") as file:
        node.record_start(file)
    await_sound(RECORDED)
    return node.record_stop()


@pytest.mark.needs("ffprobe")
@pytest.mark.parametrize("how", [(), ("late",)], ids=["at-once", "sound-sent-late"])
def test_a_stream_has_its_sound_beside_its_picture(
    how: tuple[str, ...], send: Callable[..., int], tmp_path: Path
) -> None:
    with node_of(f"stream:tcp://127.0.0.1:{send(*how)}") as node:
        info = record(node, tmp_path / "a.mp4")
        audio = sound_of(node)
    assert info.sound
    assert (audio.sample_rate, audio.channels, audio.sample_type, audio.problem) == (48_000, 2, "s16", "")
    assert_together(tmp_path / "a.mp4", LIMIT)


@pytest.mark.needs("ffprobe", "gstreamer", "gstreamer-sound")
@pytest.mark.parametrize("how", [(), ("late",)], ids=["at-once", "sound-sent-late"])
def test_a_pipeline_has_its_sound_beside_its_picture(
    how: tuple[str, ...], send: Callable[..., int], tmp_path: Path
) -> None:
    source = f"tcpclientsrc host=127.0.0.1 port={send('matroska', *how)} ! matroskademux name=d"
    with node_of(f"gstreamer:{source} d. ! queue ! jpegdec", audio="d. ! queue") as node:
        assert record(node, tmp_path / "a.mp4").sound
    assert_together(tmp_path / "a.mp4", LIMIT)


@pytest.mark.needs("ffprobe", "rtsp", "gstreamer-sound")
@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_rtsp_has_its_sound_beside_its_picture(transport: str, tmp_path: Path) -> None:
    FlashAndBeep(str(tmp_path / "a.mkv"), "matroska").run(120, real_time=False)
    port = free_port()
    server = Process(["/usr/bin/python3", str(PEERS / "rtsp_server.py"), str(port), str(tmp_path / "a.mkv")], tmp_path)
    try:
        with node_of(f"stream:rtsp://127.0.0.1:{port}/live", transport=transport) as node:
            record(node, tmp_path / "a.mp4")
    finally:
        server.stop()
    assert_together(tmp_path / "a.mp4", LIMIT)


@pytest.mark.needs("ffprobe")
def test_a_file_is_heard_at_its_own_pace(tmp_path: Path) -> None:
    FlashAndBeep(str(tmp_path / "a.ts")).run(120, real_time=False)
    with node_of(f"stream:{tmp_path / 'a.ts'}") as node:
        record(node, tmp_path / "a.mp4")
    assert_together(tmp_path / "a.mp4", LIMIT)


def test_a_stream_whose_sound_ends_is_recorded_to_its_end(send: Callable[..., int], tmp_path: Path) -> None:
    with node_of(f"stream:tcp://127.0.0.1:{send('mute=4')}") as node:
        got(node.frames.newest(timeout=20))
        with (tmp_path / "a.mp4").open("wb") as file:
            node.record_start(file)
        eventually(lambda: "has sent no sound for" in sound_of(node).problem, "the sound has ended", limit=60)
        ended = node.frames.ring.newest
        eventually(lambda: node.frames.ring.newest > ended + 25, "pictures come all the same")
        info = node.record_stop()
    assert not info.cut
    assert info.duration > 3
    assert len(beeps(tmp_path / "a.mp4")) >= 2
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert len(list(container.decode(video=0))) == info.frames


def test_sound_can_be_left_out(send: Callable[..., int], tmp_path: Path) -> None:
    with node_of(f"stream:tcp://127.0.0.1:{send()}", audio=False) as node:
        got(node.frames.newest(timeout=20))
        assert sound_of(node).signal == "none"
        with (tmp_path / "a.mp4").open("wb") as file:
            node.record_start(file)
        shown = node.frames.ring.newest
        eventually(lambda: node.frames.ring.newest > shown + 10, "some pictures")
        assert not node.record_stop().sound
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert not container.streams.audio


def test_samples_arrive_as_loud_as_they_were(send: Callable[..., int], driver_rig: DriverRig) -> None:
    with driver_rig("capture", f"stream:tcp://127.0.0.1:{send()}") as capture:
        loudest, deadline = 0, time.monotonic() + 30
        while not 0.95 * LOUDNESS < loudest / 32_768 < 1.05 * LOUDNESS:
            assert time.monotonic() < deadline, loudest
            assert isinstance(capture, AudioSource)
            block = capture.read_audio(0.5)
            loudest = max(loudest, 0 if block is None else int(abs(block.samples.astype(int)).max()))
