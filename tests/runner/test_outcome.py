"""The outcome rule, row by row."""

from __future__ import annotations

import pytest
from _stbt.match import MatchTimeout
from _stbt.precondition import PreconditionError
from stbt_core import NoVideo, UITestFailure

from qarunner.results import Outcome, Phase
from qarunner.runner.behave.failures import Problem, ScenarioError, ScenarioFailed
from qarunner.runner.outcome import PhaseEnd, verdict
from qarunner.runner.time_limit import TimeLimitExceededError


def raised(function) -> BaseException:
    try:
        function()
    except BaseException as error:  # noqa: BLE001 - pytest.fail raises no Exception
        return error
    raise RuntimeError("nothing was raised")


def unmet_raises():
    with pytest.raises(ValueError, match="x"):
        pass


class OwnFailure(UITestFailure):  # type: ignore[misc]  # the library has no types
    pass


class OwnAssertionError(AssertionError):
    pass


FAILED_STEP = [Problem("step 'Then x'", "failed", exception=AssertionError(), fail=True)]
BROKEN_HOOK = [Problem("hook before_scenario", "raised an error", exception=AssertionError())]

CALL_ROWS = [
    (AssertionError("no"), Outcome.FAIL),
    (OwnAssertionError(), Outcome.FAIL),
    (UITestFailure(), Outcome.FAIL),
    (OwnFailure(), Outcome.FAIL),
    (MatchTimeout(None, "x.png", 3), Outcome.FAIL),
    (raised(lambda: pytest.fail("no")), Outcome.FAIL),
    (raised(unmet_raises), Outcome.FAIL),
    (ExceptionGroup("", [AssertionError(), UITestFailure()]), Outcome.FAIL),
    (ScenarioFailed(object(), FAILED_STEP), Outcome.FAIL),
    (ScenarioError(object(), BROKEN_HOOK), Outcome.ERROR),
    (ExceptionGroup("", [AssertionError(), ValueError()]), Outcome.ERROR),
    (PreconditionError("tuned", AssertionError()), Outcome.ERROR),
    (NoVideo(), Outcome.ERROR),
    (ValueError(), Outcome.ERROR),
    (KeyError("x"), Outcome.ERROR),
    (SystemExit(0), Outcome.ERROR),
    (SystemExit(1), Outcome.ERROR),
    (KeyboardInterrupt(), Outcome.ERROR),
    (TimeLimitExceededError(), Outcome.ERROR),
    (None, Outcome.FAIL),  # pytest fails a strict xpass without an exception
]


@pytest.mark.parametrize(("error", "outcome"), CALL_ROWS, ids=lambda value: repr(value)[:40])
def test_an_exception_of_the_call_is_a_fail_or_an_error(error, outcome):
    judged = verdict(
        [PhaseEnd(Phase.SETUP), PhaseEnd(Phase.CALL, failed=True, exception=error), PhaseEnd(Phase.TEARDOWN)]
    )
    assert judged.outcome is outcome
    assert [failure.phase for failure in judged.failures] == [Phase.CALL]


@pytest.mark.parametrize("phase", [Phase.SETUP, Phase.TEARDOWN, Phase.INFRASTRUCTURE])
@pytest.mark.parametrize(("error", "_outcome"), CALL_ROWS, ids=lambda value: repr(value)[:40])
def test_any_exception_outside_of_the_call_is_an_error(phase, error, _outcome):
    assert verdict([PhaseEnd(phase, failed=True, exception=error or AssertionError())]).outcome is Outcome.ERROR


def test_phases_that_end_well_are_a_pass():
    assert verdict([PhaseEnd(phase) for phase in (Phase.SETUP, Phase.CALL, Phase.TEARDOWN)]).outcome is Outcome.PASS


@pytest.mark.parametrize("phase", [Phase.SETUP, Phase.CALL])
def test_a_skip_and_an_expected_failure_are_skips_with_their_reason(phase):
    judged = verdict([PhaseEnd(phase, skipped=True, reason="no tuner"), PhaseEnd(Phase.TEARDOWN)])
    assert (judged.outcome, judged.reason) == (Outcome.SKIP, "no tuner")


def test_a_failed_call_outranks_an_error_of_the_teardown_and_both_are_kept():
    call = PhaseEnd(Phase.CALL, failed=True, exception=AssertionError("black"), message="black")
    teardown = PhaseEnd(Phase.TEARDOWN, failed=True, exception=OSError("gone"), message="gone")
    judged = verdict([PhaseEnd(Phase.SETUP), call, teardown])
    assert judged.outcome is Outcome.FAIL
    assert [(failure.outcome, failure.message) for failure in judged.failures] == [
        (Outcome.FAIL, "black"),
        (Outcome.ERROR, "gone"),
    ]


def test_a_skipped_call_with_a_broken_teardown_is_an_error():
    teardown = PhaseEnd(Phase.TEARDOWN, failed=True, exception=OSError())
    assert verdict([PhaseEnd(Phase.CALL, skipped=True), teardown]).outcome is Outcome.ERROR


def test_an_error_of_the_call_explains_more_than_one_of_the_teardown():
    call = PhaseEnd(Phase.CALL, failed=True, exception=ValueError(), message="first")
    teardown = PhaseEnd(Phase.TEARDOWN, failed=True, exception=OSError(), message="second")
    assert [failure.message for failure in verdict([call, teardown]).failures] == ["first", "second"]


def test_the_kind_of_a_failed_scenario_is_that_of_its_step():
    error = ScenarioFailed(object(), [Problem("step", "failed", exception=MatchTimeout(None, "x.png", 1), fail=True)])
    assert verdict([PhaseEnd(Phase.CALL, failed=True, exception=error)]).failures[0].kind == "MatchTimeout"
