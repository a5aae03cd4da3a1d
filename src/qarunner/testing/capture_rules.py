"""The rules of a capture, tried on a real one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from qarunner.errors import EndOfStreamError
from qarunner.protocols import CapturedFrame, CaptureFormat
from qarunner.testing.audio_rules import check_sound
from qarunner.testing.rig import DriverRig
from qarunner.testing.rules import CLOSE_LIMIT, OPEN_LIMIT, Trial

METHODS = ("open", "read", "close")
READ_TIMEOUT = 0.5
READ_GRACE = 5.0
OLDEST = 5.0
"""Seconds that a picture may be older than the call that opened the device: some keep a few."""


def check_capture(
    uri: str,
    *,
    frames: int = 5,
    seconds: float = 10.0,
    plugin: object | None = None,
    pack: Path | None = None,
    **options: Any,
) -> None:
    """Check a capture driver: opens, reads frames with increasing times (and sound), closes twice, opens again.

    :param uri: as in the configuration of a node.
    :param frames: how many must come each time it is opened, :param seconds: within this time after `open`.
    :param plugin: a module with hooks, for one that is not installed.
    :param pack: what relative file names are relative to; default the working directory.
    :param options: as they would stand in the driver's table in ``qarunner.toml``.
    :raises AssertionError: names every rule it breaks.
    """
    resolved = DriverRig(pack or Path.cwd(), plugin).resolve("capture", uri, **options)
    with Trial(resolved, METHODS) as trial:
        trial.resources()
        capture = trial.make()
        trial.call("close() before open()", capture.close, CLOSE_LIMIT)
        newest = _use(trial, capture, frames, seconds, after=0.0)
        trial.faults(capture)
        trial.close_twice(capture)
        _use(trial, capture, frames, seconds, after=newest)
        trial.call("close()", capture.close, CLOSE_LIMIT)


def _use(trial: Trial, capture: Any, wanted: int, seconds: float, after: float) -> float:
    """Open it and read; return the time of the last frame."""
    again = " after close()" if after else ""
    opened = time.monotonic()
    given = trial.call(f"open(){again}", capture.open, OPEN_LIMIT)
    if not isinstance(given, CaptureFormat):
        trial.stop(f"open(){again} gives {given!r}, not a qarunner.CaptureFormat")
    trial.rule(given.width > 0 and given.height > 0, f"open() says the picture is {given.width}x{given.height}")
    trial.rule(given.frame_rate >= 0, f"open() says {given.frame_rate:g} frames a second; give 0 when it is not known")
    count, newest, end = 0, after, time.monotonic() + seconds
    while count < wanted and time.monotonic() < end:
        try:
            frame = trial.call(
                "read()", lambda: capture.read(READ_TIMEOUT), READ_TIMEOUT + READ_GRACE, (EndOfStreamError,)
            )
        except EndOfStreamError:
            trial.rule(count, f"read(){again} says that the recording has ended before its first frame")
            return newest
        if frame is None:
            continue
        count += 1
        if not isinstance(frame, CapturedFrame):
            trial.stop(f"read() gives a {type(frame).__name__}, not a qarunner.CapturedFrame or None")
        _look_at(trial, frame, given, f"frame {count}{again}")
        _look_at_time(trial, frame.time, newest, opened, f"frame {count}{again}")
        newest = frame.time
    check_sound(trial, capture, seconds, again)
    trial.rule(count >= wanted, f"read(){again} gave {count} frames in {seconds:g} s, not {wanted}")
    return newest


def _look_at(trial: Trial, frame: CapturedFrame, given: CaptureFormat, name: str) -> None:
    import numpy

    pixels = frame.pixels
    if not isinstance(pixels, numpy.ndarray):
        trial.stop(f"{name}: pixels are a {type(pixels).__name__}, not a numpy array")
    shape = (given.height, given.width, 3)
    trial.rule(pixels.dtype == numpy.uint8, f"{name}: pixels are {pixels.dtype}, not uint8")
    trial.rule(pixels.shape == shape, f"{name}: pixels have shape {pixels.shape}, not {shape} as open() said")
    trial.rule(pixels.flags.c_contiguous, f"{name}: pixels are not C-contiguous (numpy.ascontiguousarray mends that)")


def _look_at_time(trial: Trial, taken: float, previous: float, opened: float, name: str) -> None:
    now = time.monotonic()
    if abs(taken - time.time()) < abs(taken - now):
        trial.stop(f"{name}: its time is a time of day; give time.monotonic() of when it was taken")
    trial.rule(taken <= now, f"{name}: its time is {taken - now:.3g} s in the future")
    trial.rule(taken > opened - OLDEST, f"{name}: its time is {opened - taken:.1f} s before open()")
    if previous:
        trial.rule(taken > previous, f"{name}: its time is {previous - taken:.3f} s before (or at) the frame before it")
