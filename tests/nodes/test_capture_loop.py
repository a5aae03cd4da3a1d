from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.peers import fake_rig
from tests.peers.rig_node import RigNode, eventually, got

from qarunner.nodes import capture_loop, ring_layout
from qarunner.nodes.capture_loop import CaptureLoop
from qarunner.nodes.capture_statistics import CaptureStatistics
from qarunner.nodes.hub import FrameHub
from qarunner.nodes.ring_layout import Signal

if TYPE_CHECKING:
    from collections.abc import Iterator


class Capturing:
    """A capture loop with its hub, without an exporter."""

    def __init__(self, rig: RigNode) -> None:
        self.ring, view = ring_layout.create(320, 180)
        self.hub = FrameHub(self.ring, view)
        resolved = fake_rig.resolve(rig.configured(capture={"fps": 100.0}), ())["capture"]
        self.driver = resolved.open()
        self.loop = CaptureLoop(resolved, self.driver, self.hub)
        self.loop.start()
        self.await_frame()

    def await_frame(self) -> None:
        after = self.hub.reader.newest
        eventually(lambda: self.hub.newest(after, 0.1), "a frame")

    def await_signal(self, signal: Signal) -> str:
        eventually(lambda: self.hub.reader.signal()[0] is signal, f"signal {signal.words}")
        return self.loop.status.problem


@pytest.fixture
def capturing(rig: RigNode, monkeypatch: pytest.MonkeyPatch) -> Iterator[Capturing]:
    monkeypatch.setattr(capture_loop, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(capture_loop, "READ_TIMEOUT", 0.05)
    monkeypatch.setattr(capture_loop, "READ_LIMIT", 0.2)
    capturing = Capturing(rig)
    yield capturing
    for fault in fake_rig.FAULTS:
        capturing.driver.inject_fault(fault, 0)
    capturing.loop.close()
    os.close(capturing.ring)


def test_frames_carry_what_the_driver_delivered_and_rising_times(capturing: Capturing) -> None:
    first = got(capturing.hub.newest(timeout=5))
    second = got(capturing.hub.newest(first.sequence, timeout=5))
    assert fake_rig.number_of(second.pixels) == second.sequence
    assert second.time > first.time
    status = capturing.loop.status
    assert (status.signal, status.problem, status.width, status.nominal_frame_rate) == ("frames", "", 320, 100.0)
    assert status.frame_rate > 0
    assert status.delay is not None


def test_frames_of_a_driver_with_a_coarse_clock_still_have_rising_times(capturing: Capturing) -> None:
    capturing.driver.inject_fault("still", 1)
    times = []
    for _ in range(4):
        frame = got(capturing.hub.newest(capturing.hub.reader.newest, timeout=5))
        times.append(frame.time)
    assert times == sorted(set(times))


@pytest.mark.parametrize(
    ("fault", "signal", "words"),
    [
        ("none", Signal.NO_SIGNAL, "capture driver fake: no signal"),
        ("spin", Signal.NO_SIGNAL, "capture driver fake: no signal"),
        ("lost", Signal.LOST, "unplugged (trying again)"),
        (
            "raise",
            Signal.LOST,
            "plugin 'fake-rig' failed in capture driver fake: read(): ValueError: the driver stumbl",
        ),
        ("garbage", Signal.LOST, "capture driver fake: delivered an array of shape (180, 320) and type uint8"),
        ("epoch", Signal.LOST, "capture driver fake: delivered a frame of time"),
    ],
)
def test_a_fault_is_told_and_frames_come_again_when_it_is_over(
    capturing: Capturing, fault: str, signal: Signal, words: str
) -> None:
    capturing.driver.inject_fault(fault, 1)
    assert words in capturing.await_signal(signal)
    capturing.driver.inject_fault(fault, 0)
    capturing.await_frame()
    assert capturing.loop.status.problem == ""


def test_a_lost_device_is_closed_and_opened_again(capturing: Capturing, rig: RigNode) -> None:
    capturing.driver.inject_fault("lost", 1)
    eventually(lambda: "still unplugged" in capturing.loop.status.problem, "a vain attempt to open it again")
    capturing.driver.inject_fault("lost", 0)
    capturing.await_frame()
    assert capturing.loop.status.reconnects >= 2
    calls = [line for line in rig.driver_log if "fault" not in line]
    assert calls[:4] == ["capture open", "capture close", "capture open", "capture close"]
    assert calls[-1] == "capture open"


def test_a_recording_that_has_ended_is_not_opened_again(capturing: Capturing, rig: RigNode) -> None:
    capturing.driver.inject_fault("end", 1)
    assert capturing.await_signal(Signal.ENDED) == "capture driver fake: the recording has ended"
    eventually(lambda: rig.driver_log[-1] == "capture close", "the driver is closed")
    assert capturing.loop.status.reconnects == 0


def test_a_read_that_hangs_is_named_until_it_comes_back(capturing: Capturing) -> None:
    capturing.driver.inject_fault("hang", 1)
    hang = eventually(lambda: capturing.loop.calls.hang, "the hang is noticed")
    capturing.loop.show_hang()
    assert hang == "capture driver fake: read() has not answered in 0.2 s"
    assert capturing.hub.reader.signal() == (Signal.LOST, hang)
    capturing.driver.inject_fault("hang", 0)
    capturing.await_frame()
    assert capturing.loop.calls.hang == ""


def test_the_delay_is_the_usual_one() -> None:
    statistics = CaptureStatistics()
    for index in range(5):
        statistics.add(index / 10, index / 10 + (3.0 if index == 2 else 0.003), 10)
    assert statistics.delay == pytest.approx(0.003)


def test_the_frame_rate_is_that_of_the_last_seconds_and_falls_when_frames_stop() -> None:
    statistics = CaptureStatistics()
    for index in range(100):
        statistics.add(100 + index / 25, 100 + index / 25, 25)
    assert statistics.frame_rate(104.0) == pytest.approx(25)
    assert statistics.frame_rate(106.0) == pytest.approx(15)
    assert statistics.frame_rate(120.0) == 0.0
