"""The last seconds of a node's sound in shared memory: one writer, any number of readers, nobody waits for anybody.

Sound has one gapless timeline: sample number N was heard N / rate seconds after the zero of CLOCK_MONOTONIC, and lies
in slot ``N % capacity``. What was never delivered is silence there, and noted as a gap. So the sound of any moment is
found by its number.
"""

from __future__ import annotations

import mmap
import os
from typing import TYPE_CHECKING, NamedTuple

import numpy

from qarunner.errors import DeviceError
from qarunner.nodes import audio_ring_layout as layout
from qarunner.nodes.shared_memory import PAGE
from qarunner.protocols import AudioFormat

if TYPE_CHECKING:
    from qarunner.protocols import Samples

_ATTEMPTS = 10_000


class Heard(NamedTuple):
    """Some sound. `samples`: shape (samples, channels), int16; `missing`: how many of them were not delivered."""

    samples: Samples
    missing: int


class _AudioRing:
    """What writer and readers share."""

    def __init__(self, view: mmap.mmap) -> None:
        self._view = view
        self._words = memoryview(view)[:PAGE].cast("Q")
        if self._words[layout.WORD_MAGIC] != layout.MAGIC:
            raise DeviceError("the exporter's sound has an unknown layout", "Restart it with this qarunner")
        self._slots: Samples = numpy.empty((0, 1), numpy.int16)
        self._known = 0

    @property
    def generation(self) -> int:
        """Counts the formats; 0 while there was no sound yet."""
        return self._words[layout.WORD_GENERATION]

    @property
    def written(self) -> int:
        """The number of the sample behind the newest."""
        return self._words[layout.WORD_WRITTEN]

    def _look(self) -> None:
        """Take in the format where it is a new one."""
        for _attempt in range(_ATTEMPTS):
            generation = self.generation
            rate, channels, capacity = (
                self._words[layout.WORD_RATE],
                self._words[layout.WORD_CHANNELS],
                self._words[layout.WORD_CAPACITY],
            )
            if generation % 2 or generation != self.generation:
                continue
            if generation != self._known:
                flat: Samples = numpy.ndarray(capacity * channels, numpy.int16, self._view, PAGE)
                self._format, self._slots = AudioFormat(rate, channels), flat.reshape(capacity, channels)
                self._known = generation
            return
        raise DeviceError("the exporter ended while it changed its sound", "Connecting again starts a new one")

    def close(self) -> None:
        """Give the memory back."""
        self._slots = numpy.empty((0, 1), numpy.int16)
        self._words.release()
        self._view.close()


class AudioRingWriter(_AudioRing):
    """The exporter's end, for one thread.

    :param view: the writable view from `audio_ring_layout.create`.
    """

    def set_format(self, given: AudioFormat) -> None:
        """Say what sound comes. The same format again changes nothing; another one forgets the sound so far."""
        self._look()
        if self._known and given == self._format:
            return
        words = self._words
        words[layout.WORD_GENERATION] += 1
        words[layout.WORD_RATE], words[layout.WORD_CHANNELS] = given.sample_rate, given.channels
        words[layout.WORD_CAPACITY] = layout.SECONDS * given.sample_rate
        words[layout.WORD_FIRST] = words[layout.WORD_WRITTEN] = words[layout.WORD_GAPS] = 0
        words[layout.WORD_GENERATION] += 1
        self._look()

    def write(self, start: int, samples: Samples) -> int:
        """Put sound at its place, which is at or behind all that was written; return how many samples were skipped."""
        words, capacity = self._words, len(self._slots)
        if not words[layout.WORD_WRITTEN]:
            words[layout.WORD_FIRST] = words[layout.WORD_WRITTEN] = start
        gap = start - words[layout.WORD_WRITTEN]
        if gap:
            self._put(max(words[layout.WORD_WRITTEN], start - capacity), start, None)
            entry = layout.GAP_TABLE + 2 * (words[layout.WORD_GAPS] % layout.GAPS_KEPT)
            words[entry], words[entry + 1] = words[layout.WORD_WRITTEN], start
            words[layout.WORD_GAPS] += 1
        self._put(start, start + len(samples), samples)
        words[layout.WORD_WRITTEN] = start + len(samples)
        return gap

    def _put(self, start: int, end: int, samples: Samples | None) -> None:
        capacity = len(self._slots)
        for first in range(start - start % capacity, end, capacity):
            low, high = max(start, first), min(end, first + capacity)
            self._slots[low - first : high - first] = 0 if samples is None else samples[low - start : high - start]


class AudioRingReader(_AudioRing):
    """A reader's end.

    :param descriptor: of the ring; it is no longer needed afterwards.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(mmap.mmap(descriptor, os.fstat(descriptor).st_size, prot=mmap.PROT_READ))

    @property
    def format(self) -> AudioFormat | None:
        """What sound comes; None while there was none yet."""
        self._look()
        return self._format if self._known else None

    @property
    def oldest(self) -> int:
        """The number of the oldest sample that can still be read."""
        return max(self._words[layout.WORD_FIRST], self.written - self._words[layout.WORD_CAPACITY])

    def read(self, start: int, end: int) -> Heard:
        """Return a copy of the samples from number `start` to before `end`; silence where there are none (any more)."""
        self._look()
        channels, capacity = self._slots.shape[1], len(self._slots)
        samples = numpy.zeros((max(end - start, 0), channels), numpy.int16)
        low, high = max(start, self.oldest), min(end, self.written)
        for first in range(low - low % max(capacity, 1), high, max(capacity, 1)):
            piece, stop = max(low, first), min(high, first + capacity)
            samples[piece - start : stop - start] = self._slots[piece - first : stop - first]
        overwritten = max(0, min(self.oldest, high) - low) if high > low else 0
        samples[: max(0, min(low + overwritten, end) - start)] = 0
        delivered = max(0, high - low - overwritten - self._missing(low + overwritten, high))
        return Heard(samples, len(samples) - delivered)

    def _missing(self, low: int, high: int) -> int:
        """Return how many samples of a range lie in gaps."""
        count = self._words[layout.WORD_GAPS]
        missing = 0
        for number in range(max(0, count - layout.GAPS_KEPT), count):
            entry = layout.GAP_TABLE + 2 * (number % layout.GAPS_KEPT)
            missing += max(0, min(self._words[entry + 1], high) - max(self._words[entry], low))
        return missing
