"""The sound of a pipeline: what comes out of its second pipe, on the clock of its pictures."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import numpy

from qarunner_plugins.capture_gstreamer.packets import HEADER_SIZE, Head, Kind, Segment, read_head
from qarunner_plugins.live_sound import FORMAT

if TYPE_CHECKING:
    from qarunner_plugins.live_sound import ClockedSound

_CHUNK = 1 << 18


class PipelineSound:
    """Takes blocks out of a pipe.

    :param pipe: the descriptor they come from; it becomes one that never blocks.
    :param clocked: where they go, with the pipeline's running times.
    """

    def __init__(self, pipe: int, clocked: ClockedSound) -> None:
        os.set_blocking(pipe, False)
        self._pipe = pipe
        self._clocked = clocked
        self._segment = Segment()
        self._bytes = bytearray()
        self._next = 0.0
        self.ended = False

    def hear(self) -> None:
        """Take in all that has come, and give away what the pictures have told the time of."""
        with contextlib.suppress(BlockingIOError):
            while not self.ended:
                chunk = os.read(self._pipe, _CHUNK)
                self.ended = not chunk
                self._bytes += chunk
        while len(self._bytes) >= HEADER_SIZE:
            head = read_head(self._bytes)
            end = HEADER_SIZE + head.size
            if len(self._bytes) < end:
                break
            payload = bytes(self._bytes[HEADER_SIZE:end])
            del self._bytes[:end]
            if head.kind is Kind.BUFFER:
                self._add(head, payload)
            elif head.kind is Kind.EVENT:
                self._segment.hear(payload)
        self._clocked.release()

    def _add(self, head: Head, payload: bytes) -> None:
        samples = numpy.frombuffer(payload, numpy.int16).reshape(-1, FORMAT.channels)
        told = self._segment.running_time(head)
        at = self._next if told is None else told
        self._next = at + len(samples) / FORMAT.sample_rate
        self._clocked.add(at, samples)
