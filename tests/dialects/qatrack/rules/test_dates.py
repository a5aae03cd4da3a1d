"""Dates that clients send, and how they are written."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qarunner.dialects.qatrack.rules.dates import read_date, read_datetime, shown_datetime, written

TORONTO = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("2018-07-6 10:00", "2018-07-06T10:00:00-04:00"),
        ("2018-07-06 10:00:05", "2018-07-06T10:00:05-04:00"),
        ("2018-07-06 10:00:05.25", "2018-07-06T10:00:05.250000-04:00"),
        ("06 Jul 2018 10:00", "2018-07-06T10:00:00-04:00"),
        ("6 jul 2018 10:00:05", "2018-07-06T10:00:05-04:00"),
        ("2018-12-06 10:00", "2018-12-06T10:00:00-05:00"),
        ("2018-07-06T14:00:00.000000Z", "2018-07-06T10:00:00-04:00"),
        ("2018-07-06T14:00:00Z", "2018-07-06T10:00:00-04:00"),
        ("2018-07-06T16:00:00+02:00", "2018-07-06T10:00:00-04:00"),
        ("2018-07-06 16:00+0200", "2018-07-06T10:00:00-04:00"),
    ],
)
def test_known_formats_are_read_in_the_servers_zone(text, output):
    moment = read_datetime(text, TORONTO)
    assert moment is not None
    assert written(moment, TORONTO) == output


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2018-07-06",
        "2018-13-06 10:00",
        "06/07/2018 10:00",
        "2018-07-06T10:00:00",
        5,
        None,
        "2" * 99,
        "2018-07-06T25:00Z",
    ],
)
def test_other_formats_are_none(text):
    assert read_datetime(text, TORONTO) is None


@pytest.mark.parametrize("text", ["0001-01-01 00:00+12:00", "9999-12-31 23:00"])
def test_a_moment_that_cannot_be_stored_is_out_of_range(text):
    with pytest.raises(OverflowError):
        read_datetime(text, TORONTO)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2018-07-06", date(2018, 7, 6)),
        ("6 Jul 2018", date(2018, 7, 6)),
        ("2018-07-06 10:00", None),
        ("2018-02-30", None),
        (5, None),
        (None, None),
    ],
)
def test_days(text, day):
    assert read_date(text) == day


def test_utc_is_written_with_a_z():
    assert written(datetime(2018, 7, 6, 10, tzinfo=UTC), ZoneInfo("UTC")) == "2018-07-06T10:00:00Z"


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 - the strategy adds no zone
def test_what_is_written_is_read_again(moment):
    aware = moment.replace(tzinfo=UTC)
    again = read_datetime(written(aware, TORONTO), TORONTO)
    assert again is not None
    # In UTC, because Python calls a time in the hour that autumn has twice unequal to all times of other zones.
    assert again.astimezone(UTC) == aware
    shown = read_datetime(shown_datetime(aware, ZoneInfo("UTC")), ZoneInfo("UTC"))
    assert shown is not None
    assert aware - shown < timedelta(minutes=1)


@settings(deadline=None)
@given(st.text(max_size=45))
def test_any_text_is_read_or_none(text):
    try:
        read_datetime(text, TORONTO)
    except OverflowError:
        return
    read_date(text)
