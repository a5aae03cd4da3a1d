"""Where a block of sound belongs on the timeline: next to the one before, unless its time says otherwise. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

if TYPE_CHECKING:
    from qarunner.protocols import AudioBlock, Samples

JUMP = 0.03
"""Seconds; a block that is further from where the last one ended is put where its time says: sound was lost."""
TOLERANCE = 0.005
"""Seconds that sound may be off its time before it is stretched or squeezed back: a sound card's clock is not ours."""
_WEIGHT = 0.1
"""Of a block in the mean of how far blocks are off, since single times may tremble."""
_STRETCH = 100
"""One sample in so many is inserted or left out: nobody hears one percent, and it makes up for any clock."""


class Placing:
    """Puts the blocks of one driver one after the other.

    :param rate: samples a second.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._next = 0
        self._off = 0.0
        self.corrected = 0
        """Samples that were inserted or left out, all in all."""

    def place(self, block: AudioBlock) -> tuple[int, Samples]:
        """Return the number of the block's first sample on the timeline, and its samples as they fit there.

        Numbers only rise: what comes again, or before what was placed already, is left out.
        """
        wanted = round(block.time * self._rate)
        samples = block.samples
        off = wanted - self._next
        if abs(off) > JUMP * self._rate:
            start = max(wanted, self._next)
            samples = samples[start - wanted :]
            self._off = 0.0
        else:
            start = self._next
            self._off += _WEIGHT * (off - self._off)
            if abs(self._off) > TOLERANCE * self._rate:
                samples = self._fit(samples)
        if len(samples):
            self._next = start + len(samples)
        return start, samples

    def _fit(self, samples: Samples) -> Samples:
        most = -(-len(samples) // _STRETCH)
        change = max(-most, min(most, round(self._off)))
        self._off -= change
        self.corrected += abs(change)
        return stretched(samples, len(samples) + change)


def stretched(samples: Samples, length: int) -> Samples:
    """Return the same sound in another number of samples, straight lines between them."""
    places = numpy.linspace(0, len(samples) - 1, length)
    columns = [
        numpy.interp(places, numpy.arange(len(samples)), samples[:, channel]) for channel in range(samples.shape[1])
    ]
    fitted: Samples = numpy.rint(numpy.stack(columns, axis=1)).astype(numpy.int16)
    return fitted
