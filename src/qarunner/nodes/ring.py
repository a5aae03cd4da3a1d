"""The frame ring in shared memory: one writer, any number of readers in other processes, nobody waits for anybody.

A reader copies a slot and then looks again whether the slot still holds the frame it wanted; the writer marks a slot
before it overwrites it. Python does each of these steps under its interpreter lock, whose release and acquisition
around a large copy order the memory accesses on every processor.
"""

from __future__ import annotations

import contextlib
import mmap
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from qarunner.errors import DeviceError
from qarunner.nodes import ring_layout as layout
from qarunner.nodes.ring_layout import Signal
from qarunner.nodes.shared_memory import PAGE

if TYPE_CHECKING:
    from qarunner.protocols import Pixels

NANOSECONDS = 1_000_000_000

_SIGNAL_ATTEMPTS = 10_000


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as readers get it.

    `sequence`: counts all frames of the exporter from 1 on. `time`: when it was taken, seconds of CLOCK_MONOTONIC.
    `pixels`: shape (height, width, 3), uint8, blue-green-red; the reader's own copy.
    """

    sequence: int
    time: float
    pixels: Pixels


class _Ring:
    """What writer and readers share: the views of header and slots."""

    def __init__(self, view: mmap.mmap) -> None:
        self._view = view
        self._words = memoryview(view)[:PAGE].cast("Q")
        if self._words[layout.WORD_MAGIC] != layout.MAGIC:
            raise DeviceError("the exporter's frame ring has an unknown layout", "Restart it with this qarunner")
        self.width = self._words[layout.WORD_WIDTH]
        self.height = self._words[layout.WORD_HEIGHT]
        self.slots = self._words[layout.WORD_SLOTS]
        stride = self._words[layout.WORD_STRIDE]
        shape = (self.height, self.width, layout.BYTES_PER_PIXEL)
        self._pictures: list[Pixels] = [
            numpy.ndarray(shape, numpy.uint8, view, PAGE + index * stride) for index in range(self.slots)
        ]

    def close(self) -> None:
        """Give the memory back, unless somebody still holds a picture of it."""
        self._pictures = []
        self._words.release()
        with contextlib.suppress(BufferError):
            self._view.close()

    @property
    def newest(self) -> int:
        """The sequence of the newest frame; 0 before the first."""
        return self._words[layout.WORD_NEWEST]


class RingWriter(_Ring):
    """The exporter's end.

    :param view: the writable view from `ring_layout.create`.
    """

    def begin(self) -> Pixels:
        """Return the picture to fill with the next frame; readers leave it alone until `publish`."""
        index = (self.newest + 1) % self.slots
        self._words[layout.WORD_SLOT_TABLE + 2 * index] = 0
        return self._pictures[index]

    def publish(self, time_ns: int) -> int:
        """Let readers see the frame that was filled in; return its sequence."""
        sequence = self.newest + 1
        entry = layout.WORD_SLOT_TABLE + 2 * (sequence % self.slots)
        self._words[entry + 1] = time_ns
        self._words[entry] = sequence
        self._words[layout.WORD_NEWEST] = sequence
        return sequence

    def set_signal(self, signal: Signal, text: str) -> None:
        """Tell readers whether frames come and, if not, why."""
        encoded = text.encode()[: layout.TEXT_SIZE]
        number = self._words[layout.WORD_SIGNAL_NUMBER]
        self._words[layout.WORD_SIGNAL_NUMBER] = number + 1
        self._words[layout.WORD_SIGNAL] = signal
        self._words[layout.WORD_TEXT_LENGTH] = len(encoded)
        self._view[layout.TEXT_START : layout.TEXT_START + len(encoded)] = encoded
        self._words[layout.WORD_SIGNAL_NUMBER] = number + 2


class RingReader(_Ring):
    """A reader's end.

    :param descriptor: of the ring; it is no longer needed afterwards.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(mmap.mmap(descriptor, os.fstat(descriptor).st_size, prot=mmap.PROT_READ))

    @property
    def oldest(self) -> int:
        """The sequence of the oldest frame that can still be read, unless the writer is faster."""
        return max(self.newest - self.slots + 2, 1)

    def time_ns(self, sequence: int) -> int:
        """Return when a frame was taken; meaningless unless it is still `intact` afterwards."""
        return self._words[layout.WORD_SLOT_TABLE + 2 * (sequence % self.slots) + 1]

    def intact(self, sequence: int) -> bool:
        """Whether a frame's slot still holds it."""
        return 0 < sequence == self._words[layout.WORD_SLOT_TABLE + 2 * (sequence % self.slots)]

    def peek(self, sequence: int) -> Pixels:
        """Return the ring's own memory of a frame, which may be overwritten at any time; ask `intact` after use."""
        return self._pictures[sequence % self.slots]

    def copy(self, sequence: int) -> Frame | None:
        """Return a copy of a frame; None when it is not in the ring any more."""
        if not self.intact(sequence):
            return None
        time_ns = self.time_ns(sequence)
        pixels = self.peek(sequence).copy()
        return Frame(sequence, time_ns / NANOSECONDS, pixels) if self.intact(sequence) else None

    def signal(self) -> tuple[Signal, str]:
        """Return whether frames come, and why not."""
        for _attempt in range(_SIGNAL_ATTEMPTS):
            number = self._words[layout.WORD_SIGNAL_NUMBER]
            signal = self._words[layout.WORD_SIGNAL]
            length = self._words[layout.WORD_TEXT_LENGTH]
            text = self._view[layout.TEXT_START : layout.TEXT_START + length]
            if number % 2 == 0 and number == self._words[layout.WORD_SIGNAL_NUMBER]:
                return Signal(signal), text.decode(errors="replace")
        return Signal.LOST, "the exporter ended while it wrote its state"
