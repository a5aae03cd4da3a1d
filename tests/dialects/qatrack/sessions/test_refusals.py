"""What of our own is refused; what the original refuses as well is in tests/conformance/qatrack."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.session_bodies import count, post, simple

FORM = 'qarunner must have the form {"results": {"MACRO": "ID OF A RESULT"}}'


@pytest.mark.parametrize("key", [[], {"results": []}, {"results": {"number_1": "1"}}])
def test_results_that_are_named_wrongly_are_refused(world: World, key: Any) -> None:
    answer = post(world, simple(qarunner=key))
    assert (answer.status_code, answer.json) == (400, {"qarunner": [FORM]})
    assert count(world) == 0


@pytest.mark.parametrize("time", ["9999-12-31 23:59", "9999-12-31T23:59:00-04:00"])
def test_a_time_that_is_out_of_range_in_utc_is_refused(world: World, time: str) -> None:
    answer = post(world, simple(work_completed=time))
    assert (answer.status_code, answer.json) == (400, {"work_completed": ["Datetime value out of range."]})
