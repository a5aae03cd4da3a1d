"""The thread that reads a capture's sound: what it does with what drivers deliver, and with what they should not."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy
import pytest
from tests.peers.rig_node import eventually

from qarunner.errors import DeviceError
from qarunner.nodes import audio_loop, audio_ring_layout
from qarunner.nodes.audio_loop import AudioLoop
from qarunner.nodes.audio_ring import AudioRingReader
from qarunner.protocols import AudioBlock, AudioFormat

RATE = 48_000


class Source:
    """Delivers what a test puts into `deliver`."""

    def __init__(self) -> None:
        self.format: AudioFormat | None = AudioFormat(RATE, 2)
        self.deliver: Callable[[], AudioBlock | None] = lambda: None
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.asked = 0

    def audio_format(self) -> AudioFormat | None:
        return self.format

    def read_audio(self, _timeout: float) -> AudioBlock | None:
        self.asked += 1
        self.goes_on.wait(20)
        time.sleep(0.005)
        return self.deliver()


class Hearing:
    """A loop with its ring and its source."""

    def __init__(self) -> None:
        self.descriptor, view = audio_ring_layout.create()
        self.source = Source()
        self.loop = AudioLoop("capture driver mine:", "mine", self.source, self.descriptor, view)
        self.reader = AudioRingReader(self.descriptor)

    def close(self) -> None:
        self.source.goes_on.set()
        self.loop.stop()
        os.close(self.descriptor)

    def delivers(self, *blocks: AudioBlock) -> None:
        """Deliver these, and wait until they have been asked for."""
        left = list(blocks)
        self.source.deliver = lambda: left.pop(0) if left else None
        asked = self.source.asked + len(blocks) + 1
        eventually(lambda: self.source.asked > asked or self.loop.status.signal == "lost", "the blocks are read")


@pytest.fixture
def hearing() -> Iterator[Hearing]:
    hearing = Hearing()
    yield hearing
    hearing.close()


def block(at: float, count: int = 960, value: int = 7) -> AudioBlock:
    return AudioBlock(numpy.full((count, 2), value, numpy.int16), at)


def test_sound_arrives_at_its_time_and_gaps_are_counted(hearing: Hearing) -> None:
    hearing.loop.start()
    now = time.monotonic()
    hearing.delivers(block(now - 1), block(now - 0.98), block(now - 0.5))
    eventually(lambda: hearing.reader.written, "the sound")
    first = round((now - 1) * RATE)
    heard = hearing.reader.read(first, first + RATE)
    assert (heard.samples[:1920] == 7).all()
    assert not heard.samples[1921 : RATE // 2 - 1].any()
    status = hearing.loop.status
    assert (status.signal, status.problem, status.sample_rate, status.channels) == ("sound", "", RATE, 2)
    assert status.gaps == 1
    assert status.missing == pytest.approx(0.46, abs=0.001)


def test_a_source_without_sound_is_said_to_have_none(hearing: Hearing) -> None:
    hearing.source.format = None
    hearing.loop.start()
    assert hearing.loop.known.is_set()
    assert (hearing.loop.status.signal, hearing.source.asked) == ("none", 0)
    assert "pictures without sound" in hearing.loop.status.problem


@pytest.mark.parametrize("given", [AudioFormat(44_000, 2), AudioFormat(RATE, 0), AudioFormat(RATE, 9)])
def test_a_format_that_no_video_can_hold_is_refused(hearing: Hearing, given: AudioFormat) -> None:
    hearing.source.format = given
    hearing.loop.start()
    assert hearing.loop.status.signal == "lost"
    assert f"{given.sample_rate} samples a second in {given.channels} channels" in hearing.loop.status.problem


def raise_error(error: Exception) -> Callable[[], AudioBlock | None]:
    def deliver() -> AudioBlock | None:
        raise error

    return deliver


@pytest.mark.parametrize(
    ("deliver", "words"),
    [
        (raise_error(DeviceError("the cable is out", "Put it in")), "the cable is out"),
        (raise_error(ZeroDivisionError("oops")), "plugin 'mine' failed in capture driver mine: read_audio(): ZeroDiv"),
        (lambda: AudioBlock(numpy.zeros((960, 1), numpy.int16), time.monotonic()), "delivered sound of shape (960, 1)"),
        (lambda: AudioBlock(cast("Any", numpy.zeros((960, 2), numpy.float32)), time.monotonic()), "and type float32"),
        (lambda: block(time.time()), "delivered sound of time"),
        (lambda: AudioBlock(cast("Any", None), 0.0), "AttributeError"),
    ],
)
def test_what_a_driver_should_not_do_ends_its_sound_and_is_told(
    hearing: Hearing, deliver: Callable[[], AudioBlock | None], words: str
) -> None:
    hearing.source.deliver = deliver
    hearing.loop.start()
    eventually(lambda: hearing.loop.status.signal == "lost", "the sound is lost")
    assert words in hearing.loop.status.problem
    hearing.loop.stop()
    hearing.source.deliver = lambda: block(time.monotonic())
    hearing.loop.start()
    eventually(lambda: hearing.loop.status.signal == "sound", "it is back when the capture is opened again")


def test_a_call_that_hangs_is_named_and_left_behind(hearing: Hearing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_loop, "READ_LIMIT", 0.1)
    hearing.source.goes_on.clear()
    hearing.loop.start()
    hang = eventually(lambda: hearing.loop.calls.hang, "the hang is noticed")
    assert hang == "capture driver mine: read_audio() has not answered in 0.1 s"
    assert hearing.loop.status.problem == hang
    began = time.monotonic()
    hearing.loop.stop()
    assert time.monotonic() - began < 5


def test_sound_that_does_not_come_any_more_is_told(hearing: Hearing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_loop, "SILENT_AFTER", 0.05)
    hearing.loop.start()
    hearing.delivers(block(time.monotonic()))
    eventually(lambda: "has sent no sound for" in hearing.loop.status.problem, "the silence is noticed")
    assert hearing.loop.status.signal == "sound"
