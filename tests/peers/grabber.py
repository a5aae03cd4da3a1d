"""A grabber for `v4l2:` in the conformance suite: the stand-in for the kernel, in the kernel's place for a while."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from tests.peers.rig_node import eventually
from tests.peers.stream_sender import HEIGHT, WIDTH
from tests.peers.video_device import VideoDeviceFile

from qarunner_plugins.capture_v4l2 import devices, kernel

SIZE = (WIDTH, HEIGHT)


class Grabber(VideoDeviceFile):
    """A device with grey pictures that can be pulled out, and that can stand still within a call of the kernel."""

    def __init__(self, folder: Path) -> None:
        grey = bytes([128]) * (WIDTH * HEIGHT * 2)
        super().__init__(folder / "video0", {"YUYV": {SIZE: 30.0}}, {"YUYV": grey}, colours=(3, 2, 2))
        self._going = threading.Event()
        self._going.set()
        self.uri, self.told_name = f"v4l2:{self.path}", str(self.path)
        self.absent_name = f"{self.path}7"
        self.absent = f"v4l2:{self.absent_name}"
        self.options: dict[str, Any] = {}
        self.start, self.stop = self.plug, self.unplug

    def ioctl(self, descriptor: int, number: int, data: bytearray, mutate: bool) -> int:  # noqa: FBT001 - as fcntl's
        """Answer as the kernel does, when it does."""
        self._going.wait()
        return super().ioctl(descriptor, number, data, mutate)

    def freeze(self) -> None:
        """Come back from no call."""
        self._going.clear()

    def thaw(self) -> None:
        """Go on; who hung in a call and was given up lets go of the device, as when its process ends."""
        self._going.set()
        eventually(lambda: not self.streaming, "the end of the use that hung")


@contextlib.contextmanager
def grabber(folder: Path) -> Iterator[Grabber]:
    """Have a grabber on this host."""
    made = Grabber(folder)
    with mock.patch.object(kernel, "fcntl", made), mock.patch.object(devices, "DEVICES", folder):
        yield made
