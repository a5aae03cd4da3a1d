"""Composites in the order of their dependencies."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qarunner.dialects.qatrack.rules.calculation import Calculated, Failed, NotCalculated, calculate, in_order
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import ListDefinition, ListedTest, Reference, Tolerance, ToleranceKind

LIMITS: dict[str, Any] = {
    "reference": Reference(10),
    "tolerance": Tolerance(kind=ToleranceKind.ABSOLUTE, act_low=-2, act_high=2),
}


def a_list(**procedures):
    simple = [ListedTest(macro=macro, kind=Kind.SIMPLE, **LIMITS) for macro in ("a", "b")]
    composites = [
        ListedTest(macro=macro, kind=Kind.COMPOSITE, procedure=procedure) for macro, procedure in procedures.items()
    ]
    return ListDefinition((*composites, *simple))


@pytest.mark.parametrize(
    ("procedures", "results"),
    [
        ({"x": "x = a + b"}, {"x": 3}),
        ({"x": "result = y * 2", "y": "y = z + 1", "z": "result = a"}, {"x": 4, "y": 2, "z": 1}),
        ({"x": "x = REFS['a'] + TOLS['a']['act_high'] + META['day']"}, {"x": 16}),
        ({"x": "x = 0 if TOLS['a']['tol_low'] is None else 1"}, {"x": 0}),
        ({"x": "tmp = a\nx = tmp", "y": "y = 5\nresult = y + x"}, {"x": 1, "y": 6}),
    ],
)
def test_results(procedures, results):
    outcomes = calculate(a_list(**procedures), {"a": 1, "b": 2}, meta={"day": 4})
    assert outcomes == {macro: Calculated(value) for macro, value in results.items()}


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_a_value_it_needs_a_composite_has_none_either(nothing):
    outcomes = calculate(a_list(x="x = y + 1", y="y = a + b", z="z = b"), {"a": nothing, "b": 2})
    assert outcomes == {"x": Calculated(None), "y": Calculated(None), "z": Calculated(2)}


def test_a_procedure_may_say_what_to_do_without_a_value():
    assert calculate(a_list(x="x = b if a is None else a"), {"a": None, "b": 2}) == {"x": Calculated(2)}


def test_a_failure_is_told_by_name_and_reason():
    outcomes = calculate(a_list(x="x = a / 0", y="y = x + 1", z="z = nobody"), {"a": 1, "b": 2})
    assert outcomes["x"] == Failed("Error with x test: Invalid Test Procedure: division by zero")
    assert outcomes["y"] == Calculated(None)
    assert outcomes["z"] == Failed("Error with z test: Invalid Test Procedure: name 'nobody' is not defined")


def test_members_of_a_cycle_are_told_each():
    outcomes = calculate(a_list(x="x = y", y="y = x", z="z = a"), {"a": 1, "b": 2})
    cyclic = {macro: Failed(f"Error with {macro} test: Cyclic test dependency") for macro in ("x", "y")}
    assert outcomes == {**cyclic, "z": Calculated(1)}


def test_what_is_not_supported_is_not_run_and_spreads_until_a_value_is_given():
    procedures = {"x": "x = open('/etc/passwd').read()", "y": "y = x + 1", "z": "z = a"}
    outcomes = calculate(a_list(**procedures), {"a": 1, "b": 2})
    assert outcomes["z"] == Calculated(1)
    x, y = outcomes["x"], outcomes["y"]
    assert isinstance(x, NotCalculated)
    assert isinstance(y, NotCalculated)
    assert "open" in x.reason
    assert y.reason.startswith("it depends on x")
    assert calculate(a_list(**procedures), {"a": 1, "b": 2, "x": 5})["y"] == Calculated(6)


def test_results_of_files_are_not_known():
    outcome = calculate(a_list(x="x = a"), {"a": None}, uncalculated={"a": "no procedure for files"})["x"]
    assert outcome == NotCalculated("it depends on a, which is not calculated here: no procedure for files")


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 12), st.sets(st.integers(0, 12)), max_size=12))
def test_each_comes_after_what_it_needs(graph):
    needs = {str(name): {str(needed) for needed in all_needed if needed in graph} for name, all_needed in graph.items()}
    order, cyclic = in_order(needs)
    assert sorted(order + cyclic) == sorted(needs)
    for place, name in enumerate(order):
        assert needs[name] <= set(order[:place])
    for name in cyclic:
        assert needs[name] & set(cyclic)
