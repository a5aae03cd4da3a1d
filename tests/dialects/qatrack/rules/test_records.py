"""Verdict pairs, empty values, and how problems become a body."""

import pytest

from qarunner.dialects.qatrack.rules.records import EMPTY, PassFail, Problem, Refusal, Value


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("ok", "OK"),
        ("tolerance", "Tolerance"),
        ("action", "Action"),
        ("no_tol", "No Tol Set"),
        ("not_done", "Not Done"),
    ],
)
def test_pairs_are_as_the_api_prints_them(code, label):
    assert PassFail(code).pair == (code, label)


def test_nothing_and_an_empty_text_are_empty_and_zero_is_not():
    assert EMPTY.empty
    assert Value(text=None).empty
    assert not Value(number=0.0).empty


def test_each_problem_is_a_string_of_its_own():
    refusal = Refusal(problems=(Problem("Missing data for tests: a, b"), Problem("x"), Problem("y", "tests")))
    assert refusal.body() == {"non_field_errors": ["Missing data for tests: a, b", "x"], "tests": ["y"]}
    # As the pump of QATrack+ reads it: what follows the last colon of the string that it finds.
    (told,) = (text for text in refusal.body()["non_field_errors"] if "missing data for tests" in text.lower())
    assert [name.strip() for name in told.split(":")[-1].split(",")] == ["a", "b"]
