"""A live source is read on its own thread: only the newest picture counts, and nobody waits longer than he said."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.peers.rig_node import eventually, got

from qarunner import CapturedFrame, CaptureFormat, DeviceError, DeviceLostError
from qarunner_plugins import live_pictures
from qarunner_plugins.live_pictures import LiveCapture, Ticks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qarunner_plugins.live_pictures import Blank


class Numbered:
    """A source whose pictures carry their number; it makes as many as `wanted`."""

    def __init__(self) -> None:
        self.wanted = threading.Semaphore(0)
        self.made = 0
        self.error: Exception | None = None
        self.opens = threading.Event()
        self.opens.set()
        self.closed = 0

    def open(self) -> CaptureFormat:
        self.opens.wait(20)
        if self.error:
            raise self.error
        return CaptureFormat(8, 4, 25.0)

    def next(self, blank: Blank) -> CapturedFrame | None:
        if not self.wanted.acquire(timeout=0.2):
            return None
        if self.error:
            raise self.error
        pixels = blank(8, 4)
        self.made += 1
        pixels[:] = self.made
        return CapturedFrame(pixels, time.monotonic())

    def interrupt(self) -> None: ...

    def close(self) -> None:
        self.closed += 1

    def make(self, count: int) -> None:
        """Make so many pictures and wait until they are made."""
        wanted = self.made + count
        self.wanted.release(count)
        eventually(lambda: self.made == wanted, f"{wanted} pictures")


@pytest.fixture
def source() -> Numbered:
    return Numbered()


@pytest.fixture
def capture(source: Numbered) -> Iterator[LiveCapture]:
    capture = LiveCapture(lambda: source, "mine at home", "Look at it")
    yield capture
    source.opens.set()
    capture.close()


def number(frame: CapturedFrame | None) -> int:
    return int(got(frame).pixels[0, 0, 0])


def test_a_slow_reader_gets_the_newest_picture_and_each_once(source: Numbered, capture: LiveCapture) -> None:
    capture.open()
    source.make(5)
    assert eventually(lambda: number(capture.read(5)), "a picture") <= 5
    source.make(3)
    newest = [frame for frame in (capture.read(0.3), capture.read(0.1)) if frame is not None]
    assert number(newest[-1]) == 8
    assert capture.read(0.05) is None  # it came once


def test_a_picture_that_is_read_is_not_drawn_over(source: Numbered, capture: LiveCapture) -> None:
    capture.open()
    source.make(1)
    held = got(capture.read(5))
    source.make(20)
    assert (held.pixels == 1).all()
    eventually(lambda: number(capture.read(5)) == 21, "the newest")


def test_no_more_than_three_arrays_are_made(source: Numbered, capture: LiveCapture) -> None:
    capture.open()
    places = set()
    for _ in range(30):
        source.make(2)
        places.add(got(capture.read(5)).pixels.__array_interface__["data"][0])
    assert len(places) <= 3


def test_what_goes_wrong_in_the_source_is_raised_in_the_reader(source: Numbered, capture: LiveCapture) -> None:
    capture.open()
    source.error = DeviceLostError("mine is gone", "Find it")
    source.wanted.release()
    with pytest.raises(DeviceLostError, match="mine is gone"):
        eventually(lambda: capture.read(0.5), "the loss")
    assert source.closed == 1
    with pytest.raises(DeviceLostError, match="mine is gone"):
        capture.open()


def test_a_source_that_hangs_is_named_and_left_behind(
    source: Numbered, capture: LiveCapture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_pictures, "OPEN_LIMIT", 0.2)
    monkeypatch.setattr(live_pictures, "CLOSE_LIMIT", 0.2)
    source.opens.clear()
    with pytest.raises(DeviceError, match=r"mine at home has not answered in 0\.2 s") as raised:
        capture.open()
    assert raised.value.advice == "Look at it"
    began = time.monotonic()
    capture.close()
    capture.close()
    assert time.monotonic() - began < 5
    assert not source.closed
    source.opens.set()
    eventually(lambda: source.closed, "it closes itself")


def test_a_source_that_hangs_while_it_is_read_is_lost(
    source: Numbered, capture: LiveCapture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_pictures, "SILENCE_LIMIT", 0.3)
    capture.open()
    hangs = threading.Event()

    def hang(_blank: Any) -> None:
        hangs.wait(20)

    monkeypatch.setattr(source, "next", hang)
    with pytest.raises(DeviceLostError, match="has not answered"):
        eventually(lambda: capture.read(0.1), "the loss")
    hangs.set()


def test_reading_before_opening_is_an_error(capture: LiveCapture) -> None:
    with pytest.raises(DeviceError, match="is not open"):
        capture.read(0.1)
    capture.close()


def test_ticks_keep_their_rate_and_leave_out_what_was_missed() -> None:
    ticks = Ticks(50)
    for _busy in range(2):
        began = time.monotonic()
        times = [ticks.wait() for _ in range(11)]
        assert times[-1] - began >= 10 * 0.02, "none comes too early, also after those that were missed"
        assert times[-1] - began < 10 * 0.2
        time.sleep(0.3)
