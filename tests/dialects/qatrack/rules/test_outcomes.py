"""Verdicts and the store's outcomes, both ways."""

import pytest

from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.outcomes import AS_BOOLEAN, AS_OUTCOME, outcome_of, outcome_of_list
from qarunner.dialects.qatrack.rules.records import EMPTY, ListedTest, PassFail, Reference, Value
from qarunner.dialects.qatrack.rules.verdicts import pass_fail
from qarunner.results import Outcome

TEST = ListedTest(macro="x", kind=Kind.BOOLEAN, reference=Reference(1))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_travels_there_and_back(outcome):
    there = AS_BOOLEAN[outcome]
    value = EMPTY if there.value is None else Value(number=float(there.value))
    verdict = pass_fail(TEST, value, skipped=there.skipped, in_progress=False)
    assert verdict is there.pass_fail
    assert outcome_of(verdict, there.comment + "the reason") is outcome


def test_an_error_is_never_a_devices_failure():
    assert AS_BOOLEAN[Outcome.ERROR].pass_fail is not PassFail.ACTION
    assert [verdict for verdict, outcome in AS_OUTCOME.items() if outcome is Outcome.FAIL] == [PassFail.ACTION]


def test_every_verdict_has_an_outcome():
    assert set(AS_OUTCOME) == set(PassFail)


@pytest.mark.parametrize(
    ("outcomes", "whole"),
    [("pass fail error", "fail"), ("pass error skip", "error"), ("pass skip", "pass"), ("skip", "skip"), ("", "skip")],
)
def test_the_outcome_of_a_list_is_its_worst(outcomes, whole):
    assert outcome_of_list(Outcome(word) for word in outcomes.split()) == whole
