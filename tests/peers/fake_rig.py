"""A rig for the tests of the exporter: a capture whose frames carry their number, a remote, a power outlet, and faults.

Its resolver is named ``tests.peers.fake_rig:resolve``; the repository must be on PYTHONPATH of the exporter. Options
of every driver: ``fps``, ``width``, ``height``, ``resource`` (hardware it takes), ``log`` (a file that gets a line for
each call), ``fail_make``, ``fail_open`` (the error it raises), ``keys`` (the remote's, separated by blanks).
"""

from __future__ import annotations

import ctypes
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

from qarunner.drivers import Driver, DriverContext, Options
from qarunner.errors import DeviceError, DeviceLostError, EndOfStreamError
from qarunner.opening import ResolvedDriver
from qarunner.protocols import AudioBlock, AudioFormat, CapturedFrame, CaptureFormat

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from qarunner.node_config import NodeConfig
    from qarunner.protocols import Capability, Pixels

BITS = 24
SAMPLE_RATE = 48_000
FAULTS = {
    "hang": "read does not come back until it is switched off",
    "mute": "when it is opened again the capture has no sound",
    "lost": "the capture says that the device is gone",
    "none": "no signal",
    "raise": "read raises an error that is no DeviceError",
    "garbage": "read delivers something that is no picture",
    "epoch": "frames carry the time of day instead of the monotonic clock's",
    "still": "every frame carries the same time",
    "end": "the recorded input has ended",
    "spin": "no signal, told at once instead of after the timeout",
    "press_hang": "press does not come back until it is switched off",
    "press_lost": "press says that the remote is gone",
    "press_raise": "press raises an error that is no DeviceError",
    "press_deaf": "press sleeps in a C library without letting go of the interpreter",
}


class FakeOptions(Options, frozen=True, kw_only=True):
    fps: float = 30.0
    width: int = 320
    height: int = 180
    resource: str = ""
    log: str = ""
    fail_open: str = ""
    fail_make: str = ""
    keys: str = "KEY_OK KEY_UP KEY_DOWN KEY_HOME"
    noise: bool = False


class FakeRig:
    """What the drivers of one node share: faults, and the log of what was done to it."""

    def __init__(self) -> None:
        self.faults: dict[str, float] = {}
        self.on = True
        self.changed = threading.Condition()

    def wait_while(self, fault: str) -> None:
        """Hang; a fault of value 2 for ever."""
        with self.changed:
            for_ever = self.faults.get(fault) == 2
            self.changed.wait_for(lambda: not self.faults.get(fault) and not for_ever)


class FakeDriver:
    def __init__(self, context: DriverContext) -> None:
        self.options: FakeOptions = context.options
        self.capability = context.capability
        if self.options.fail_make:
            raise DeviceError(self.options.fail_make, "Mend it")
        self.rig = context.share("fake rig", FakeRig)

    def log(self, what: str) -> None:
        if self.options.log:
            with Path(self.options.log).open("a", encoding="utf-8") as file:
                file.write(f"{self.capability} {what}\n")

    def _open(self) -> None:
        self.log("open")
        if self.options.fail_open:
            raise DeviceError(self.options.fail_open, "Plug it in")

    def close(self) -> None:
        self.log("close")

    def faults(self) -> Mapping[str, str]:
        return FAULTS

    def inject_fault(self, name: str, value: float) -> None:
        self.log(f"fault {name} {value:g}")
        with self.rig.changed:
            self.rig.faults[name] = value
            self.rig.changed.notify_all()


class FakeCapture(FakeDriver):
    def open(self) -> CaptureFormat:
        self._open()
        if self.rig.faults.get("lost"):
            raise DeviceLostError("fake capture: still unplugged", "Plug it in")
        options = self.options
        self._number = 0
        self._stamp = 0.0
        self._due = time.monotonic()
        self._noise = numpy.random.default_rng(1).integers(0, 256, (options.height, options.width, 3), numpy.uint8)
        return CaptureFormat(options.width, options.height, options.fps)

    def read(self, timeout: float) -> CapturedFrame | None:
        faults = self.rig.faults
        if faults.get("lost"):
            raise DeviceLostError("fake capture: unplugged", "Plug it in")
        if faults.get("raise"):
            raise ValueError("the driver stumbled")
        if faults.get("end"):
            raise EndOfStreamError("the recording has ended")
        if faults.get("hang"):
            self.rig.wait_while("hang")
        if faults.get("spin"):
            return None
        if faults.get("none"):
            time.sleep(timeout)
            return None
        self._due = max(self._due + 1 / self.options.fps, time.monotonic() - 0.2)
        time.sleep(max(0.0, self._due - time.monotonic()))
        self._number += 1
        pixels = numbered_picture(self._number, self.options.width, self.options.height)
        if self.options.noise:
            pixels[BITS:] = numpy.roll(self._noise, self._number * 7, axis=1)[BITS:]
        if faults.get("garbage"):
            pixels = pixels[:, :, 0]
        now = time.time() if faults.get("epoch") else time.monotonic()
        self._stamp = self._stamp if faults.get("still") else now
        return CapturedFrame(pixels, self._stamp)


