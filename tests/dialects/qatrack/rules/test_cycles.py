"""Days of a cycle."""

import pytest

from qarunner.dialects.qatrack.rules.cycles import next_day, read_day
from qarunner.dialects.qatrack.rules.records import error_body
from qarunner.dialects.qatrack.rules.work_times import ABSENT


@pytest.mark.parametrize(
    ("value", "days", "cycle", "day"),
    [
        (ABSENT, 1, False, 0),
        (0, 1, False, 0),
        (1, 2, True, 1),
        ("1", 2, True, 1),
        (1.0, 2, True, 1),
        (" 0 ", 2, True, 0),
    ],
)
def test_days(value, days, cycle, day):
    assert read_day(value, days=days, cycle=cycle) == day


@pytest.mark.parametrize(
    ("value", "days", "cycle", "body"),
    [
        (ABSENT, 2, True, {"non_field_errors": ["You must include the 'day' key when performing a Test List Cycle"]}),
        (None, 2, True, {"day": ["This field may not be null."]}),
        ("one", 2, True, {"day": ["A valid integer is required."]}),
        ("", 2, True, {"day": ["A valid integer is required."]}),
        (True, 2, True, {"day": ["A valid integer is required."]}),
        (1.5, 2, True, {"day": ["A valid integer is required."]}),
        ([], 2, True, {"day": ["A valid integer is required."]}),
        pytest.param(10**5000, 2, True, {"day": ["A valid integer is required."]}, id="huge"),
        (
            3,
            1,
            False,
            {"non_field_errors": ["'3' is not a valid day for this Test Collection.  Day must be between 0 & 0"]},
        ),
        (
            -1,
            2,
            True,
            {"non_field_errors": ["'-1' is not a valid day for this Test Collection.  Day must be between 0 & 1"]},
        ),
    ],
)
def test_problems(value, days, cycle, body):
    problem = read_day(value, days=days, cycle=cycle)
    assert not isinstance(problem, int)
    assert error_body((problem,)) == body


@pytest.mark.parametrize(
    ("days", "last", "following"),
    [(3, None, 0), (3, 0, 1), (3, 1, 2), (3, 2, 0), (3, 7, 0), (3, -1, 0), (1, 0, 0), (0, None, None)],
)
def test_the_next_day_follows_and_begins_again(days, last, following):
    assert next_day(days, last) == following
