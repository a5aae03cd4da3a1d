"""Distances from references, and borders."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qarunner.dialects.qatrack.rules.differences import (
    ZeroReferenceError,
    difference,
    level,
    nearly_equal,
    wrapped,
)
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import ListedTest, Reference, Tolerance, ToleranceKind

ABSOLUTE = Tolerance(kind=ToleranceKind.ABSOLUTE, act_low=-2, tol_low=-1, tol_high=1, act_high=2)
PERCENT = Tolerance(kind=ToleranceKind.PERCENT, act_low=-3, tol_low=-2, tol_high=2, act_high=3)


def a_test(kind=Kind.SIMPLE, reference=None, tolerance=None):
    limits: dict[str, Any] = {"reference": None if reference is None else Reference(reference), "tolerance": tolerance}
    return ListedTest(macro="x", kind=kind, wrap_low=0, wrap_high=360, **limits)


@pytest.mark.parametrize(
    ("test", "value", "distance"),
    [
        (a_test(reference=10, tolerance=ABSOLUTE), 8.5, -1.5),
        (a_test(reference=200, tolerance=PERCENT), 205, 2.5),
        (a_test(reference=-200, tolerance=PERCENT), -205, 2.5),
        (a_test(Kind.WRAPAROUND, 1, ABSOLUTE), 358, -3),
        (a_test(Kind.COMPOSITE, 1, ABSOLUTE), 3, 2),
        (a_test(reference=10), 8.5, None),
        (a_test(tolerance=ABSOLUTE), 8.5, None),
        (a_test(reference=10, tolerance=ABSOLUTE), None, None),
        (a_test(Kind.BOOLEAN, 1, ABSOLUTE), 0, None),
        (a_test(reference=10, tolerance=Tolerance(kind=ToleranceKind.CHOICES, pass_choices=("a",))), 8.5, None),
    ],
)
def test_distances(test, value, distance):
    assert difference(test, value) == distance


def test_a_percentage_of_zero_has_no_meaning():
    with pytest.raises(ZeroReferenceError):
        difference(a_test(reference=0, tolerance=PERCENT), 5)


@pytest.mark.parametrize(
    ("value", "reference", "way"),
    [(358, 1, -3), (350, 1, -11), (1, 358, 3), (10, 1, 9), (1, 10, -9), (5, 5, 0), (181, 1, 180), (1, 181, -180)],
)
def test_the_shorter_way_round_is_taken(value, reference, way):
    assert wrapped(value, reference, 0, 360) == way


@pytest.mark.parametrize(
    ("distance", "verdict"),
    [
        (0, "ok"),
        (1, "ok"),
        (1.0000004, "ok"),
        (1.00001, "tolerance"),
        (-1, "ok"),
        (1.5, "tolerance"),
        (2, "tolerance"),
        (-2, "tolerance"),
        (2.00001, "action"),
        (-2.1, "action"),
        (math.inf, "action"),
    ],
)
def test_borders_belong_to_the_better_side(distance, verdict):
    assert level(distance, ABSOLUTE) == verdict


@pytest.mark.parametrize(
    ("levels", "distance", "verdict"),
    [
        ({"act_high": 2}, -1e9, "ok"),
        ({"act_high": 2}, 3, "action"),
        ({"tol_low": -1}, -5, "tolerance"),
        ({"tol_low": -1}, 1e9, "ok"),
        ({"tol_high": 0, "act_high": 0}, 0, "ok"),
    ],
)
def test_a_missing_level_is_no_limit(levels, distance, verdict):
    assert level(distance, Tolerance(kind=ToleranceKind.ABSOLUTE, **levels)) == verdict


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (0, 0, True),
        (1, 1.0000005, True),
        (1, 1.000002, False),
        (1e-9, 1.0000001e-9, True),
        (0, 1e-300, False),
        (-1, 1, False),
    ],
)
def test_equality_is_of_seven_digits(one, other, same):
    assert nearly_equal(one, other) is same


@settings(deadline=None)
@given(st.floats(), st.floats())
def test_equality_takes_any_numbers(one, other):
    assert nearly_equal(one, other) is nearly_equal(other, one)
