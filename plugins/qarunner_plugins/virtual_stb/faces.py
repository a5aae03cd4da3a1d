"""The box's three faces to the node: its picture, its remote control and its power outlet."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from qarunner import CapturedFrame, CaptureFormat, DeviceError

from .circuit import FAULTS
from .device import NAME, VirtualBox
from .keys import KEYS
from .pace import Pace

if TYPE_CHECKING:
    from qarunner import DriverContext

    from .options import BoxOptions, RemoteOptions


class _Face:
    """What all three have: the box, and its faults."""

    def __init__(self, box: VirtualBox) -> None:
        self.box = box

    def faults(self) -> Mapping[str, str]:
        """The faults that may be switched on, with what they do."""
        return dict(FAULTS)

    def inject_fault(self, name: str, value: float) -> None:
        """Switch a fault on (`value` > 0; seconds for ``slow``, presses for ``dropped-key``) or off (0)."""
        self.box.inject_fault(name, value)

    def close(self) -> None:
        """Let go of the box, which stays as it is."""


class VirtualCapture(_Face):
    """The picture, frame by frame at `fps`."""

    def __init__(self, box: VirtualBox) -> None:
        super().__init__(box)
        self._pace: Pace | None = None

    def open(self) -> CaptureFormat:
        """Switch the box on, if it was not yet, and say what it delivers."""
        self.box.prepare()
        self.box.start()
        options = self.box.options
        self._pace = Pace(time.monotonic(), options.fps)
        width, height = options.width_height
        return CaptureFormat(width, height, options.fps)

    def close(self) -> None:
        """Stop taking pictures; the box stays on."""
        self._pace = None

    def read(self, timeout: float) -> CapturedFrame | None:
        """Wait for the next frame that is due; None when there is no signal for `timeout` seconds."""
        pace = self._pace
        if pace is None:
            problem = "the virtual set-top box's capture is not open"
            raise DeviceError(problem, "call open() before read()")
        deadline = time.monotonic() + timeout
        while True:
            due = pace.next(time.monotonic())
            if due > deadline:
                pace.give_back()
                time.sleep(max(0.0, deadline - time.monotonic()))
                return None
            time.sleep(max(0.0, due - time.monotonic()))
            pixels = self.box.picture(due)
            if pixels is not None:
                return CapturedFrame(pixels, due)


class VirtualRemote(_Face):
    """The remote control."""

    def open(self) -> None:
        """Switch the box on, if it was not yet."""
        self.box.start()

    def keys(self) -> Collection[str]:
        """The keys of the remote control."""
        return KEYS

    def press(self, key: str) -> None:
        """Press a key shortly."""
        self.box.press(key)

    def keydown(self, key: str) -> None:
        """Hold a key down; it repeats until `keyup`."""
        self.box.keydown(key)

    def keyup(self, key: str) -> None:
        """Release a key."""
        self.box.keyup(key)


class VirtualPower(_Face):
    """The power outlet."""

    def open(self) -> None:
        """Nothing is to be done: the outlet is always there."""

    def on(self) -> None:
        """Restore the power; the box boots."""
        self.box.power(on=True)

    def off(self) -> None:
        """Cut the power; the signal is gone."""
        self.box.power(on=False)

    def is_on(self) -> bool:
        """Whether the box has power."""
        return self.box.powered


def _box_of(context: DriverContext) -> VirtualBox:
    return context.share(NAME, VirtualBox)


def open_capture(context: DriverContext) -> VirtualCapture:
    """Make the capture of a node; its options are the box's."""
    box = _box_of(context)
    given: BoxOptions = context.options
    box.configure(box=given)
    return VirtualCapture(box)


def open_remote(context: DriverContext) -> VirtualRemote:
    """Make the remote control of a node."""
    box = _box_of(context)
    given: RemoteOptions = context.options
    box.configure(remote=given)
    return VirtualRemote(box)


def open_power(context: DriverContext) -> VirtualPower:
    """Make the power outlet of a node."""
    return VirtualPower(_box_of(context))
