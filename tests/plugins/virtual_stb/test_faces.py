"""The drivers as the exporter uses them, in real time; waits end as soon as what is waited for is there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
import numpy
import pytest

from qarunner import (
    CapturedFrame,
    ConfigurationError,
    DeviceError,
    DriverContext,
    FaultInjector,
    HoldingRemote,
    UnknownKeyError,
)
from qarunner_plugins.virtual_stb.description import DRIVERS
from qarunner_plugins.virtual_stb.keys import KEYS
from qarunner_plugins.virtual_stb.options import BoxOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qarunner_plugins.virtual_stb.device import VirtualBox
    from qarunner_plugins.virtual_stb.faces import VirtualCapture, VirtualPower, VirtualRemote

SMALL = {"size": "320x180", "fps": 60, "response_delay": 0.0, "jitter": 0.0, "boot_seconds": 0.3}


class Rig:
    """One node with its three drivers, opened through their descriptions."""

    def __init__(self, capture_options: dict[str, Any], remote_options: dict[str, Any]) -> None:
        shared: dict[str, Any] = {}
        given = {"capture": capture_options, "remote": remote_options, "power": {}}
        faces: dict[str, Any] = {}
        for driver in DRIVERS:
            context = DriverContext(node="stb", capability=driver.capability, uri="virtual:", shared_objects=shared)
            context.options = msgspec.convert(given[driver.capability], driver.options)
            faces[driver.capability] = driver.open(context)
        self.capture: VirtualCapture = faces["capture"]
        self.remote: VirtualRemote = faces["remote"]
        self.power: VirtualPower = faces["power"]
        self.box: VirtualBox = self.capture.box

    def frame(self) -> CapturedFrame:
        frame = self.capture.read(2.0)
        assert frame is not None
        return CapturedFrame(frame.pixels.copy(), frame.time)

    def wait_for(self, wanted: Callable[[CapturedFrame], bool], seconds: float = 10) -> CapturedFrame:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if wanted(frame := self.frame()):
                return frame
        raise AssertionError("it never came")


@pytest.fixture
def rig() -> Rig:
    rig = Rig(SMALL, {})
    rig.capture.open()
    rig.remote.open()
    rig.power.open()
    return rig


def looks_like(picture: NDArray[numpy.uint8]) -> Callable[[CapturedFrame], bool]:
    return lambda frame: bool(numpy.array_equal(frame.pixels, picture))


def column_of(rig: Rig) -> int:
    """Which card of the first rail is in focus."""
    circuit = rig.box._circuit
    assert circuit is not None
    return circuit.box.home.columns[0]


def test_the_faces_are_what_the_exporter_asks_for(rig: Rig) -> None:
    assert isinstance(rig.remote, HoldingRemote)
    assert isinstance(rig.capture, FaultInjector)
    assert isinstance(rig.remote, FaultInjector)
    assert set(KEYS) == set(rig.remote.keys())


def test_frames_have_the_size_and_come_on_an_exact_grid(rig: Rig) -> None:
    frames = [rig.frame() for _ in range(40)]
    assert frames[0].pixels.shape == (180, 320, 3)
    steps = [(frame.time - frames[0].time) * 60 for frame in frames]
    assert steps == pytest.approx([round(step) for step in steps], abs=1e-6)
    assert [round(step) for step in steps] == sorted({round(step) for step in steps}), "each frame once, in order"


def test_a_frames_time_is_when_it_was_taken(rig: Rig) -> None:
    for _ in range(5):
        frame = rig.frame()
        assert frame.time <= time.monotonic()


def test_a_slow_reader_gets_the_newest_frame(rig: Rig) -> None:
    rig.frame()
    pause = threading.Event()
    pause.wait(0.3)
    before = time.monotonic()
    frame = rig.frame()
    assert frame.time > before - 2 / 60


def test_a_press_is_seen_and_home_leads_back(rig: Rig) -> None:
    home = rig.frame().pixels
    rig.remote.press("KEY_MENU")
    rig.wait_for(lambda frame: not looks_like(home)(frame))
    rig.remote.press("KEY_HOME")
    rig.wait_for(looks_like(home))


def test_a_held_key_goes_on_until_it_is_released(rig: Rig) -> None:
    rig.remote.keydown("KEY_RIGHT")
    rig.wait_for(lambda _frame: column_of(rig) >= 3)
    rig.remote.keyup("KEY_RIGHT")
    rig.frame()
    reached = column_of(rig)
    first = rig.frame().time
    rig.wait_for(lambda frame: frame.time > first + 0.5)
    assert column_of(rig) == reached


def test_the_power_outlet_cuts_the_signal_and_the_box_starts_again(rig: Rig) -> None:
    home = rig.frame().pixels
    assert rig.power.is_on()
    rig.power.off()
    assert not rig.power.is_on()
    assert rig.capture.read(0.1) is None
    rig.power.on()
    assert not looks_like(home)(rig.frame()), "the splash screen"
    rig.wait_for(looks_like(home))


def test_without_a_signal_reading_waits_for_it_and_returns_at_once_when_it_comes(rig: Rig) -> None:
    rig.capture.inject_fault("no-signal", 1)
    before = time.monotonic()
    assert rig.capture.read(0.2) is None
    assert time.monotonic() - before >= 0.2
    timer = threading.Timer(0.1, rig.capture.inject_fault, ("no-signal", 0))
    timer.start()
    assert rig.capture.read(20) is not None
    timer.join()


def test_black_and_freeze_can_be_seen(rig: Rig) -> None:
    home = rig.frame().pixels
    rig.remote.inject_fault("black", 1)
    assert rig.frame().pixels.max() == 0
    rig.remote.inject_fault("black", 0)
    assert looks_like(home)(rig.frame())
    rig.remote.inject_fault("freeze", 1)
    rig.remote.press("KEY_MENU")
    for _ in range(20):
        assert looks_like(home)(rig.frame())
    rig.remote.inject_fault("freeze", 0)
    assert not looks_like(home)(rig.frame())


def test_an_unknown_fault_is_answered_with_the_nearest(rig: Rig) -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'dropped-key'"):
        rig.capture.inject_fault("droped-key", 1)


def test_an_unknown_key_is_answered_with_the_nearest(rig: Rig) -> None:
    for send in (rig.remote.press, rig.remote.keydown, rig.remote.keyup):
        with pytest.raises(UnknownKeyError, match="did you mean 'KEY_VOLUMEUP'"):
            send("KEY_VOLUME_UP")
    with pytest.raises(UnknownKeyError, match="it has KEY_POWER, "):
        rig.remote.press("9999")


def test_every_key_of_the_remote_control_is_taken(rig: Rig) -> None:
    for key in KEYS:
        rig.remote.press(key)
    rig.frame()


def test_the_remote_controls_delays_overrule_the_boxs() -> None:
    rig = Rig({**SMALL, "response_delay": 5.0, "jitter": 5.0}, {"response_delay": 0.0, "jitter": 0.0})
    rig.capture.open()
    home = rig.frame().pixels
    rig.remote.press("KEY_MENU")
    assert not looks_like(home)(rig.wait_for(lambda frame: not looks_like(home)(frame), seconds=2))


def test_the_box_stays_as_it_is_while_the_capture_reconnects(rig: Rig) -> None:
    home = rig.frame().pixels
    rig.remote.press("KEY_MENU")
    rig.wait_for(lambda frame: not looks_like(home)(frame))
    rig.capture.close()
    rig.capture.close()
    with pytest.raises(DeviceError, match="not open"):
        rig.capture.read(0.1)
    rig.capture.open()
    assert not looks_like(home)(rig.frame())


def test_two_nodes_have_two_boxes() -> None:
    first, second = Rig(SMALL, {}), Rig(SMALL, {})
    for rig in (first, second):
        rig.capture.open()
    home = second.frame().pixels
    first.remote.press("KEY_MENU")
    first.wait_for(lambda frame: not looks_like(home)(frame))
    assert looks_like(home)(second.frame())


def test_keys_power_and_faults_from_other_threads_do_not_disturb_the_picture(rig: Rig) -> None:
    stop, failures = threading.Event(), []

    def hammer(number: int) -> None:
        try:
            turn = number
            while not stop.is_set():
                rig.remote.press(KEYS[turn * 7 % len(KEYS)])
                rig.remote.keydown("KEY_DOWN")
                rig.remote.keyup("KEY_DOWN")
                rig.capture.inject_fault("black", turn % 2)
                turn += 1
        except BaseException as error:  # noqa: BLE001 - reported by the test's thread
            failures.append(error)

    threads = [threading.Thread(target=hammer, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        times = [rig.frame().time for _ in range(40)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures
    assert times == sorted(set(times))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"size": "big"}, "regex"),
        ({"size": "99x99"}, "160x90"),
        ({"size": "3840x2160"}, "1920x1080"),
        ({"fps": 0}, ">= 1"),
        ({"fps": 61}, "<= 60"),
        ({"start": "disco"}, "regex"),
        ({"response_delay": -1}, ">= 0"),
        ({"colour": "red"}, "unknown field"),
    ],
)
def test_an_option_that_cannot_be_is_refused(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=problem):
        msgspec.convert(options, BoxOptions)


def test_every_option_is_described() -> None:
    for driver in DRIVERS:
        for name, text in driver.option_help.items():
            assert text, f"{driver.capability} {name}"
