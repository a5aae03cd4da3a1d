from __future__ import annotations

import pytest

from qarunner_plugins.virtual_stb.content.channels import CHANNELS
from qarunner_plugins.virtual_stb.content.schedule import CLOCK_START, DAY, clock_text, programme_at, programmes_between


@pytest.mark.parametrize("channel", range(len(CHANNELS)))
def test_a_channel_has_no_gaps_from_one_day_to_the_next(channel: int) -> None:
    programmes = programmes_between(1, channel, CLOCK_START, CLOCK_START + 3 * DAY)
    assert [following.start for following in programmes[1:]] == [programme.end for programme in programmes[:-1]]
    assert all(15 <= programme.end - programme.start <= 120 for programme in programmes)


def test_something_is_on_at_every_minute_for_a_month() -> None:
    for minute in range(CLOCK_START, CLOCK_START + 30 * DAY, 7):
        programme = programme_at(1, 3, minute)
        assert programme.start <= minute < programme.end


def test_another_seed_is_another_schedule_and_the_same_seed_the_same() -> None:
    assert programmes_between(1, 0, 1200, 2000) == programmes_between(1, 0, 1200, 2000)
    assert programmes_between(1, 0, 1200, 2000) != programmes_between(2, 0, 1200, 2000)


@pytest.mark.parametrize(("minute", "text"), [(CLOCK_START, "19:42"), (DAY, "00:00"), (DAY + 61.9, "01:01")])
def test_the_clock_shows_hours_and_minutes(minute: float, text: str) -> None:
    assert clock_text(minute) == text
