"""A reply that is not as expected is told, and where: the rest of the suite rests on it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.qatrack.expectations import A_TIME, Only, at, containing, differences, matching


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        (Only(a=[1, {"b": None}]), {"a": [1, {"b": None, "c": 3}]}),
        ({"a": containing("x", "y")}, {"a": "yx"}),
        ({"a": matching(r"\d+")}, {"a": "12"}),
        ({"a": at("2018-07-06T10:00")}, {"a": "2018-07-06T10:00:00-04:00"}),
        (A_TIME, "2018-07-06T10:00:00.123456Z"),
        ({"a": 1}, {"a": 1.0}),
    ],
)
def test_what_fits(expected: Any, actual: Any) -> None:
    assert [*differences(expected, actual)] == []


@pytest.mark.parametrize(
    ("expected", "actual", "place"),
    [
        ({"a": 1}, {"a": 2}, "body.a"),
        ({"a": {"b": 1}}, {"a": {}}, "body.a"),
        (Only(a=1), {"a": 1, "b": 2}, "body"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "body.a[1]"),
        ({"a": [1, 2]}, {"a": [1]}, "body.a"),
        ({"a": containing("x", "y")}, {"a": "x"}, "body.a"),
        ({"a": matching(r"\d+")}, {"a": "12x"}, "body.a"),
        ({"a": True}, {"a": 1}, "body.a"),
        ({"a": None}, {"a": ""}, "body.a"),
        (A_TIME, "2018-07-06T10:00:00", "body"),
        ({"a": 1}, "text", "body"),
    ],
)
def test_what_does_not_is_told(expected: Any, actual: Any, place: str) -> None:
    [told] = differences(expected, actual)
    assert told.startswith(f"{place} ")
