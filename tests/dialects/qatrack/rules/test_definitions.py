"""What is refused when a list is defined."""

import pytest

from qarunner.dialects.qatrack.rules.definitions import definition_problems, unsupported
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import ListDefinition, ListedTest, Reference, Tolerance, ToleranceKind


def a_test(kind=Kind.SIMPLE, macro="x", **fields):
    return ListedTest(macro=macro, kind=kind, **fields)


def limits(kind, reference=1.0, **levels):
    return {"reference": Reference(reference), "tolerance": Tolerance(kind=ToleranceKind(kind), **levels)}


@pytest.mark.parametrize(
    "tests",
    [
        [a_test(), a_test(macro="y")],
        [a_test(**limits("absolute", act_low=-1, act_high=1)), a_test(macro="_y2", **limits("percent", tol_high=1))],
        [a_test(Kind.BOOLEAN, **limits("boolean")), a_test(Kind.CONSTANT, "k", constant=0.0)],
        [a_test(Kind.WRAPAROUND, wrap_low=0, wrap_high=360), a_test(Kind.MULTIPLE_CHOICE, "m", choices=("a",))],
        [a_test(Kind.COMPOSITE, procedure="x = 1"), a_test(Kind.COMPOSITE, "y", procedure="y = x")],
        [a_test(Kind.COMPOSITE, procedure="x = scipy.stats.norm(1)")],
    ],
)
def test_good_lists(tests):
    assert definition_problems(ListDefinition(tuple(tests))) == []


@pytest.mark.parametrize(
    ("test", "word"),
    [
        (a_test(macro="two words"), "letters, digits and underscores"),
        (a_test(macro="é"), "letters, digits and underscores"),
        (a_test(macro="1st"), "letters, digits and underscores"),
        (a_test(macro="a" * 129), "at most 128"),
        (a_test(macro="lambda"), "means something else"),
        (a_test(macro="result"), "means something else"),
        (a_test(macro="math"), "means something else"),
        (a_test(Kind.CONSTANT), "a constant needs its value"),
        (a_test(Kind.MULTIPLE_CHOICE), "at least one choice"),
        (a_test(Kind.WRAPAROUND, wrap_low=0), "begins and ends"),
        (a_test(Kind.WRAPAROUND, wrap_low=5, wrap_high=5), "begins below its end"),
        (a_test(Kind.COMPOSITE, procedure=" "), "needs a procedure"),
        (a_test(Kind.BOOLEAN, reference=Reference(2)), "0 or 1"),
        (a_test(**limits("absolute")), "at least one level"),
        (a_test(**limits("absolute", act_low=1, tol_low=-1)), "rise"),
        (a_test(**limits("percent", 0, act_high=1)), "a reference other than 0"),
        (a_test(Kind.STRING, **limits("multchoice")), "at least one that passes"),
    ],
)
def test_bad_tests_are_told_with_their_macro(test, word):
    (problem,) = definition_problems(ListDefinition((test,)))
    assert problem.startswith(f"{test.macro}: ")
    assert word in problem


def test_bad_lists():
    cycle = [a_test(Kind.COMPOSITE, "x", procedure="x = y"), a_test(Kind.COMPOSITE, "y", procedure="y = x")]
    assert definition_problems(ListDefinition(tuple(cycle))) == ["These composites depend on each other: x, y"]
    assert definition_problems(ListDefinition((a_test(), a_test()))) == ["The macro x is 2 times in the list"]
    many = tuple(a_test(macro=f"x{number}") for number in range(251))
    assert definition_problems(ListDefinition(many)) == ["The list has 251 tests; at most 250 are allowed"]


def test_procedures_that_are_stored_but_never_run_are_told():
    tests = (
        a_test(Kind.COMPOSITE, procedure="import os\nx = os.getpid()"),
        a_test(Kind.COMPOSITE, "y", procedure="y=1"),
    )
    assert unsupported(ListDefinition(tests)) == {"x": "line 1: import os is not known"}
