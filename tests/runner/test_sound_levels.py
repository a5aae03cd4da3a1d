"""How loud sound is, by signals whose level is known, and where it begins."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qarunner.runner.sound_levels import LevelMeter, RunFinder, Samples, first_loud, loud_windows

RATE = 48_000


def sine(height: float, seconds: float = 1.0, frequency: float = 1000) -> Samples:
    wave = height * 32_767 * numpy.sin(numpy.arange(round(seconds * RATE)) * 2 * numpy.pi * frequency / RATE)
    return numpy.rint(numpy.stack([wave, wave * 0], axis=1)).astype(numpy.int16)


@pytest.mark.parametrize(
    ("samples", "rms", "peak"),
    [
        (sine(1.0), -3.01, 0.0),
        (sine(0.5), -9.03, -6.02),
        (sine(0.01), -43.0, -40.0),
        (numpy.full((4800, 2), -32_768, numpy.int16), 0.0, 0.0),
        (numpy.zeros((4800, 2), numpy.int16), -100.0, -100.0),
    ],
)
def test_levels(samples: Samples, rms: float, peak: float) -> None:
    for portion in (len(samples), 7):
        meter = LevelMeter()
        for start in range(0, len(samples), portion):
            meter.add(samples[start : start + portion])
        assert meter.rms[0] == pytest.approx(rms, abs=0.02)
        assert meter.peaks[0] == pytest.approx(peak, abs=0.02)
        assert len(meter.rms) == len(meter.peaks) == 2


def test_what_is_not_known_makes_nothing_quieter() -> None:
    meter = LevelMeter()
    meter.add(numpy.concatenate([sine(0.5), numpy.zeros((RATE, 2), numpy.int16)]), missing=RATE)
    assert meter.rms[0] == pytest.approx(-9.03, abs=0.02)
    nothing = LevelMeter()
    nothing.add(numpy.zeros((RATE, 2), numpy.int16), missing=RATE)
    assert nothing.rms == (-100.0, -100.0)


def test_the_loudest_channel_makes_a_window_loud() -> None:
    samples = numpy.concatenate([sine(0.0, 0.02), sine(0.1, 0.02)[:, ::-1], sine(0.0, 0.015)])
    assert loud_windows(samples, 480, -30).tolist() == [False, False, True, True, False]
    assert loud_windows(samples, 480, -20).tolist() == [False] * 5


def test_the_first_loud_sample() -> None:
    samples = numpy.zeros((480, 2), numpy.int16)
    samples[100:, 1] = -4000
    assert first_loud(samples, -20) == 100
    assert first_loud(samples, -10) == 0


@pytest.mark.parametrize(
    ("flags", "wanted", "found"),
    [("0110111", 3, 4), ("0110111", 2, 1), ("0110111", 4, None), ("111", 1, 0), ("", 1, None), ("0001", 1, 3)],
)
@given(cut=st.integers(1, 4))
def test_a_run_is_found_however_it_is_cut(flags: str, wanted: int, found: int | None, cut: int) -> None:
    finder = RunFinder(wanted)
    array = numpy.array([flag == "1" for flag in flags])
    answers = [finder.feed(array[start : start + cut]) for start in range(0, len(array), cut)]
    assert next((answer for answer in answers if answer is not None), None) == found
