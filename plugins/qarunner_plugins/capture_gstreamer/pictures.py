"""The pictures of a pipeline as they come out of its pipe: plain, or in packets that tell what and of when each is.

What a plain picture is (its caps) is only said by the program, ``gst-launch-1.0 -v``. That is not always true: where
several threads of a pipeline have something to say at the same moment, it mixes up whose words it prints.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from qarunner_plugins.capture_gstreamer.packets import HEADER_SIZE, Head, Kind, Segment, read_head

if TYPE_CHECKING:
    from qarunner_plugins.stream_clock import ArrivalClock


class OtherKindError(Exception):
    """A picture has another size."""


class PicturePipe(Protocol):
    """Reads pictures one by one."""

    caps: str
    """What the pictures are, in GStreamer's words; empty while that is not known."""

    def learn(self) -> None:
        """Read what comes before the first picture, as far as `caps` is not known; something is in the pipe.

        :raises EOFError: the pipe has ended.
        """
        ...

    def read(self, raw: memoryview, now: float) -> float | None:
        """Read what comes next; return when it was taken, or None when it was no picture.

        :param raw: where the picture goes; it must have that size. :param now: when its first byte was there.
        :raises EOFError: the pipe has ended. :raises OtherKindError: it has another size.
        """
        ...


class PlainPictures:
    """Nothing but pictures, each taken when it came. Who hears the program sets `caps`."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self.caps = ""

    def learn(self) -> None:
        """Nothing: there are only pictures."""

    def read(self, raw: memoryview, now: float) -> float | None:
        """Read a picture."""
        _fill(self._pipe, raw)
        return now


class TimedPictures:
    """Packets, whose times are put on the clock of this machine.

    :param clock: learns from these pictures what the pipeline's running time is here.
    """

    def __init__(self, pipe: int, clock: ArrivalClock) -> None:
        self._pipe = pipe
        self._clock = clock
        self._segment = Segment()
        self.caps = ""

    def learn(self) -> None:
        """Read one packet, which is none with a picture: caps come before."""
        if self._next() is not None:
            raise OtherKindError

    def read(self, raw: memoryview, now: float) -> float | None:
        """Read a picture, or what comes between them."""
        head = self._next()
        if head is None:
            return None
        if head.size != len(raw):
            raise OtherKindError
        _fill(self._pipe, raw)
        return self._clock.due(self._segment.running_time(head), now, 0.0)

    def _next(self) -> Head | None:
        """Read the head of a picture, or something else as a whole; return None then."""
        header = bytearray(HEADER_SIZE)
        _fill(self._pipe, memoryview(header))
        head = read_head(header)
        if head.kind is Kind.BUFFER:
            return head
        payload = bytearray(head.size)
        _fill(self._pipe, memoryview(payload))
        if head.kind is Kind.CAPS:
            self.caps = payload.decode("utf-8", "replace").rstrip("\0")
        else:
            self._segment.hear(bytes(payload))
        return None


def _fill(pipe: int, whole: memoryview) -> None:
    place = 0
    while place < len(whole):
        count = os.readv(pipe, [whole[place:]])
        if not count:
            raise EOFError
        place += count
