"""The sound of videos: beside its picture to the millisecond, whatever becomes of it, and of the recorder."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy
import pytest
from tests.peers.picture_and_sound import assert_together, beeps
from tests.peers.rig_node import eventually, got

from qarunner.nodes import audio_ring_layout, ring_layout
from qarunner.nodes.audio_ring import AudioRingWriter
from qarunner.nodes.hub import FrameHub
from qarunner.nodes.recorder_link import RecorderLink
from qarunner.nodes.ring_layout import Signal
from qarunner.nodes.status import RecordingInfo
from qarunner.protocols import AudioFormat

PERIOD, FLASH = 12, 5
"""Pictures from a flash to the next, and in it; it beeps as long as it is bright."""
EXACT = 0.002
"""Seconds: both are stamped by the test."""


class Studio:
    """A recorder with a hub and a ring of sound that a test fills for a time that it makes up."""

    def __init__(self, given: AudioFormat) -> None:
        frames, frames_view = ring_layout.create(160, 96)
        sound, sound_view = audio_ring_layout.create()
        self.descriptors = frames, sound
        self.hub = FrameHub(frames, frames_view)
        self.hub.set_signal(Signal.FRAMES)
        self.sound = AudioRingWriter(sound_view)
        self.given = given
        self.sound.set_format(given)
        self.link = RecorderLink(frames, self.hub.add_doorbell, self.hub.remove_doorbell, sound=sound)
        threading.Thread(target=self.link.run, daemon=True).start()
        eventually(lambda: self.link.status.ready, "the recorder")
        self.now, self.count = time.monotonic(), 0

    def play(self, seconds: float, *, sound: bool = True) -> None:
        """Show and sound for so long, in real time: sound must not be newer than now."""
        self.now = max(self.now, time.monotonic())
        for _ in range(round(seconds * 25)):
            time.sleep(max(0.0, self.now + 0.04 - time.monotonic()))
            bright = self.count % PERIOD < FLASH
            self.hub.publish(numpy.full((96, 160, 3), 255 * bright, numpy.uint8), self.now)
            self.step(sound=sound)

    def step(self, *, sound: bool = True) -> None:
        """Write the sound of one picture, and go on to the next."""
        rate = self.given.sample_rate
        first = max(round(self.now * rate), self.sound.written)
        numbers = numpy.arange(first, round((self.now + 0.04) * rate))
        height = 8000 * (self.count % PERIOD < FLASH)
        tone = (height * numpy.sin(numbers * 2 * numpy.pi * 1000 / rate)).astype(numpy.int16)
        if sound:
            self.sound.write(first, numpy.repeat(tone[:, None], self.given.channels, axis=1))
        self.now += 0.04
        self.count += 1

    def record(self, path: Path) -> int:
        with path.open("wb") as file:
            return self.link.begin(file.fileno(), 25)

    def kill(self, number: int) -> RecordingInfo:
        """Kill the recorder in the middle of a video, and wait for the next one."""
        os.kill(self.link.status.pid, signal.SIGKILL)
        info = self.link.end(number)
        eventually(lambda: self.link.restarts and self.link.status.ready, "another recorder")
        return info

    def close(self) -> None:
        self.link.close()
        for descriptor in self.descriptors:
            os.close(descriptor)


@pytest.fixture(params=[AudioFormat(48_000, 2)], ids=["stereo"])
def studio(request: pytest.FixtureRequest) -> Iterator[Studio]:
    studio = Studio(request.param)
    yield studio
    studio.close()


@pytest.mark.needs("ffprobe")
@pytest.mark.parametrize(
    "studio",
    [AudioFormat(48_000, 2), AudioFormat(44_100, 1), AudioFormat(32_000, 6)],
    indirect=True,
    ids=["48000-stereo", "44100-mono", "32000-surround"],
)
def test_sound_is_beside_its_picture(studio: Studio, tmp_path: Path) -> None:
    studio.play(0.4)
    number = studio.record(tmp_path / "a.mp4")
    studio.play(3)
    info = studio.link.end(number)
    assert info.sound
    assert_together(tmp_path / "a.mp4", EXACT)
    with av.open(str(tmp_path / "a.mp4")) as container:
        [track] = container.streams.audio
        assert (track.rate, track.channels) == (studio.given.sample_rate, min(studio.given.channels, 2))


@pytest.mark.needs("ffprobe")
def test_a_gap_is_silence_and_what_follows_is_beside_its_picture(studio: Studio, tmp_path: Path) -> None:
    studio.play(0.4)
    number = studio.record(tmp_path / "a.mp4")
    studio.play(1)
    begin = studio.now
    studio.play(2, sound=False)
    end = studio.now
    studio.play(1.5)
    start = got(studio.link.end(number).start)
    assert_together(tmp_path / "a.mp4", EXACT, lambda dark: dark + 0.041 < begin - start or dark > end - start)
    assert not [beep for beep in beeps(tmp_path / "a.mp4") if begin - start <= beep < end - start]


def test_sound_that_stops_costs_no_picture_and_the_rest_is_silent(studio: Studio, tmp_path: Path) -> None:
    studio.play(0.2)
    number = studio.record(tmp_path / "a.mp4")
    studio.play(1)
    studio.play(2.5, sound=False)
    info = studio.link.end(number)
    assert not info.cut
    assert info.frames + info.skipped >= 86
    with av.open(str(tmp_path / "a.mp4")) as container:
        [pictures, sound] = [float((stream.duration or 0) * (stream.time_base or 0)) for stream in container.streams]
    assert pictures == pytest.approx(info.duration, abs=0.05)
    assert sound > 2  # silence is written up to a second ago


@pytest.mark.needs("ffprobe")
def test_a_recorder_that_is_killed_leaves_sound_and_pictures(studio: Studio, tmp_path: Path) -> None:
    studio.play(0.4)
    number = studio.record(tmp_path / "a.mp4")
    studio.play(4)
    info = studio.kill(number)
    assert info.cut
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert len(list(container.decode(video=0))) >= info.frames > 20
    assert_together(tmp_path / "a.mp4", EXACT)


@pytest.mark.parametrize("given_up", [False, True], ids=["finished", "given-up"])
def test_pictures_keep_their_times_beside_sound(studio: Studio, tmp_path: Path, *, given_up: bool) -> None:
    from qarunner.nodes.audio_ring import AudioRingReader
    from qarunner.nodes.video import Planes, VideoWriter

    planes, reader = Planes(160, 96), AudioRingReader(studio.descriptors[1])
    with (tmp_path / "a.mp4").open("wb") as file:
        writer = VideoWriter(file.fileno(), 160, 96, 25, studio.given)
        for number in range(100):
            writer.add(planes.convert(numpy.full((96, 160, 3), number, numpy.uint8)), round(studio.now * 1e9))
            studio.step()
            writer.hear(reader, round(studio.now * 1e9))
        if given_up:
            writer.abandon()
        else:
            writer.finish(round(studio.now * 1e9))
    with av.open(str(tmp_path / "a.mp4")) as container:
        times = [frame.time or 0.0 for frame in container.decode(video=0)]
    assert len(times) == writer.frames >= 50
    assert times == pytest.approx([number * 0.04 for number in range(writer.frames)], abs=0.001)
    assert writer.duration == pytest.approx(writer.frames * 0.04, abs=0.001)
    assert len(beeps(tmp_path / "a.mp4")) >= 4


def test_a_format_that_changes_makes_the_rest_silent_and_is_told(studio: Studio, tmp_path: Path) -> None:
    studio.play(0.2)
    number = studio.record(tmp_path / "a.mp4")
    studio.play(0.5)
    studio.given = AudioFormat(44_100, 1)
    studio.sound.set_format(studio.given)
    studio.play(2)
    info = studio.link.end(number)
    assert not info.cut
    assert [note for note in info.notes if note.startswith("no sound from 0.") and "another format" in note]
    assert max(beeps(tmp_path / "a.mp4")) < 1


def test_a_still_picture_has_its_sound_while_it_stands(studio: Studio, tmp_path: Path) -> None:
    studio.play(0.04)
    number = studio.record(tmp_path / "a.mp4")
    studio.play(0.04)
    for _ in range(100):
        time.sleep(max(0.0, studio.now + 0.04 - time.monotonic()))
        studio.step()
    studio.kill(number)
    assert len(beeps(tmp_path / "a.mp4")) >= 3
