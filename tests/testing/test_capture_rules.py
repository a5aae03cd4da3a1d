"""`check_capture`: a good driver passes, and each way to be bad is named."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import numpy
import pytest
from tests.testing.conftest import plugin_of

from qarunner import (
    AudioBlock,
    AudioFormat,
    CapturedFrame,
    CaptureFormat,
    DeviceError,
    DriverContext,
    EndOfStreamError,
    FaultInjector,
)
from qarunner.testing import capture_rules, check_capture, rules


class Good:
    """A capture of 64x48 pixels that keeps all rules."""

    def __init__(self) -> None:
        self.is_open = False

    def open(self) -> Any:
        self.is_open = True
        return CaptureFormat(64, 48, 100.0)

    def read(self, _timeout: float) -> Any:
        if not self.is_open:
            raise DeviceError("mine: is not open", "open it")
        time.sleep(0.002)
        return CapturedFrame(self.pixels(), self.time())

    def pixels(self) -> Any:
        return numpy.zeros((48, 64, 3), numpy.uint8)

    def time(self) -> float:
        return time.monotonic()

    def close(self) -> None:
        self.is_open = False


def check(capture: object, **keywords: Any) -> None:
    options = {"frames": 3, "seconds": 0.4} | keywords
    check_capture("mine:", plugin=plugin_of("capture", capture), **options)


def violations(capture: object, **keywords: Any) -> list[str]:
    """What the check says, one line a violation."""
    with pytest.raises(AssertionError) as raised:
        check(capture, **keywords)
    head, *lines = str(raised.value).splitlines()
    assert head == "capture mine: breaks the rules of a capture:"
    return [line.removeprefix("  - ") for line in lines if line.startswith("  - ")]


def test_a_driver_that_keeps_the_rules_passes_and_is_closed() -> None:
    good = Good()
    check(good)
    assert not good.is_open


def test_the_virtual_set_top_box_keeps_the_rules() -> None:
    check_capture("virtual:?fps=60")


class NoSignalAtFirst(Good):
    reads = 0

    def read(self, _timeout: float) -> Any:
        self.reads += 1
        return None if self.reads % 2 else super().read(_timeout)


class Recording(Good):
    def read(self, _timeout: float) -> Any:
        self.left -= 1
        if self.left < 0:
            raise EndOfStreamError("mine: has ended")
        return super().read(_timeout)

    def open(self) -> Any:
        self.left = 2
        return super().open()


@pytest.mark.parametrize(
    "capture", [NoSignalAtFirst(), Recording()], ids=["no signal now and then", "a short recording"]
)
def test_no_signal_and_the_end_of_a_recording_are_allowed(capture: Good) -> None:
    check(capture)


class NoClose:
    def open(self) -> Any: ...

    def read(self, _timeout: float) -> Any: ...


class FormatOfNothing(Good):
    def open(self) -> Any:
        super().open()
        return (64, 48, 25)


class NoPixels(Good):
    def open(self) -> Any:
        super().open()
        return CaptureFormat(0, 48, 25.0)


class OtherSize(Good):
    def pixels(self) -> Any:
        return numpy.zeros((64, 48, 3), numpy.uint8)


class Floats(Good):
    def pixels(self) -> Any:
        return numpy.zeros((48, 64, 3), numpy.float32)


class Strided(Good):
    def pixels(self) -> Any:
        return numpy.zeros((48, 128, 3), numpy.uint8)[:, ::2]


class ListOfPixels(Good):
    def pixels(self) -> Any:
        return [[0, 0, 0]]


class BareArray(Good):
    def read(self, _timeout: float) -> Any:
        return self.pixels()


class TimeOfDay(Good):
    def time(self) -> float:
        return time.time()


class StandingClock(Good):
    def open(self) -> Any:
        self.opened = time.monotonic()
        return super().open()

    def time(self) -> float:
        return self.opened


class Future(Good):
    def time(self) -> float:
        return time.monotonic() + 60.4


class Ancient(Good):
    def time(self) -> float:
        return time.monotonic() - 60


class Dark(Good):
    def read(self, _timeout: float) -> Any:
        time.sleep(0.05)


class OnlyOnce(Good):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise ValueError("already closed")
        self.closed = self.is_open


class NoReopening(Good):
    opened = False

    def open(self) -> Any:
        if self.opened:
            raise DeviceError("mine: is busy", "unplug it")
        self.opened = True
        return super().open()


class CloseNeedsOpen(Good):
    device: Any = None

    def close(self) -> None:
        self.device.close()


class EndsBeforeItBegins(Good):
    def read(self, _timeout: float) -> Any:
        raise EndOfStreamError("mine: has ended")


class WrongFaults(Good):
    def faults(self) -> Any:
        return {"black": ""}

    def inject_fault(self, name: str, value: float) -> None: ...


@pytest.mark.parametrize(
    ("capture", "said"),
    [
        (NoClose, "NoClose has no close()"),
        (FormatOfNothing, "open() gives (64, 48, 25), not a qarunner.CaptureFormat"),
        (NoPixels, "open() says the picture is 0x48"),
        (OtherSize, "frame 1: pixels have shape (64, 48, 3), not (48, 64, 3) as open() said"),
        (Floats, "frame 1: pixels are float32, not uint8"),
        (Strided, "frame 1: pixels are not C-contiguous (numpy.ascontiguousarray mends that)"),
        (ListOfPixels, "frame 1: pixels are a list, not a numpy array"),
        (BareArray, "read() gives a ndarray, not a qarunner.CapturedFrame or None"),
        (TimeOfDay, "frame 1: its time is a time of day; give time.monotonic() of when it was taken"),
        (StandingClock, "frame 2: its time is 0.000 s before (or at) the frame before it"),
        (Future, "frame 1: its time is 60.4 s in the future"),
        (Ancient, "frame 1: its time is 60.0 s before open()"),
        (Dark, "read() gave 0 frames in 0.4 s, not 3"),
        (OnlyOnce, "close() a second time raised ValueError: already closed (raise qarunner.DeviceError"),
        (NoReopening, "open() after close() failed: mine: is busy"),
        (CloseNeedsOpen, "close() before open() raised AttributeError"),
        (EndsBeforeItBegins, "read() says that the recording has ended before its first frame"),
        (WrongFaults, "fault 'black' has no sentence that says what it does"),
    ],
)
def test_each_violation_is_named(capture: type, said: str) -> None:
    assert any(violation.startswith(said) for violation in violations(capture()))


def test_faults_are_looked_at_only_where_there_are_any() -> None:
    assert isinstance(WrongFaults(), FaultInjector)
    assert not isinstance(Good(), FaultInjector)


def test_a_call_that_hangs_is_cut_off_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hangs(Good):
        def read(self, _timeout: float) -> Any:
            time.sleep(3)

    monkeypatch.setattr(capture_rules, "READ_GRACE", -0.4)
    assert violations(Hangs()) == ["read() has not come back in 0.1 s"]


def test_an_open_that_hangs_is_cut_off_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hangs(Good):
        def open(self) -> Any:
            time.sleep(3)

    monkeypatch.setattr(capture_rules, "OPEN_LIMIT", 0.1)
    assert violations(Hangs()) == ["open() has not come back in 0.1 s"]


def test_several_violations_are_told_at_once() -> None:
    class Several(Good):
        def pixels(self) -> Any:
            return numpy.zeros((48, 128, 3), numpy.float32)[:, ::2]

    assert len({violation.partition(": ")[2] for violation in violations(Several())}) == 2


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        (lambda _context: "/dev/video0", "resources() gives '/dev/video0', not a collection of names"),
        (lambda _context: (str(time.perf_counter_ns()),), "it must not change"),
    ],
)
def test_names_of_hardware_must_be_names_that_stay(resources: Any, said: str) -> None:
    with pytest.raises(AssertionError, match="breaks the rules") as raised:
        check_capture("mine:", plugin=plugin_of("capture", Good(), resources=resources), frames=1)
    assert said in str(raised.value)


def test_relative_file_names_belong_to_the_folder_given(tmp_path: Path) -> None:
    seen: list[Path] = []

    def make(context: DriverContext) -> Good:
        assert context.pack is not None
        seen.append(context.pack)
        return Good()

    check_capture("mine:film.mp4", plugin=plugin_of("capture", make), pack=tmp_path, frames=1)
    assert seen == [tmp_path]


def test_the_limits_are_those_of_the_protocol() -> None:
    assert (rules.OPEN_LIMIT, rules.CLOSE_LIMIT, capture_rules.READ_GRACE) == (20.0, 5.0, 5.0)


class Sounding(Good):
    """The same with sound, which keeps all rules as well."""

    given: Any = AudioFormat(8000, 1)

    def open(self) -> Any:
        self.turns = itertools.cycle([0, 1])
        self.heard = time.monotonic()
        return super().open()

    def audio_format(self) -> Any:
        return self.given

    def read_audio(self, _timeout: float) -> Any:
        time.sleep(0.005)
        count = int((time.monotonic() - self.heard) * 8000)
        block = AudioBlock(self.samples(count), self.time_of_sound(self.heard))
        self.heard += count / 8000
        return block

    def samples(self, count: int) -> Any:
        return numpy.zeros((count, 1), numpy.int16)

    def time_of_sound(self, heard: float) -> float:
        return heard


def test_sound_that_keeps_the_rules_passes() -> None:
    check(Sounding())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"given": (8000, 1)}, "audio_format() gives (8000, 1), not a qarunner.AudioFormat or None"),
        ({"read_audio": lambda _self, _timeout: time.sleep(0.01)}, "but read_audio() gave none in 0.4 s"),
        ({"read_audio": lambda _self, _timeout: b"beep"}, "block 1 of sound is no qarunner.AudioBlock"),
        ({"samples": lambda _self, count: numpy.zeros((count, 1), numpy.float32)}, "samples are float32, not int16"),
        ({"samples": lambda _self, count: numpy.zeros((count, 2), numpy.int16)}, "shape "),
        ({"time_of_sound": lambda _self, _heard: time.time()}, "its time is a time of day"),
        ({"time_of_sound": lambda _self, heard: heard + 60}, "in the future"),
        ({"time_of_sound": lambda self, heard: heard - 0.05 * next(self.turns)}, "off the end of the one before"),
    ],
)
def test_what_is_wrong_with_sound_is_named(changes: dict[str, Any], words: str) -> None:
    bad = type("Bad", (Sounding,), changes)()
    assert any(words in violation for violation in violations(bad)), violations(bad)
