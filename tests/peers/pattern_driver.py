"""A capture and a remote for tests of the runner.

The picture is a flat colour that changes with each frame over a strip of noise (which makes the video grow); keys
change the colour.

A copy of this file lies in a pack's ``plugins/`` folder. It is a fake: no device is behind it.
"""

from __future__ import annotations

import time
from typing import Annotated, Any

from msgspec import Meta

from qarunner import CapturedFrame, CaptureFormat, Driver, DriverContext, Options, hookimpl

KEYS = ("KEY_UP", "KEY_DOWN", "KEY_OK", "KEY_RED")


class PatternOptions(Options, frozen=True):
    """Of the capture."""

    fps: Annotated[int, Meta(ge=1, le=60, description="frames a second")] = 25


class Pattern:
    """The picture: grey that gets brighter by one with each frame; red after KEY_RED."""

    def __init__(self) -> None:
        self.red = False
        self.signal = True


class PatternCapture:
    """Delivers the picture at an even pace."""

    def __init__(self, context: DriverContext) -> None:
        self.pattern = context.share("pattern", Pattern)
        self.rate = context.options.fps
        self.count = 0

    def open(self) -> CaptureFormat:
        import numpy

        self.pixels = numpy.zeros((180, 320, 3), numpy.uint8)
        self.noise = numpy.random.default_rng(1)
        self.due = time.monotonic()
        return CaptureFormat(320, 180, self.rate)

    def read(self, timeout: float) -> CapturedFrame | None:
        if not self.pattern.signal:
            time.sleep(min(timeout, 0.1))
            return None
        self.due += 1 / self.rate
        time.sleep(max(0.0, self.due - time.monotonic()))
        self.count += 1
        self.pixels[:170] = (0, 0, 255) if self.pattern.red else self.count % 200
        self.pixels[170:] = self.noise.integers(0, 255, (10, 320, 3))
        return CapturedFrame(self.pixels, time.monotonic())

    def close(self) -> None:
        pass

    def faults(self) -> dict[str, str]:
        return {"no-signal": "the picture stops"}

    def inject_fault(self, _name: str, value: float) -> None:
        self.pattern.signal = value == 0


class PatternRemote:
    """Takes four keys, which it cannot hold."""

    def __init__(self, context: DriverContext) -> None:
        self.pattern = context.share("pattern", Pattern)

    def open(self) -> None:
        pass

    def keys(self) -> tuple[str, ...]:
        return KEYS

    def press(self, key: str) -> None:
        if key == "KEY_RED":
            self.pattern.red = not self.pattern.red

    def close(self) -> None:
        pass


class HoldingRemote(PatternRemote):
    """The same, but keys can be held: the picture is red while KEY_RED is."""

    def keydown(self, key: str) -> None:
        self.press(key)

    def keyup(self, key: str) -> None:
        self.press(key)


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer both."""
    return [
        Driver("capture", "pattern", "flat colours, for tests", PatternCapture, PatternOptions),
        Driver("remote", "pattern", "four keys, for tests", PatternRemote, keys=KEYS),
        Driver("remote", "holding", "four keys that can be held, for tests", HoldingRemote, keys=KEYS, holds_keys=True),
    ]


@hookimpl
def qa_nodes() -> dict[str, dict[str, Any]]:
    """Offer a node, so that no configuration is needed."""
    return {"pattern": {"capture": "pattern:", "remote": "pattern:", "frame_size": "320x180", "linger": 1.0}}
