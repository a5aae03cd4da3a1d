"""Where blocks of sound go: a table of single cases, and clocks that run apart for minutes."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qarunner.nodes.audio_placing import JUMP, TOLERANCE, Placing, stretched
from qarunner.protocols import AudioBlock

RATE, BLOCK = 48_000, 960
START = 1000.0


def block(at: float, count: int = BLOCK, value: int = 1) -> AudioBlock:
    return AudioBlock(numpy.full((count, 2), value, numpy.int16), at)


@pytest.mark.parametrize(
    ("at", "starts", "length"),
    [
        (START + 0.02, 0.02, BLOCK),  # where the one before ended
        (START + 0.045, 0.02, BLOCK),  # it trembles a little
        (START - 0.005, 0.02, BLOCK),
        (START + 0.12, 0.12, BLOCK),  # 100 ms are missing
        (START - 0.09, 0.02, 0),  # it comes again
    ],
)
def test_where_the_second_block_goes(at: float, starts: float, length: float) -> None:
    placing = Placing(RATE)
    first, samples = placing.place(block(START))
    assert (first, len(samples)) == (START * RATE, BLOCK)
    second, samples = placing.place(block(at))
    assert (second - first, len(samples)) == (round(starts * RATE), length)


def test_of_a_block_that_comes_again_in_part_the_rest_is_taken() -> None:
    placing = Placing(RATE)
    placing.place(block(START, 4800))
    long = AudioBlock(numpy.repeat(numpy.arange(4800, dtype=numpy.int16)[:, None], 2, axis=1), START + 0.06)
    first, samples = placing.place(long)
    assert first == (START + 0.1) * RATE
    assert (samples == long.samples[1920:]).all()


@pytest.mark.parametrize("drift", [300e-6, -300e-6, 2e-3])
def test_a_sound_card_whose_clock_runs_apart_stays_on_time_and_whole(drift: float) -> None:
    placing = Placing(RATE)
    end, jumps, off = round(START * RATE), 0, []
    for number in range(15_000):  # five minutes
        at = START + number * BLOCK / RATE * (1 + drift)
        first, samples = placing.place(block(at))
        jumps += first != end
        off.append(at - first / RATE)
        end = first + len(samples)
    assert jumps == 0
    assert numpy.abs(off).max() < TOLERANCE + 0.002
    assert placing.corrected == pytest.approx(abs(drift) * 300 * RATE, abs=2 * TOLERANCE * RATE)


def test_times_that_tremble_leave_the_sound_alone() -> None:
    placing, generator = Placing(RATE), numpy.random.default_rng(1)
    placed = [placing.place(block(START + n * BLOCK / RATE + generator.uniform(-0.008, 0.008))) for n in range(1000)]
    assert all(len(samples) == BLOCK for _first, samples in placed)
    assert placed[-1][0] - placed[0][0] == 999 * BLOCK


@given(st.lists(st.floats(-0.5, 0.5), max_size=60))
def test_numbers_only_rise_and_nothing_is_further_off_than_a_jump(errors: list[float]) -> None:
    placing, end = Placing(RATE), 0
    for number, error in enumerate(errors):
        wanted = START + number * BLOCK / RATE + error
        first, samples = placing.place(block(wanted))
        assert first >= end
        assert first / RATE > wanted - JUMP - 1 / RATE
        end = first + len(samples) if len(samples) else end


def test_stretched_sound_is_the_same_sound() -> None:
    tone = numpy.rint(10_000 * numpy.sin(numpy.arange(BLOCK) * 2 * numpy.pi * 440 / RATE)).astype(numpy.int16)
    longer = stretched(numpy.stack([tone, -tone], axis=1), BLOCK + 9)
    again = stretched(longer, BLOCK)
    assert longer.shape == (BLOCK + 9, 2)
    assert (longer[:, 0] == -longer[:, 1]).all()
    assert numpy.abs(again[:, 0].astype(int) - tone).max() < 100
