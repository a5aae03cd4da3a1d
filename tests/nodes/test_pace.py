from __future__ import annotations

import pytest

from qarunner.nodes.pace import CALM, MOST_RETURNS, PATIENCE, Pace


def test_a_recorder_that_keeps_up_takes_every_frame() -> None:
    pace = Pace(slots=8)
    assert not any(pace.observe(behind=1, now=index / 25) for index in range(1000))
    assert all(pace.wants(sequence) for sequence in range(10))


def test_one_short_hiccup_does_not_halve_the_rate() -> None:
    pace = Pace(slots=8)
    pace.observe(behind=7, now=0.0)
    pace.observe(behind=1, now=PATIENCE * 0.9)
    assert not pace.observe(behind=7, now=PATIENCE * 1.5)
    assert pace.step == 1


@pytest.mark.parametrize(("lateness", "step"), [(0.9, 1), (1.1, 2), (2.5, 4), (4.0, 8), (60.0, 8)])
def test_being_late_all_the_time_halves_the_rate_again_and_again_down_to_an_eighth(lateness: float, step: int) -> None:
    pace = Pace(slots=8)
    for index in range(round(lateness * 100) + 1):
        pace.observe(behind=5, now=index / 100)
    assert pace.step == step


def test_half_the_rate_is_every_second_frame() -> None:
    pace = Pace(slots=8)
    pace.step = 2
    assert [sequence for sequence in range(1, 9) if pace.wants(sequence)] == [2, 4, 6, 8]


def test_after_a_calm_time_every_frame_is_taken_again_but_not_for_ever_back_and_forth() -> None:
    pace = Pace(slots=8)
    now = 0.0
    steps: list[int] = []
    for _ in range(MOST_RETURNS + 2):
        for behind, seconds in ((5, PATIENCE), (0, CALM)):
            pace.observe(behind, now)
            now += seconds
            pace.observe(behind, now)
            steps.append(pace.step)
    assert steps == [2, 1] * MOST_RETURNS + [2, 2, 4, 4]


def test_one_late_frame_ends_a_calm_time() -> None:
    pace = Pace(slots=8)
    pace.step = 2
    pace.observe(behind=0, now=0.0)
    pace.observe(behind=6, now=CALM * 0.9)
    assert not pace.observe(behind=0, now=CALM * 1.5)
    assert pace.observe(behind=0, now=CALM * 2.6)


def test_what_a_viewer_is_told() -> None:
    pace = Pace(slots=8)
    assert pace.describe(12.34) == "every frame again from 12.3 s on"
    pace.step = 4
    assert pace.describe(1.0) == "only every 4. frame from 1.0 s on: encoding could not keep up"
