"""What people read of values, differences, references and tolerances."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from qarunner.dialects.qatrack.rules.displays import (
    diff_display,
    reference_display,
    tolerance_name,
    upload_display,
    value_display,
)
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import EMPTY, ListedTest, Reference, Tolerance, ToleranceKind, Value

TORONTO = ZoneInfo("America/Toronto")
LEVELS: dict[str, Any] = {"act_low": -2, "tol_low": -1, "tol_high": 1, "act_high": 2.25}
ABSOLUTE = Tolerance(kind=ToleranceKind.ABSOLUTE, **LEVELS)
PERCENT = Tolerance(kind=ToleranceKind.PERCENT, **LEVELS)


def a_test(kind=Kind.SIMPLE, **fields):
    return ListedTest(macro="x", kind=kind, **fields)


@pytest.mark.parametrize(
    ("test", "value", "display"),
    [
        (a_test(), Value(number=1.0), "1"),
        (a_test(), Value(number=3.14159), "3.142"),
        (a_test(), Value(number=123456), "1.235e+05"),
        (a_test(), Value(number=0.0), "0"),
        (a_test(formatting="%.2F"), Value(number=3.14159), "3.14"),
        (a_test(formatting="{:06.2f}"), Value(number=3.14159), "003.14"),
        (a_test(formatting="%q"), Value(number=3.14159), "3.142"),
        (a_test(Kind.COMPOSITE), Value(number=3.0), "3"),
        (a_test(Kind.BOOLEAN), Value(number=1.0), "Yes"),
        (a_test(Kind.BOOLEAN), Value(number=0.0), "No"),
        (a_test(Kind.BOOLEAN), Value(number=7.0), "No"),
        (a_test(Kind.STRING), Value(text="words"), "words"),
        (a_test(Kind.STRING), Value(text=None), "Not Done"),
        (a_test(Kind.DATE), Value(date=date(2018, 7, 6)), "06 Jul 2018"),
        (a_test(Kind.DATETIME), Value(datetime=datetime(2018, 7, 6, 15, 0, tzinfo=UTC)), "06 Jul 2018 11:00"),
        (a_test(), EMPTY, "Not Done"),
        (a_test(Kind.UPLOAD), Value(text="17"), ""),
    ],
)
def test_values(test, value, display):
    assert value_display(test, value, skipped=False, zone=TORONTO) == display


def test_what_was_skipped_says_so_even_with_a_value():
    assert value_display(a_test(), Value(number=1), skipped=True, zone=TORONTO) == "Skipped"


@pytest.mark.parametrize(
    ("test", "number", "display"),
    [
        (a_test(reference=Reference(1), tolerance=ABSOLUTE), 4.33333, "3.333"),
        (a_test(reference=Reference(200), tolerance=PERCENT), 205, "2.5%"),
        (a_test(reference=Reference(0), tolerance=PERCENT), 5, "Zero ref with % diff tol"),
        (a_test(reference=Reference(1)), 4, ""),
        (a_test(tolerance=ABSOLUTE), 4, ""),
        (a_test(reference=Reference(1), tolerance=ABSOLUTE), None, ""),
        (a_test(Kind.BOOLEAN, reference=Reference(1), tolerance=ABSOLUTE), 0, ""),
    ],
)
def test_differences(test, number, display):
    assert diff_display(test, Value(number=number)) == display


@pytest.mark.parametrize(
    ("reference", "display"),
    [
        (Reference(1.5), "1.5"),
        (Reference(1234567), "1.23457E+06"),
        (Reference(1, yes_no=True), "Yes"),
        (Reference(0, yes_no=True), "No"),
    ],
)
def test_references(reference, display):
    assert reference_display(reference) == display


@pytest.mark.parametrize(
    ("tolerance", "name"),
    [
        (ABSOLUTE, "Absolute(-2.000, -1.000, 1.000, 2.250)"),
        (PERCENT, "Percent(-2.00%, -1.00%, 1.00%, 2.25%)"),
        (Tolerance(kind=ToleranceKind.ABSOLUTE, act_high=3), "Absolute(--, --, --, 3.000)"),
        (
            Tolerance(kind=ToleranceKind.CHOICES, pass_choices=("a", "b"), tolerance_choices=("c",)),
            "M.C.(OK=a:b, Tolerance=c)",
        ),
        (Tolerance(kind=ToleranceKind.BOOLEAN, warning_only=True), "Boolean(Tolerance on fail)"),
        (Tolerance(kind=ToleranceKind.BOOLEAN), "Boolean(Action on fail)"),
    ],
)
def test_names_of_tolerances(tolerance, name):
    assert tolerance_name(tolerance) == name


def test_an_uploads_name_cannot_act_in_a_page():
    assert upload_display("/media/a.txt", '"><script>') == (
        '<a href="/media/a.txt" title="&quot;&gt;&lt;script&gt;">&quot;&gt;&lt;script&gt;</a>'
    )
