"""Recurrence rules."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from qarunner.dialects.qatrack.rules.recurrences import every_days, next_occurrence, nominal_interval, read_rules
from qarunner.errors import ConfigurationError

TORONTO = ZoneInfo("America/Toronto")


def local(year, month, day, hour):
    return datetime(year, month, day, hour, tzinfo=TORONTO)


@pytest.mark.parametrize(
    ("rule", "start", "following"),
    [
        ("RRULE:FREQ=DAILY", local(2018, 11, 20, 7), local(2018, 11, 21, 7)),
        (every_days(28), local(2018, 11, 20, 7), local(2018, 12, 18, 7)),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", local(2018, 11, 20, 7), local(2018, 11, 21, 7)),
        ("FREQ=MONTHLY;BYMONTHDAY=1", local(2018, 11, 20, 7), local(2018, 12, 1, 7)),
        ("FREQ=MONTHLY;BYDAY=-1FR;", local(2018, 11, 20, 7), local(2018, 11, 30, 7)),
        ("FREQ=YEARLY;INTERVAL=20", local(2018, 11, 20, 7), local(2038, 11, 20, 7)),
        ("DTSTART:20120101T000000\nRRULE:FREQ=DAILY", local(2018, 11, 20, 7), local(2018, 11, 21, 7)),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO\nRRULE:FREQ=WEEKLY;BYDAY=WE", local(2018, 11, 20, 7), local(2018, 11, 21, 7)),
        ("FREQ=DAILY;INTERVAL=2", local(2026, 3, 7, 12), local(2026, 3, 9, 12)),  # over the change to summer time
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", local(2018, 11, 20, 7), local(2020, 2, 29, 7)),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=SU", local(2018, 11, 20, 7), None),  # it begins on a Tuesday
        ("FREQ=DAILY", local(9999, 12, 31, 7), None),
    ],
)
def test_next_occurrences(rule, start, following):
    assert next_occurrence(rule, start, start) == following


def test_a_session_in_the_far_future_is_not_counted_up_to():
    start, after = local(2018, 11, 20, 7), local(9000, 1, 1, 8)
    assert next_occurrence("FREQ=DAILY", after, start) == local(9000, 1, 2, 8)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RRULE:",
        "daily",
        "FREQ=SECONDLY",
        "FREQ=HOURLY",
        "BYDAY=MO",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;UNTIL=20200101",
        "FREQ=MONTHLY;BYMONTHDAY=900",
        "FREQ=DAILY;BYDAY=XX",
        "EXDATE:20200101",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;" * 200,
    ],
)
def test_other_rules_are_refused_with_advice(text):
    with pytest.raises(ConfigurationError) as refusal:
        read_rules(text)
    assert refusal.value.problem
    assert refusal.value.advice


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY", 1),
        (every_days(7), 7),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", 2),
        ("FREQ=MONTHLY", 30),
        ("FREQ=YEARLY", 365),
        ("FREQ=YEARLY;INTERVAL=9", 0),
    ],
)
def test_nominal_intervals(rule, days):
    assert nominal_interval(rule) == days
