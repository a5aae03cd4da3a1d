from __future__ import annotations

import pytest

from qarunner_plugins.virtual_stb.pace import Pace


@pytest.mark.parametrize("fps", [1, 23.976, 30, 59.94, 60])
def test_frames_stay_on_their_grid_for_days(fps: float) -> None:
    pace = Pace(start=1000.0, fps=fps)
    now = 1000.0
    for number in range(2000):
        due = pace.next(now)
        assert due == pytest.approx(1000 + number / fps, abs=1e-9)
        now = due + 0.2 / fps
    later = pace.next(1000 + 200_000.0)
    assert later <= 1000 + 200_000.0
    assert (later - 1000) * fps == pytest.approx(round((later - 1000) * fps), abs=1e-4)


def test_a_reader_that_is_late_gets_the_newest_frame_and_no_older_one() -> None:
    pace = Pace(start=0.0, fps=10)
    assert pace.next(0.0) == 0.0
    assert pace.next(0.57) == 0.5
    assert pace.next(0.58) == pytest.approx(0.6)


def test_a_frame_is_never_given_twice() -> None:
    pace = Pace(start=0.0, fps=10)
    times = [pace.next(0.05) for _ in range(4)]
    assert times == pytest.approx([0.0, 0.1, 0.2, 0.3])


def test_a_frame_nobody_waited_for_comes_again() -> None:
    pace = Pace(start=0.0, fps=1)
    pace.next(0.0)
    assert pace.next(0.1) == 1.0
    pace.give_back()
    assert pace.next(0.2) == 1.0
