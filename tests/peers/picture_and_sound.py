"""When the picture of a recorded video flashes and when its sound begins: by PyAV, and by ffmpeg's own filters."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import av
import numpy

BRIGHT = 128
LOUD = 0.02
"""Of full scale, -34 dB."""
PAUSE = 0.1
"""Seconds of silence before a sound that begins."""
SURE = 0.06
"""Seconds between two pictures, at 25 a second, of which none is missing between them."""


class Flash(NamedTuple):
    """The picture turned bright after `dark` and at `bright` at the latest, seconds of the video."""

    dark: float
    bright: float


def _flashes(pictures: list[tuple[float, float]]) -> list[Flash]:
    """Return the flashes among (time, brightness) of all pictures."""
    return [Flash(a, b) for (a, before), (b, after) in pairwise(pictures) if before < BRIGHT <= after]


def flashes(path: Path) -> list[Flash]:
    """Return when the picture turns bright, by PyAV."""
    with av.open(str(path)) as container:
        return _flashes(
            [(frame.time or 0.0, float(frame.to_ndarray(format="gray").mean())) for frame in container.decode(video=0)]
        )


def beeps(path: Path) -> list[float]:
    """Return when a sound begins, by PyAV."""
    with av.open(str(path)) as container:
        rate = container.streams.audio[0].rate
        loud = numpy.concatenate(
            [
                (frame.time or 0.0) + numpy.flatnonzero(numpy.abs(frame.to_ndarray()).max(axis=0) > LOUD) / rate
                for frame in container.decode(audio=0)
            ]
        )
    return [float(after) for before, after in pairwise([-1.0, *loud]) if after - before > PAUSE]


def _end_of_sound(path: Path) -> float:
    with av.open(str(path)) as container:
        return max((frame.time or 0.0) + frame.samples / frame.sample_rate for frame in container.decode(audio=0))


def assert_together(
    path: Path, tolerance: float, counts: Callable[[float], bool] = lambda _moment: True
) -> list[tuple[Flash, float]]:
    """Check by two players that each flash has its beep within `tolerance` seconds; return the pairs.

    A picture that was dropped makes the moment of a flash less sure, never the check wrong: then the beep must be
    between the last dark picture and the first bright one. One flash at least must have all its pictures.

    A flash at the beginning does not count: a sound that begins with the video cannot be told from one that goes on.
    Nor does one behind the end of the sound: when a video ends, sound that is sent late is still on its way.

    :param counts: says of a moment (a dark picture before a flash) whether there was sound at all.
    """
    pairs: list[tuple[Flash, float]] = []
    end = _end_of_sound(path) - PAUSE
    for seen, heard in ((flashes(path), beeps(path)), (flashes_by_ffmpeg(path), beeps_by_ffmpeg(path))):
        counted = [flash for flash in seen if flash.dark > 2 * PAUSE and flash.bright < end and counts(flash.dark)]
        assert any(flash.bright - flash.dark < SURE for flash in counted), (seen, heard)
        for flash in counted:
            first = flash.bright if flash.bright - flash.dark < SURE else flash.dark
            near = [beep for beep in heard if first - tolerance <= beep <= flash.bright + tolerance]
            assert near, (flash, seen, heard)
            pairs.append((flash, near[0]))
    return pairs


def flashes_by_ffmpeg(path: Path) -> list[Flash]:
    """Return when the picture turns bright, by ffprobe."""
    command = ["ffprobe", "-v", "error", "-f", "lavfi", f"movie={path},signalstats"]
    shown = ["-show_entries", "frame=pts_time:frame_tags=lavfi.signalstats.YAVG", "-of", "csv=p=0"]
    lines = subprocess.run([*command, *shown], check=True, capture_output=True, text=True).stdout.splitlines()
    values = [line.split(",")[:2] for line in lines if line]
    return _flashes([(float(time), float(brightness)) for time, brightness in values])


def beeps_by_ffmpeg(path: Path) -> list[float]:
    """Return when a sound begins, by ffmpeg."""
    filters = ["-af", f"silencedetect=noise={LOUD}:duration={PAUSE}", "-f", "null", "-"]
    command = ["ffmpeg", "-nostats", "-hide_banner", "-i", str(path), "-vn", *filters]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return [float(found) for found in re.findall(r"silence_end: ([\d.]+)", said)]
