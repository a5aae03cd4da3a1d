from __future__ import annotations

from typing import Any

import msgspec
import pytest

from qarunner.dialects.qatrack.definition.limits import Held, held_against, kind_of, problems_of
from qarunner.dialects.qatrack.definition.records import Limits, Test, Tolerance
from qarunner.dialects.qatrack.rules.kinds import Kind

KNOWN = {"tight": Tolerance(name="tight", type="percent", act_high=5)}


def number(value: float) -> tuple[str, float]:
    return "numerical", value


def levels(*four: float | None, kind: str = "absolute") -> tuple[Any, ...]:
    return (kind, *four, None, None, False)


@pytest.mark.parametrize(
    ("kind", "written", "reference", "tolerance"),
    [
        ("boolean", {}, ("boolean", 1.0), None),
        ("boolean", {"reference": True}, ("boolean", 1.0), None),
        ("boolean", {"reference": 1}, ("boolean", 1.0), None),
        ("boolean", {"reference": False}, ("boolean", 0.0), None),
        ("boolean", {"reference": 0}, ("boolean", 0.0), None),
        ("boolean", {"reference": None}, None, None),
        ("boolean", {"warning_only": True}, ("boolean", 1.0), ("boolean", *[None] * 6, True)),
        ("simple", {}, None, None),
        ("simple", {"reference": 3}, number(3.0), None),
        ("simple", {"high": 1.5}, number(1.5), levels(None, None, None, 0.0)),
        ("simple", {"low": 2}, number(2.0), levels(0.0, None, None, None)),
        ("simple", {"low": 1, "high": 2}, number(1.5), levels(-0.5, None, None, 0.5)),
        ("simple", {"low": 0.1, "high": 0.3}, number(0.2), levels(-0.1, None, None, 0.1)),
        ("simple", {"reference": 1, "warn_high": 1.2, "high": 1.5}, number(1.0), levels(None, None, 0.2, 0.5)),
        ("simple", {"warn_low": 4}, number(4.0), levels(None, 0.0, None, None)),
        ("composite", {"reference": 2, "tolerance": {"type": "percent", "act_low": -3, "tol_low": -2}},
         number(2.0), levels(-3.0, -2.0, None, None, kind="percent")),
        ("simple", {"reference": 2, "tolerance": "tight"}, number(2.0), levels(None, None, None, 5.0, kind="percent")),
        ("multchoice", {"passes": ["sharp"], "warns": ["soft", "grey"]}, None,
         ("multchoice", *[None] * 4, "sharp", "soft,grey", False)),
        ("string", {"passes": ["a", "b"]}, None, ("multchoice", *[None] * 4, "a,b", None, False)),
        ("date", {}, None, None),
        ("upload", {}, None, None),
    ],
)  # fmt: skip
def test_limits_become_reference_and_tolerance(kind: str, written: Any, reference: Any, tolerance: Any) -> None:
    limits = msgspec.convert(written, Limits)
    assert list(problems_of(limits, Kind(kind), KNOWN)) == []
    assert held_against(limits, Kind(kind), KNOWN) == Held(reference, tolerance)


@pytest.mark.parametrize(
    ("kind", "written", "problem"),
    [
        ("boolean", {"high": 1}, "a test of type boolean has no high"),
        ("string", {"reference": 1}, "a test of type string has no reference"),
        ("simple", {"reference": True}, "the reference of a test of type simple is a number"),
        ("boolean", {"reference": 2}, "the reference of a boolean is true or false, not 2"),
        ("simple", {"warning_only": True}, "a test of type simple has no warning_only"),
        ("simple", {"passes": ["a"]}, "a test of type simple has no passes"),
        ("multchoice", {"warns": ["a"]}, "warns needs passes beside it"),
        ("multchoice", {"passes": ["a,b"]}, "a text of passes or warns holds a comma"),
        ("simple", {"low": 2, "high": 1}, "the limits do not rise"),
        ("simple", {"warn_high": 2, "high": 1}, "the limits do not rise"),
        ("simple", {"low": 1, "reference": 1, "tolerance": "tight"}, "tolerance and low exclude each other"),
        ("simple", {"tolerance": "tight"}, "a tolerance needs a reference beside it"),
        ("simple", {"reference": 0, "tolerance": "tight"}, "a tolerance in percent needs a reference other than 0"),
        ("simple", {"reference": 1, "tolerance": "tihgt"}, "there is no tolerance 'tihgt'"),
        ("simple", {"reference": 1, "tolerance": {}}, "a tolerance needs at least one level"),
        ("simple", {"reference": 1, "tolerance": {"act_low": 1, "act_high": 0}}, "the levels of a tolerance do not"),
    ],
)
def test_limits_that_cannot_be_are_told(kind: str, written: Any, problem: str) -> None:
    found = list(problems_of(msgspec.convert(written, Limits), Kind(kind), KNOWN))
    assert len(found) == 1
    assert found[0][0].startswith(problem)
    assert found[0][1]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ({}, "boolean"),
        ({"reference": True}, "boolean"),
        ({"warning_only": True}, "boolean"),
        ({"reference": 1}, "simple"),
        ({"high": 1}, "simple"),
        ({"per_unit": {"a": {"low": 1}}}, "simple"),
        ({"choices": ["a"]}, "multchoice"),
        ({"constant": 3}, "constant"),
        ({"calculation": "result = a"}, "composite"),
        ({"wrap_low": 0, "wrap_high": 360}, "wraparound"),
        ({"type": "string", "passes": ["a"]}, "string"),
        ({"type": "simple"}, "simple"),
    ],
)
def test_the_type_of_a_test_follows_from_what_it_says(written: Any, kind: str) -> None:
    assert kind_of(msgspec.convert({"macro": "x", **written}, Test)) == kind