class FakeSoundingCapture(FakeCapture):
    """The same with sound: each sample of the left channel is its number, modulo 10 000."""

    def audio_format(self) -> AudioFormat | None:
        self._sounded = round(time.monotonic() * SAMPLE_RATE)
        return None if self.rig.faults.get("mute") else AudioFormat(SAMPLE_RATE, 2)

    def read_audio(self, timeout: float) -> AudioBlock | None:
        time.sleep(min(timeout, 0.02))
        first, self._sounded = self._sounded, round(time.monotonic() * SAMPLE_RATE)
        left = numpy.arange(first, self._sounded) % 10_000
        return AudioBlock(numpy.stack([left, -left], axis=1).astype(numpy.int16), first / SAMPLE_RATE)


class FakeRemote(FakeDriver):
    def open(self) -> None:
        self._open()

    def keys(self) -> Collection[str] | None:
        return self.options.keys.split() or None

    def press(self, key: str) -> None:
        faults = self.rig.faults
        if faults.get("press_hang"):
            self.rig.wait_while("press_hang")
        if faults.get("press_deaf"):
            ctypes.PyDLL(None).sleep(60)
        if faults.get("press_lost"):
            raise DeviceLostError("fake remote: unplugged", "Plug it in")
        if faults.get("press_raise"):
            raise ValueError("the remote stumbled")
        self.log(f"press {key}")


class FakeHoldingRemote(FakeRemote):
    def keydown(self, key: str) -> None:
        self.log(f"keydown {key}")

    def keyup(self, key: str) -> None:
        self.log(f"keyup {key}")


class FakePower(FakeDriver):
    def open(self) -> None:
        self._open()

    def on(self) -> None:
        self.rig.on = True
        self.log("on")

    def off(self) -> None:
        self.rig.on = False
        self.log("off")

    def is_on(self) -> bool | None:
        return self.rig.on


def numbered_picture(number: int, width: int, height: int) -> Pixels:
    """Return a picture in which the number stands as black and white blocks, over a colour that changes with it."""
    pixels = numpy.empty((height, width, 3), numpy.uint8)
    pixels[:] = (number * 5 % 200 + 20, number * 3 % 200 + 20, 90)
    block = width // BITS
    for bit in range(BITS):
        pixels[: max(height // 8, 1), bit * block : (bit + 1) * block] = 255 * (number >> bit & 1)
    return pixels


def number_of(pixels: Pixels) -> int:
    """Read the number back, also from a picture that was scaled or encoded."""
    height, width = pixels.shape[:2]
    row = pixels[height // 16].mean(axis=1)
    return sum(1 << bit for bit in range(BITS) if row[int((bit + 0.5) * (width // BITS))] > 127)


_MAKERS: dict[str, type[FakeDriver]] = {
    "capture:fake": FakeCapture,
    "capture:fake-sound": FakeSoundingCapture,
    "remote:fake": FakeHoldingRemote,
    "remote:fake-short": FakeRemote,
    "power:fake": FakePower,
}


def resolve(config: NodeConfig, blocked: Sequence[str]) -> dict[Capability, ResolvedDriver]:
    """Return the drivers of a node whose URIs are ``fake:``, ``fake-sound:`` or ``fake-short:``."""
    shared: dict[str, Any] = {}
    resolved: dict[Capability, ResolvedDriver] = {}
    capabilities: tuple[Capability, ...] = ("capture", "remote", "power")
    for capability in capabilities:
        driver_config = getattr(config, capability)
        if driver_config is None:
            continue
        driver = Driver(
            capability=capability,
            scheme=driver_config.scheme,
            summary="fake",
            open=_MAKERS[f"{capability}:{driver_config.scheme}"],
            options=FakeOptions,
            resources=lambda context: [context.options.resource] if context.options.resource else [],
        )
        context = DriverContext(
            node=config.id,
            capability=capability,
            uri=driver_config.uri,
            options=FakeOptions(**driver_config.options),
            frame_size=config.frame_size,
            shared_objects=shared,
        )
        resolved[capability] = ResolvedDriver("fake-rig", driver, context)
    return resolved


def resolve_impatiently(config: NodeConfig, blocked: Sequence[str]) -> dict[Capability, ResolvedDriver]:
    """Like `resolve`, in an exporter whose limits are so short that a test can wait for them."""
    from qarunner.nodes import capture_loop, devices, exporter, http_recordings, served_node

    capture_loop.READ_LIMIT = capture_loop.READ_TIMEOUT + 0.3
    devices.KEY_LIMIT = 0.3
    served_node.LONGEST_UNLEASED_HOLD = 0.3
    http_recordings.LONGEST = 0.5
    exporter.STUCK_LIMIT = 2.0
    return resolve(config, blocked)


def crash(config: NodeConfig, blocked: Sequence[str]) -> dict[Capability, ResolvedDriver]:
    """Fail as a resolver with a mistake in it would."""
    raise ZeroDivisionError("a mistake in a resolver")
