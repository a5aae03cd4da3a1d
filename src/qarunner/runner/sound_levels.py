"""How loud some sound is, and where it begins to be loud or silent. Pure: arrays in, numbers out."""

from __future__ import annotations

import numpy
from numpy.typing import NDArray

Samples = NDArray[numpy.int16]
Flags = NDArray[numpy.bool_]

FULL_SCALE = 32_768
QUIETEST = -100.0
"""dBFS that stand for silence without any noise: a sample of 16 bits can be at -90 at the lowest."""


def decibels(amplitude: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
    """Return amplitudes (1.0 is full scale) in dBFS, `QUIETEST` at the lowest."""
    lowest: float = 10 ** (QUIETEST / 20)
    shown: NDArray[numpy.float64] = 20 * numpy.log10(numpy.maximum(amplitude, lowest))
    return shown


class LevelMeter:
    """Measures sound that comes in portions."""

    def __init__(self) -> None:
        self._squares: NDArray[numpy.float64] | float = 0.0
        self._peaks: NDArray[numpy.float64] | float = 0.0
        self._count = 0

    def add(self, samples: Samples, missing: int = 0) -> None:
        """Measure more, of shape (samples, channels); so many of them are 0 because they are not known."""
        shares = samples.astype(numpy.float64) / FULL_SCALE
        self._squares = self._squares + numpy.square(shares).sum(axis=0)
        self._peaks = numpy.maximum(self._peaks, numpy.abs(shares).max(axis=0, initial=0.0))
        self._count += len(samples) - missing

    @property
    def rms(self) -> tuple[float, ...]:
        """The RMS of each channel, dBFS."""
        return tuple(decibels(numpy.sqrt(numpy.atleast_1d(self._squares) / max(self._count, 1))).tolist())

    @property
    def peaks(self) -> tuple[float, ...]:
        """The highest sample of each channel, dBFS."""
        return tuple(decibels(numpy.atleast_1d(self._peaks)).tolist())


def loud_windows(samples: Samples, window: int, threshold: float) -> Flags:
    """Tell for each whole window of so many samples whether its loudest channel reaches `threshold` dBFS."""
    count = len(samples) // window
    shares = samples[: count * window].reshape(count, window, samples.shape[1]).astype(numpy.float64) / FULL_SCALE
    loud: Flags = decibels(numpy.sqrt(numpy.square(shares).mean(axis=1))).max(axis=1) >= threshold
    return loud


def first_loud(samples: Samples, threshold: float) -> int:
    """Return the number of the first sample that reaches `threshold` dBFS in any channel; 0 when none does."""
    loud: Flags = numpy.abs(samples.astype(numpy.float64)).max(axis=1) >= FULL_SCALE * 10 ** (threshold / 20)
    return int(loud.argmax())


class RunFinder:
    """Finds the first run of so many windows in a row that are what is wanted, however they are cut into portions."""

    def __init__(self, wanted: int) -> None:
        self._wanted = max(wanted, 1)
        self._run = 0
        self._seen = 0

    def feed(self, flags: Flags) -> int | None:
        """Take in more windows; return the number (from 0) of the first one of the run when it is complete."""
        for flag in flags.tolist():
            self._seen += 1
            self._run = self._run + 1 if flag else 0
            if self._run == self._wanted:
                return self._seen - self._wanted
        return None
