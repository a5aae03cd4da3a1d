"""A capture with sound, and a remote, for tests of the runner: KEY_RED begins a tone at the left and ends it again.

The picture is red while the tone is on. ``KEY_STOP`` ends all sound as a cable that is pulled would, ``KEY_GAP`` leaves
out 300 ms of it. A copy of this file lies in a pack's ``plugins/`` folder. It is a fake: no device is behind it.
"""

from __future__ import annotations

import time
from typing import Any

from qarunner import AudioBlock, AudioFormat, CapturedFrame, CaptureFormat, Driver, DriverContext, hookimpl

KEYS = ("KEY_RED", "KEY_STOP", "KEY_GAP")
RATE, BLOCK = 48_000, 960
LOUDNESS = 0.5
"""Of full scale: the sine has an RMS of -9.03 dBFS."""
GAP = 0.3


class Box:
    """What the drivers of a node share: when the tone was switched, and whether there is sound."""

    def __init__(self) -> None:
        self.switched: list[float] = []
        self.stopped = False
        self.gap_until = 0.0


class BeepingCapture:
    """Red or black, 25 a second, with sound in two channels."""

    def __init__(self, context: DriverContext) -> None:
        self.box = context.share("box", Box)

    def open(self) -> CaptureFormat:
        import numpy

        self.pixels = numpy.zeros((180, 320, 3), numpy.uint8)
        self.due = time.monotonic()
        self.began = time.monotonic()
        self.blocks = 0
        return CaptureFormat(320, 180, 25)

    def read(self, _timeout: float) -> CapturedFrame | None:
        self.due = max(self.due + 0.04, time.monotonic() - 1)
        time.sleep(max(0.0, self.due - time.monotonic()))
        self.pixels[:] = (0, 0, 255 * (len(self.box.switched) % 2))
        return CapturedFrame(self.pixels, time.monotonic())

    def audio_format(self) -> AudioFormat:
        return AudioFormat(RATE, 2)

    def read_audio(self, timeout: float) -> AudioBlock | None:
        import numpy

        first = self.began + self.blocks * BLOCK / RATE
        wait = first + BLOCK / RATE - time.monotonic()
        if self.box.stopped or wait > timeout:
            time.sleep(timeout)
            return None
        time.sleep(max(0.0, wait))
        numbers = numpy.arange(BLOCK) + self.blocks * BLOCK
        self.blocks += 1
        if first < self.box.gap_until:
            return None
        switches = numpy.searchsorted(self.box.switched, self.began + numbers / RATE)
        tone = numpy.where(switches % 2, LOUDNESS * 32_768 * numpy.sin(numbers * 2 * numpy.pi * 1000 / RATE), 0)
        return AudioBlock(numpy.stack([tone, tone * 0], axis=1).astype(numpy.int16), first)

    def close(self) -> None:
        pass


class BeepingRemote:
    """Takes three keys."""

    def __init__(self, context: DriverContext) -> None:
        self.box = context.share("box", Box)

    def open(self) -> None:
        pass

    def keys(self) -> tuple[str, ...]:
        return KEYS

    def press(self, key: str) -> None:
        if key == "KEY_RED":
            self.box.switched.append(time.monotonic())
        elif key == "KEY_GAP":
            self.box.gap_until = time.monotonic() + GAP
        else:
            self.box.stopped = True

    def close(self) -> None:
        pass


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer both."""
    return [
        Driver("capture", "beeping", "a tone, for tests", BeepingCapture, sound="always"),
        Driver("remote", "beeping", "three keys, for tests", BeepingRemote, keys=KEYS),
    ]


@hookimpl
def qa_nodes() -> dict[str, dict[str, Any]]:
    """Offer a node, so that no configuration is needed."""
    return {"beeping": {"capture": "beeping:", "remote": "beeping:", "frame_size": "320x180", "linger": 1.0}}
