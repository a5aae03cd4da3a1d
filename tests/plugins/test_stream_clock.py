"""When the pictures of a stream were taken: pure rules."""

from __future__ import annotations

import pytest

from qarunner_plugins.stream_clock import ArrivalClock, PlaybackClock


def times(clock: ArrivalClock | PlaybackClock, pictures: list[tuple[float | None, float]]) -> list[float]:
    """Ask about pictures, each a time of the stream and of its arrival."""
    return [clock.due(stream_time, now, 25.0) for stream_time, now in pictures]


def test_pictures_that_were_delayed_were_taken_when_the_stream_says() -> None:
    steady = times(ArrivalClock(), [(5.0, 100.0), (5.04, 100.04), (5.08, 100.3), (5.12, 100.31)])
    assert steady == pytest.approx([100.0, 100.04, 100.08, 100.12], abs=0.001)


def test_no_picture_was_taken_in_the_future() -> None:
    arrivals = [(5.0, 100.2), (5.04, 100.1), (5.08, 100.09)]
    assert all(taken <= now for taken, (_, now) in zip(times(ArrivalClock(), list(arrivals)), arrivals, strict=True))


def test_a_sender_whose_clock_is_slow_is_followed() -> None:
    slow = [(number * 0.04, 100 + number * 0.04 * 1.0002) for number in range(25_000)]
    assert times(ArrivalClock(), list(slow))[-1] == pytest.approx(slow[-1][1], abs=0.01)


@pytest.mark.parametrize("jump", [-3.0, 1000.0])
def test_a_stream_that_begins_anew_is_a_new_clock(jump: float) -> None:
    assert times(ArrivalClock(), [(5.0, 100.0), (5.0 + jump, 100.04)]) == pytest.approx([100.0, 100.04])


def test_a_picture_without_a_time_was_taken_when_it_came() -> None:
    assert times(ArrivalClock(), [(None, 100.0), (None, 100.3)]) == [100.0, 100.3]


def test_what_lies_ready_is_due_at_its_own_pace() -> None:
    assert times(PlaybackClock(), [(7.0, 100.0), (7.04, 100.0), (7.08, 100.1)]) == pytest.approx([100, 100.04, 100.08])


def test_playback_that_stood_still_goes_on_from_there() -> None:
    assert times(PlaybackClock(), [(7.0, 100.0), (7.04, 103.0), (7.08, 103.0)]) == pytest.approx([100, 103, 103.04])


@pytest.mark.parametrize("jump", [-3.0, 1000.0])
def test_playback_of_a_stream_that_begins_anew_goes_on_at_once(jump: float) -> None:
    assert times(PlaybackClock(), [(7.0, 100.0), (7.0 + jump, 100.04)]) == pytest.approx([100.0, 100.04])


def test_asking_twice_about_a_picture_changes_nothing() -> None:
    assert times(PlaybackClock(), [(7.0, 100.0), (7.5, 100.1), (7.5, 100.4)]) == pytest.approx([100, 100.5, 100.5])
