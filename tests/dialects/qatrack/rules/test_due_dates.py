"""Due dates and what moves them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from qarunner.dialects.qatrack.rules.due_dates import DueStatus, Frequency, Run, due_date_after, due_status
from qarunner.dialects.qatrack.rules.review import Status

TORONTO = ZoneInfo("America/Toronto")
INVALID = Status(key=9, valid=False)


def local(month, day, hour=7, year=2018):
    return datetime(year, month, day, hour, tzinfo=TORONTO)


NOW = local(11, 22, 9)
DAILY = Frequency(recurrences="FREQ=DAILY")
MONDAYS = Frequency(recurrences="FREQ=WEEKLY;BYDAY=MO,WE,FR", window_start=0, window_end=1)
WEDNESDAY = Frequency(recurrences="FREQ=WEEKLY;BYDAY=WE", window_start=1, window_end=1)
FIRST = Frequency(recurrences="FREQ=MONTHLY;BYMONTHDAY=1", window_start=7, window_end=7)


@pytest.mark.parametrize(
    ("frequency", "completed", "due", "following"),
    [
        # Without a window, the next date is reckoned from the work.
        (DAILY, local(11, 20, 6), local(11, 20, 7), local(11, 21, 6)),
        (DAILY, local(11, 20, 8), local(11, 20, 7), local(11, 21, 8)),
        (DAILY, local(11, 20, 7), None, local(11, 21, 7)),
        # With one, the date stays on its days.
        (MONDAYS, local(11, 19, 6), local(11, 19), local(11, 21)),
        (MONDAYS, local(11, 19, 8), local(11, 19), local(11, 21)),
        (MONDAYS, local(11, 20), local(11, 21), local(11, 21)),
        (MONDAYS, local(11, 24), local(11, 26), local(11, 26)),
        (MONDAYS, local(11, 24), local(11, 23), local(11, 26)),
        (WEDNESDAY, local(11, 26), local(11, 28), local(11, 28)),
        (WEDNESDAY, local(11, 27), local(11, 28), local(12, 5)),
        (WEDNESDAY, local(11, 28), local(11, 28), local(12, 5)),
        (WEDNESDAY, local(11, 29), local(11, 28), local(12, 5)),
        (FIRST, local(11, 20), local(12, 1), local(12, 1)),
        (FIRST, local(11, 29), local(12, 1), local(1, 1, year=2019)),
        (FIRST, local(11, 1), local(11, 1), local(12, 1)),
        (FIRST, local(11, 2), local(11, 1), local(12, 1)),
        # Long after the date and within the next window: it counts for that one, too.
        (FIRST, local(11, 29), local(11, 1), local(1, 1, year=2019)),
        (FIRST, local(11, 2), None, local(12, 1)),
        (FIRST, local(11, 29), None, local(1, 1, year=2019)),
    ],
)
def test_the_next_due_date(frequency, completed, due, following):
    assert due_date_after([Run(completed=completed)], due, frequency, now=NOW, zone=TORONTO) == following


@pytest.mark.parametrize(
    "idle",
    [{"in_progress": True}, {"include_for_scheduling": False}, {"statuses": (Status(key=1), INVALID)}],
)
def test_work_that_does_not_count_leaves_the_date_to_the_work_that_does(idle):
    runs = [Run(completed=local(11, 20)), Run(completed=local(11, 21), **idle)]
    assert due_date_after(runs, None, DAILY, now=NOW, zone=TORONTO) == local(11, 21)
    assert due_date_after(runs[1:], local(11, 30), DAILY, now=NOW, zone=TORONTO) == NOW


def test_without_work_or_frequency_the_date_stays():
    due = local(11, 30)
    assert due_date_after([], due, DAILY, now=NOW, zone=TORONTO) == due
    assert due_date_after([Run(completed=local(11, 20))], due, None, now=NOW, zone=TORONTO) == due
    assert due_date_after([Run(completed=local(11, 20))], None, None, now=NOW, zone=TORONTO) is None


def test_work_dated_into_the_future_moves_the_date_there():
    run = Run(completed=local(1, 1, year=2040))
    assert due_date_after([run], local(11, 20), DAILY, now=NOW, zone=TORONTO) == local(1, 2, year=2040)


@pytest.mark.parametrize(
    ("due", "frequency", "status"),
    [
        (None, DAILY, DueStatus.NO_DUE_DATE),
        (local(11, 23, 0), MONDAYS, DueStatus.NOT_DUE),
        (local(11, 22, 23), MONDAYS, DueStatus.DUE),
        (local(11, 21, 1), MONDAYS, DueStatus.DUE),
        (local(11, 20, 23), MONDAYS, DueStatus.OVERDUE),
        (local(11, 22), DAILY, DueStatus.DUE),
        (local(11, 21), DAILY, DueStatus.OVERDUE),
        (local(11, 22), None, DueStatus.DUE),
        (local(11, 21), None, DueStatus.OVERDUE),
    ],
)
def test_due_status(due, frequency, status):
    assert due_status(due, frequency, now=NOW, zone=TORONTO) is status


def test_the_day_is_the_servers():
    late = datetime(2018, 11, 23, 3, tzinfo=UTC)  # still the 22nd in Toronto
    assert due_status(local(11, 23), DAILY, now=late, zone=TORONTO) is DueStatus.NOT_DUE
