"""Which frames a capture is told to have dropped: those that never came, not those that came late."""

from __future__ import annotations

import random

import pytest

from qarunner.nodes.capture_statistics import CaptureStatistics

RATE = 25.0


def dropped(times: list[float], rate: float = RATE) -> int:
    """Return how many frames are missing; times are in frames."""
    statistics = CaptureStatistics()
    for time in times:
        statistics.add(100 + time / RATE, 100 + time / RATE, rate)
    assert statistics.frames == len(times)
    return statistics.dropped


def steady(count: int = 200) -> list[float]:
    return [float(number) for number in range(count)]


def test_a_steady_source_drops_nothing() -> None:
    assert dropped(steady()) == 0


@pytest.mark.parametrize("missing", [{50}, {50, 51, 52}, {20, 60, 100, 140}, set(range(1, 180, 2))])
def test_each_frame_that_never_came_is_counted(missing: set[int]) -> None:
    assert dropped([time for time in steady() if time not in missing]) == len(missing)


@pytest.mark.parametrize("late", [[0.6], [0.9, 0.6, 0.3], [1.7, 0.8]])
def test_frames_that_come_late_and_are_made_up_for_are_not(late: list[float]) -> None:
    times = steady()
    for place in (30, 90, 150):
        for number, frames in enumerate(late):
            times[place + number] += frames
    assert dropped(times) == 0


def test_a_source_that_trembles_drops_what_it_drops() -> None:
    random_numbers = random.Random(4)
    times = [time + random_numbers.uniform(-0.45, 0.45) for time in steady(1000) if time not in {300, 301, 700}]
    assert abs(dropped(times) - 3) <= 1


@pytest.mark.parametrize("real", [29.97 / 30, 30 / 29.97, 0.99])
def test_a_rate_that_is_not_quite_the_nominal_one_drops_nothing(real: float) -> None:
    assert dropped([time / real for time in steady(3000)]) == 0


def test_frames_that_had_waited_come_at_once_and_none_is_missing_after_them() -> None:
    assert dropped([0.0, 0.1, 0.2, 0.3, *(time + 1 for time in steady())]) == 0


def test_a_gap_with_a_known_reason_and_an_unknown_rate_count_nothing() -> None:
    statistics = CaptureStatistics()
    for time in (*steady(20), *(time + 500 for time in steady(20))):
        if time == 500:
            statistics.interrupt()
        statistics.add(time / RATE, time / RATE, RATE)
    assert statistics.dropped == 0
    assert dropped([0.0, 7.0, 9.0, 30.0, 31.0, 45.0, 50.0], rate=0.0) == 0
