"""The pictures of a pipeline as they come out of its pipe: plain, or in packets that tell when each was taken."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from qarunner_plugins.capture_gstreamer.packets import HEADER_SIZE, Segment, read_head

if TYPE_CHECKING:
    from qarunner_plugins.stream_clock import ArrivalClock


class OtherKindError(Exception):
    """A picture has another size."""


class PicturePipe(Protocol):
    """Reads pictures one by one."""

    def read(self, raw: memoryview, now: float) -> float | None:
        """Read what comes next; return when it was taken, or None when it was no picture.

        :param raw: where the picture goes; it must have that size. :param now: when its first byte was there.
        :raises EOFError: the pipe has ended. :raises OtherKindError: it has another size.
        """
        ...


class PlainPictures:
    """Nothing but pictures, each taken when it came."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

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

    def read(self, raw: memoryview, now: float) -> float | None:
        """Read a picture, or what comes between them."""
        header = bytearray(HEADER_SIZE)
        _fill(self._pipe, memoryview(header))
        head = read_head(header)
        if not head.is_buffer:
            payload = bytearray(head.size)
            _fill(self._pipe, memoryview(payload))
            self._segment.hear(bytes(payload))
            return None
        if head.size != len(raw):
            raise OtherKindError
        _fill(self._pipe, raw)
        return self._clock.due(self._segment.running_time(head), now, 0.0)


def _fill(pipe: int, whole: memoryview) -> None:
    place = 0
    while place < len(whole):
        count = os.readv(pipe, [whole[place:]])
        if not count:
            raise EOFError
        place += count
