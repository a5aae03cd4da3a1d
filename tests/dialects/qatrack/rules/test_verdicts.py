"""Pass or fail for every type of test."""

from typing import Any

import pytest

from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import EMPTY, ListedTest, Reference, Tolerance, ToleranceKind, Value
from qarunner.dialects.qatrack.rules.verdicts import pass_fail

WIDE = Tolerance(kind=ToleranceKind.ABSOLUTE, act_low=-200, tol_low=-100, tol_high=100, act_high=200)
PERCENT = Tolerance(kind=ToleranceKind.PERCENT, act_low=-3, tol_low=-2, tol_high=2, act_high=3)
AROUND = Tolerance(kind=ToleranceKind.ABSOLUTE, act_low=-10, tol_low=-5, tol_high=5, act_high=10)
CHOICES = Tolerance(kind=ToleranceKind.CHOICES, pass_choices=("Good", "Fair"), tolerance_choices=("Poor",))
WARNING = Tolerance(kind=ToleranceKind.BOOLEAN, warning_only=True)
STRICT = Tolerance(kind=ToleranceKind.BOOLEAN)


def a_test(kind, reference=None, tolerance=None, *, hidden=False):
    limits: dict[str, Any] = {"reference": None if reference is None else Reference(reference), "tolerance": tolerance}
    return ListedTest(macro="x", kind=kind, wrap_low=0, wrap_high=360, hidden=hidden, **limits)


@pytest.mark.parametrize(
    ("test", "number", "verdict"),
    [
        # As observed: reference 1000, action at 200, tolerance at 100.
        (a_test(Kind.SIMPLE, 1000, WIDE), 1100, "ok"),
        (a_test(Kind.SIMPLE, 1000, WIDE), 1150, "tolerance"),
        (a_test(Kind.SIMPLE, 1000, WIDE), 1200, "tolerance"),
        (a_test(Kind.SIMPLE, 1000, WIDE), 1201, "action"),
        (a_test(Kind.SIMPLE, 100, PERCENT), 102, "ok"),
        (a_test(Kind.SIMPLE, 100, PERCENT), 102.5, "tolerance"),
        (a_test(Kind.SIMPLE, 100, PERCENT), 104, "action"),
        (a_test(Kind.SIMPLE, 0, PERCENT), 5, "no_tol"),
        (a_test(Kind.WRAPAROUND, 1, AROUND), 358, "ok"),
        (a_test(Kind.WRAPAROUND, 1, AROUND), 350, "action"),
        (a_test(Kind.COMPOSITE, 1000, WIDE), 1201, "action"),
        (a_test(Kind.CONSTANT, 1000, WIDE), 1150, "tolerance"),
        (a_test(Kind.SIMPLE, 1000), 1, "no_tol"),
        (a_test(Kind.SIMPLE, None, WIDE), 1, "no_tol"),
        (a_test(Kind.BOOLEAN), 0, "no_tol"),
        (a_test(Kind.BOOLEAN, 1), 1, "ok"),
        (a_test(Kind.BOOLEAN, 1), 0, "action"),
        (a_test(Kind.BOOLEAN, 0), 0, "ok"),
        (a_test(Kind.BOOLEAN, 1), 7, "action"),
        (a_test(Kind.BOOLEAN, 1, STRICT), 0, "action"),
        (a_test(Kind.BOOLEAN, 1, WARNING), 0, "tolerance"),
    ],
)
def test_numbers_and_booleans(test, number, verdict):
    assert pass_fail(test, Value(number=number), skipped=False, in_progress=False) == verdict


@pytest.mark.parametrize("kind", [Kind.STRING, Kind.STRING_COMPOSITE, Kind.MULTIPLE_CHOICE])
@pytest.mark.parametrize(
    ("tolerance", "text", "verdict"),
    [
        (CHOICES, "Good", "ok"),
        (CHOICES, "FAIR", "ok"),
        (CHOICES, "poor", "tolerance"),
        (CHOICES, "none of them", "action"),
        (CHOICES, "", "action"),
        (None, "none of them", "no_tol"),
    ],
)
def test_texts_are_compared_with_the_choices_in_any_case(kind, tolerance, text, verdict):
    assert pass_fail(a_test(kind, tolerance=tolerance), Value(text=text), skipped=False, in_progress=False) == verdict


@pytest.mark.parametrize(
    ("value", "skipped", "in_progress", "hidden", "verdict"),
    [
        (Value(number=1000), True, False, False, "not_done"),
        (EMPTY, True, False, False, "not_done"),
        (EMPTY, False, True, False, "not_done"),
        (Value(number=1000), False, True, False, "ok"),
        (Value(number=1000), True, False, True, "ok"),
        (EMPTY, True, False, True, "not_done"),
        (EMPTY, False, False, False, "no_tol"),
    ],
)
def test_what_was_not_done_has_no_verdict(value, skipped, in_progress, hidden, verdict):
    test = a_test(Kind.SIMPLE, 1000, WIDE, hidden=hidden)
    assert pass_fail(test, value, skipped=skipped, in_progress=in_progress) == verdict
