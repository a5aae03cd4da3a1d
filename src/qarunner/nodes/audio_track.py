"""The sound of a video while it is written: AAC, taken from the ring up to now, silence where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy

from qarunner.nodes.ring import NANOSECONDS

if TYPE_CHECKING:
    from qarunner.nodes.audio_ring import AudioRingReader
    from qarunner.protocols import AudioFormat, Samples

LAYOUTS = ("mono", "stereo")
"""What players understand everywhere; of more channels a video has the first two."""
BIT_RATE = 64_000
"""A channel."""
FRAME = 1024
"""Samples that AAC encodes together; the encoder puts as many before its first."""
FULL_SCALE = 32_768


class AudioTrack:
    """The sound track of one container.

    :param given: the format of the ring's sound.
    """

    def __init__(self, container: Any, given: AudioFormat) -> None:
        self.format = given
        self._channels = min(given.channels, len(LAYOUTS))
        self._layout = LAYOUTS[self._channels - 1]
        # Its quick way takes a third of the time of its thorough one.
        stream = container.add_stream("aac", rate=given.sample_rate, options={"aac_coder": "fast"})
        stream.layout = self._layout
        stream.bit_rate = BIT_RATE * self._channels
        self._stream = stream
        self._rest: Samples = numpy.empty((0, self._channels), numpy.int16)
        self._origin = 0
        self.position = 0
        """The number (of the ring's timeline) of the sample that is wanted next."""

    def begin(self, first_ns: int) -> None:
        """Say when the video's first picture was taken; may be called once, before `take`."""
        self._origin = first_ns * self.format.sample_rate // NANOSECONDS
        # What the encoder puts before its first sample must not be before the first picture: the container would make
        # that its beginning, and shift all other pictures.
        self.position = self._origin + FRAME

    def take(self, ring: AudioRingReader, due_ns: int, end_ns: int) -> Iterator[Any]:
        """Encode what is new in the ring; yield the packets.

        :param due_ns: what was heard before and is not there (yet) becomes silence. :param end_ns: where to end.
        """
        due, end = (moment * self.format.sample_rate // NANOSECONDS for moment in (due_ns, end_ns))
        there = min(ring.written, end) if ring.format == self.format else 0
        if there > self.position:
            yield from self._add(ring.read(self.position, there).samples[:, : self._channels])
        if min(due, end) > self.position:
            yield from self._add(numpy.zeros((min(due, end) - self.position, self._channels), numpy.int16))

    def _add(self, samples: Samples) -> Iterator[Any]:
        first = self.position - len(self._rest)
        self.position += len(samples)
        samples = numpy.concatenate((self._rest, samples))
        whole = len(samples) - len(samples) % FRAME
        self._rest = samples[whole:]
        for start in range(0, whole, FRAME):
            yield from self._encode(samples[start : start + FRAME], first + start)

    def _encode(self, samples: Samples, number: int) -> Iterator[Any]:
        planes = numpy.ascontiguousarray(samples.T, numpy.float32) / FULL_SCALE
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=self._layout)
        frame.sample_rate = self.format.sample_rate
        frame.pts, frame.time_base = number - self._origin, Fraction(1, self.format.sample_rate)
        yield from self._stream.encode(frame)

    def finish(self) -> Iterator[Any]:
        """Encode the rest; yield the packets."""
        if len(self._rest):
            yield from self._encode(self._rest, self.position - len(self._rest))
        yield from self._stream.encode(None)
