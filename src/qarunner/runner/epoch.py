"""From the node's clock to the time of day: one offset, measured once and again only when the clock has been set.

The node's frames and sound carry CLOCK_MONOTONIC; stbt_core compares frame times with ``time.time()``.
"""

from __future__ import annotations

import time

CLOCK_WAS_SET = 0.005
"""Seconds by which the two clocks must have moved apart for a new offset."""


class EpochClock:
    """`offset`: seconds of the epoch at which CLOCK_MONOTONIC was 0."""

    def __init__(self) -> None:
        self.offset = time.time() - time.monotonic()

    def refresh(self) -> float:
        """Return the offset, a new one when the system's clock has been set."""
        offset = time.time() - time.monotonic()
        if abs(offset - self.offset) > CLOCK_WAS_SET:
            self.offset = offset
        return self.offset
