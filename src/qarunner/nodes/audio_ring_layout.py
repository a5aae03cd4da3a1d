"""Where things stand in the memory of a node's sound. Making one needs no numpy, so it can be done early.

It is a memfd: a header page of 64-bit words, then the samples, int16, the channels of each side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qarunner.nodes import shared_memory
from qarunner.nodes.shared_memory import PAGE

if TYPE_CHECKING:
    import mmap

SECONDS = 10
"""Of sound that are kept."""
RATES = (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000)
"""Samples a second that a video can hold (AAC's)."""
MOST_CHANNELS = 8
SAMPLE_SIZE = 2

MAGIC = 0x31_4E_53_41_51  # "QASN1" in little-endian bytes
WORD_MAGIC, WORD_GENERATION, WORD_RATE, WORD_CHANNELS, WORD_CAPACITY, WORD_FIRST, WORD_WRITTEN, WORD_GAPS = range(8)
"""The generation counts formats: 0 before the first, odd while it changes."""
GAP_TABLE, GAPS_KEPT = 16, 64
"""Two words per gap: the number of its first sample, and of the first one behind it."""


def create() -> tuple[int, mmap.mmap]:
    """Make an empty ring, large enough for any sound; return as `shared_memory.create` does."""
    samples = SECONDS * max(RATES) * MOST_CHANNELS * SAMPLE_SIZE
    descriptor, view = shared_memory.create("qarunner-sound", PAGE + -(-samples // PAGE) * PAGE)
    words = memoryview(view)[:PAGE].cast("Q")
    words[WORD_MAGIC] = MAGIC
    words.release()
    return descriptor, view
