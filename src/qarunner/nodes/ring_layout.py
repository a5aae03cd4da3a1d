"""Where things stand in the memory of a frame ring. Making a ring needs no numpy, so it can be done early.

A ring is a memfd: a header page of 64-bit words, then `slots` pictures, each starting on a page. A frame's number
(its sequence, from 1 on) also tells its slot: ``sequence % slots``. While a slot is written, its number is 0.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from qarunner.nodes import shared_memory
from qarunner.nodes.shared_memory import PAGE

if TYPE_CHECKING:
    import mmap

MAGIC = 0x31_474E_4952_4151  # "QARING1" in little-endian bytes
SLOTS = 8
"""So many frames can be late before a reader who wants each one loses any."""

WORD_MAGIC, WORD_WIDTH, WORD_HEIGHT, WORD_SLOTS, WORD_STRIDE = range(5)
WORD_NEWEST = 5
WORD_SIGNAL_NUMBER = 6
"""Odd while signal and text are being written."""
WORD_SIGNAL = 7
WORD_TEXT_LENGTH = 8
WORD_SLOT_TABLE = 16
"""Two words per slot: the frame's sequence, and its time in nanoseconds of CLOCK_MONOTONIC."""
TEXT_START = 2048
TEXT_SIZE = PAGE - TEXT_START

BYTES_PER_PIXEL = 3


class Signal(enum.IntEnum):
    """Whether frames come, and if not, why."""

    STARTING = 0
    FRAMES = 1
    NO_SIGNAL = 2
    LOST = 3
    ENDED = 4
    NONE = 5

    @property
    def words(self) -> str:
        """The state as people read it, such as ``no signal``."""
        return self.name.lower().replace("_", " ")


def create(width: int, height: int, slots: int = SLOTS) -> tuple[int, mmap.mmap]:
    """Make an empty ring; return its descriptor and its one writable view, as `shared_memory.create` does."""
    stride = -(-width * height * BYTES_PER_PIXEL // PAGE) * PAGE
    descriptor, view = shared_memory.create("qarunner-frames", PAGE + slots * stride)
    words = memoryview(view)[:PAGE].cast("Q")
    words[WORD_WIDTH], words[WORD_HEIGHT], words[WORD_SLOTS], words[WORD_STRIDE] = width, height, slots, stride
    words[WORD_MAGIC] = MAGIC
    words.release()
    return descriptor, view
