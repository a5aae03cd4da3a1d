"""GStreamer's own way to send buffers through a pipe with their times (``gdppay``): a header, then the bytes.

Between the buffers of a pipe come its caps and events, as text. Of the events only the segment counts: it says which of
the pipeline's running times a time of a buffer means.
"""

from __future__ import annotations

import enum
import re
import struct
from typing import NamedTuple

HEADER_SIZE = 62
_HEADER = struct.Struct(">4xHIQ")
_NO_TIME = 2**64 - 1
_NANOSECONDS = 1_000_000_000
_SEGMENT = re.compile(rb"^GstEventSegment, .*\bbase=\(guint64\)(\d+),.*\bstart=\(guint64\)(\d+)")


class Kind(enum.Enum):
    """What a packet holds."""

    BUFFER = 1
    CAPS = 2
    EVENT = 64
    """Or more: an event's number is added."""


class Head(NamedTuple):
    """What follows: `size` bytes of a kind."""

    kind: Kind
    size: int
    time: int | None
    """Nanoseconds, of a buffer that has a time."""


def read_head(header: bytes | bytearray | memoryview) -> Head:
    """Return what a header of `HEADER_SIZE` bytes says."""
    kind, size, time = _HEADER.unpack_from(header)
    known = Kind(kind) if kind in (Kind.BUFFER.value, Kind.CAPS.value) else Kind.EVENT
    return Head(known, size, None if time == _NO_TIME else time)


class Segment:
    """What the times of one pipe's buffers mean."""

    def __init__(self) -> None:
        self._shift = 0

    def hear(self, payload: bytes) -> None:
        """Take in an event."""
        if found := _SEGMENT.match(payload):
            self._shift = int(found[1]) - int(found[2])

    def running_time(self, head: Head) -> float | None:
        """Return a buffer's time in seconds that the pipeline runs; None where it has none."""
        return None if head.time is None else (head.time + self._shift) / _NANOSECONDS
