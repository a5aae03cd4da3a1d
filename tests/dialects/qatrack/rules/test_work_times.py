"""When work was started and completed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from qarunner.dialects.qatrack.rules.records import error_body
from qarunner.dialects.qatrack.rules.work_times import ABSENT, WorkTimes, read_work_times

TORONTO = ZoneInfo("America/Toronto")
NOW = datetime(2018, 7, 6, 16, 0, tzinfo=UTC)


def local(hour, minute=0):
    return datetime(2018, 7, 6, hour, minute, tzinfo=TORONTO)


STORED = WorkTimes(local(8), local(9))


@pytest.mark.parametrize(
    ("started", "completed", "previous", "times"),
    [
        ("2018-07-6 10:00", "2018-07-6 11:00", None, (local(10), local(11))),
        ("2018-07-06 10:00", ABSENT, None, (local(10), local(12))),
        ("2018-07-06 10:00", "2018-07-06 10:00", None, (local(10), local(10, 1))),
        (ABSENT, ABSENT, STORED, (local(8), local(9))),
        (ABSENT, "2018-07-06 11:00", STORED, (local(8), local(11))),
        ("2018-07-06 09:00", ABSENT, STORED, (local(9), local(9, 1))),
    ],
)
def test_times(started, completed, previous, times):
    found = read_work_times(started, completed, now=NOW, zone=TORONTO, previous=previous)
    assert isinstance(found, WorkTimes)
    assert (found.started, found.completed) == times


def test_times_in_the_hour_that_autumn_has_twice_are_told_apart():
    found = read_work_times("2018-11-04T05:50:00Z", "2018-11-04T06:10:00Z", now=NOW, zone=TORONTO)
    assert isinstance(found, WorkTimes)
    assert found.completed.astimezone(UTC).hour == 6


FORMATS = "Datetime has wrong format. Use one of these formats instead: "


@pytest.mark.parametrize(
    ("started", "completed", "body"),
    [
        (ABSENT, ABSENT, {"work_started": ["This field is required."]}),
        (None, ABSENT, {"work_started": ["This field may not be null."]}),
        (
            "2018-07-06 10:00",
            "2018-07-06 09:59",
            {"non_field_errors": ["work_completed date must be after work_started"]},
        ),
        ("2018-07-06 13:00", ABSENT, {"non_field_errors": ["work_completed date must be after work_started"]}),
        ("9999-12-31 18:59:59", "9999-12-31 18:59:59", {"work_completed": ["Datetime value out of range."]}),
        ("9999-12-31 23:00", "2018-07-06 09:59", {"work_started": ["Datetime value out of range."]}),
    ],
)
def test_problems(started, completed, body):
    problems = read_work_times(started, completed, now=NOW, zone=TORONTO)
    assert isinstance(problems, tuple)
    assert error_body(problems) == body


def test_bad_dates_are_told_for_both_with_the_formats():
    problems = read_work_times("today", 5, now=NOW, zone=TORONTO)
    assert isinstance(problems, tuple)
    body = error_body(problems)
    assert list(body) == ["work_started", "work_completed"]
    assert all(texts[0].startswith(FORMATS) and texts[0].count(", ") == 5 for texts in body.values())
