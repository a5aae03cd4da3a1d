"""Which value a type of test takes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qarunner.dialects.qatrack.rules.kinds import AUTOMATIC, Kind
from qarunner.dialects.qatrack.rules.records import EMPTY, ListedTest, Reference, Tolerance, ToleranceKind, Value
from qarunner.dialects.qatrack.rules.values import LOST, WRONG, Lost, WrongType, read_value

TORONTO = ZoneInfo("America/Toronto")
CHOICES = Tolerance(kind=ToleranceKind.CHOICES, pass_choices=("a",))
SUBMITTED = sorted(set(Kind) - AUTOMATIC - {Kind.UPLOAD})


def read(kind, given_value, *, skipped=False, in_progress=False, **fields):
    test = ListedTest(macro="x", kind=kind, **fields)
    return read_value(test, given_value, skipped=skipped, in_progress=in_progress, zone=TORONTO)


@pytest.mark.parametrize("kind", [Kind.SIMPLE, Kind.WRAPAROUND, Kind.BOOLEAN])
@pytest.mark.parametrize(
    ("given_value", "value"),
    [
        (1, Value(number=1.0)),
        (2.5, Value(number=2.5)),
        (True, Value(number=1.0)),
        (False, Value(number=0.0)),
        ("1", WRONG),
        ("yes", WRONG),
        ([1], WRONG),
        ({}, WRONG),
        (float("inf"), WRONG),
        (float("nan"), WRONG),
        pytest.param(10**5000, WRONG, id="huge"),
    ],
)
def test_numbers(kind, given_value, value):
    assert read(kind, given_value) == value


@pytest.mark.parametrize(
    ("given_value", "value"),
    [("a", "a"), ("", ""), (5, "5"), (True, "True"), ([1, 2], "[1, 2]"), ("other", "other")],
)
@pytest.mark.parametrize("kind", [Kind.STRING, Kind.MULTIPLE_CHOICE])
def test_texts_without_limits_take_anything_as_text(kind, given_value, value):
    assert read(kind, given_value) == Value(text=value)


def test_a_number_that_nobody_can_write_is_no_text():
    assert read(Kind.STRING, 10**5000) == WRONG


@pytest.mark.parametrize("given_value", [5, None, [], True])
@pytest.mark.parametrize("kind", [Kind.STRING, Kind.MULTIPLE_CHOICE])
def test_texts_with_limits_take_texts_only(kind, given_value):
    assert read(kind, given_value, tolerance=CHOICES) == WRONG
    assert read(kind, "b", tolerance=CHOICES, choices=("a",)) == Value(text="b")


@pytest.mark.parametrize(
    ("kind", "given_value", "value"),
    [
        (Kind.DATE, "2018-07-06", Value(date=date(2018, 7, 6))),
        (Kind.DATE, "06 Jul 2018", Value(date=date(2018, 7, 6))),
        (Kind.DATE, "yesterday", LOST),
        (Kind.DATE, 5, LOST),
        (Kind.DATE, None, EMPTY),
        (Kind.DATETIME, "2018-07-06 10:00", Value(datetime=datetime(2018, 7, 6, 14, tzinfo=UTC))),
        (Kind.DATETIME, "2018-07-06T16:00:00+02:00", Value(datetime=datetime(2018, 7, 6, 14, tzinfo=UTC))),
        (Kind.DATETIME, "2018-07-06", LOST),
        (Kind.DATETIME, "9999-12-31 23:59", LOST),
        (Kind.DATETIME, "", EMPTY),
    ],
)
def test_dates(kind, given_value, value):
    assert read(kind, given_value) == value


@pytest.mark.parametrize(
    ("kind", "fields", "needed"),
    [
        (Kind.SIMPLE, {}, True),
        (Kind.WRAPAROUND, {}, True),
        (Kind.BOOLEAN, {"reference": Reference(1)}, True),
        (Kind.BOOLEAN, {}, False),
        (Kind.STRING, {"tolerance": CHOICES}, True),
        (Kind.STRING, {}, False),
        (Kind.DATE, {}, False),
    ],
)
def test_null_is_wrong_where_a_value_is_needed_now(kind, fields, needed):
    assert (read(kind, None, **fields) == WRONG) is needed
    for may_be_missing in ({"skipped": True}, {"in_progress": True}):
        value = read(kind, None, **fields, **may_be_missing)
        assert isinstance(value, Value)
        assert value.empty


def test_a_skipped_test_keeps_its_value_if_it_is_one():
    assert read(Kind.SIMPLE, 5, skipped=True) == Value(number=5)
    assert read(Kind.SIMPLE, "", skipped=True) == EMPTY
    assert read(Kind.SIMPLE, "five", skipped=True) == WRONG


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.sampled_from(SUBMITTED), JSON, st.booleans(), st.booleans())
def test_any_json_gets_an_answer(kind, given_value, skipped, in_progress):
    value = read(kind, given_value, skipped=skipped, in_progress=in_progress)
    assert isinstance(value, Value | WrongType | Lost)
