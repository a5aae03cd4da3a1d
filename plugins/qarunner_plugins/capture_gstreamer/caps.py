"""What GStreamer's words for pictures mean: their layout in memory, their colours, their rate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qarunner import DeviceError

if TYPE_CHECKING:
    from qarunner_plugins.raw_pictures import Layout

FORMATS = {
    "I420": "yuv420p",
    "NV12": "nv12",
    "YUY2": "yuyv422",
    "UYVY": "uyvy422",
    "Y42B": "yuv422p",
    "Y444": "yuv444p",
    "BGRx": "bgr0",
    "BGR": "bgr24",
}
"""GStreamer's and libav's names of what is taken as it is; anything else becomes one of these."""
ALIGNMENT = 4
"""Bytes, of rows in GStreamer."""
RANGES, MATRICES = {"1": 2, "2": 1}, {"3": 1, "4": 6, "6": 9}
"""From GStreamer's numbers in ``colorimetry=RANGE:MATRIX:...`` to those of libav."""
NAMED = {"bt601": (6, 1), "bt709": (1, 1), "bt2020": (9, 1), "bt2020-10": (9, 1)}
"""Matrix and range of those that have a name."""
_FORMAT = re.compile(r"\bformat=\(string\)(\w+)")
_COLORIMETRY = re.compile(r"\bcolorimetry=\(string\)([\w:-]+)")
_NUMBER = re.compile(r"\b(width|height)=\(int\)(\d+)")
_RATE = re.compile(r"\bframerate=\(fraction\)(\d+)/(\d+)")


def understand(caps: str) -> tuple[Layout, int, int, float]:
    """Return the layout of the pictures, their matrix and range (0 for unknown), and the nominal rate."""
    from qarunner_plugins.raw_pictures import layout

    numbers = {name: int(value) for name, value in _NUMBER.findall(caps)}
    found, rate, colorimetry = _FORMAT.search(caps), _RATE.search(caps), _COLORIMETRY.search(caps)
    if found is None or found[1] not in FORMATS or not numbers.keys() >= {"width", "height"}:
        raise DeviceError(f"the pipeline sends {caps!r}", "Put videoconvert at its end")
    frames, seconds = (int(rate[1]), int(rate[2])) if rate else (0, 1)
    matrix, colour_range = NAMED.get(colorimetry[1], (0, 0)) if colorimetry else (0, 0)
    if colorimetry and ":" in colorimetry[1]:
        first, second = colorimetry[1].split(":")[:2]
        matrix, colour_range = MATRICES.get(second, 0), RANGES.get(first, 0)
    given = layout(FORMATS[found[1]], numbers["width"], numbers["height"], alignment=ALIGNMENT)
    return given, matrix, colour_range, frames / max(1, seconds)
