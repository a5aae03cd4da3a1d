"""Verdicts of QATrack+ and outcomes of the store, both ways, in tables that the documentation prints.

`fail` says that the device is wrong, `error` that the rig or the test is. QATrack+ has no word for the second, so an
error travels as a skipped test, which is not done, with the reason in its comment: never as a device's failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qarunner.dialects.qatrack.rules.records import PassFail
from qarunner.results import Outcome


@dataclass(frozen=True, slots=True)
class BooleanTest:
    """What a testcase's outcome is as a boolean test whose reference is 1. `value` is None when it is skipped."""

    value: bool | None
    skipped: bool
    pass_fail: PassFail
    comment: str
    """What begins the comment; the testcase's own reason follows."""


AS_BOOLEAN: Mapping[Outcome, BooleanTest] = {
    Outcome.PASS: BooleanTest(value=True, skipped=False, pass_fail=PassFail.OK, comment=""),
    Outcome.FAIL: BooleanTest(value=False, skipped=False, pass_fail=PassFail.ACTION, comment=""),
    Outcome.ERROR: BooleanTest(value=None, skipped=True, pass_fail=PassFail.NOT_DONE, comment="error: "),
    Outcome.SKIP: BooleanTest(value=None, skipped=True, pass_fail=PassFail.NOT_DONE, comment="skipped: "),
}

AS_OUTCOME: Mapping[PassFail, Outcome] = {
    PassFail.OK: Outcome.PASS,
    PassFail.TOLERANCE: Outcome.PASS,  # passed with a warning, which the store has no word for
    PassFail.NO_TOL: Outcome.PASS,  # done, and nobody said what it should be
    PassFail.ACTION: Outcome.FAIL,
    PassFail.NOT_DONE: Outcome.SKIP,
}
"""Of a value that somebody else submitted; an error is known by its comment: `outcome_of`."""

_WORST_FIRST = (Outcome.FAIL, Outcome.ERROR, Outcome.PASS, Outcome.SKIP)


def outcome_of(pass_fail: PassFail, comment: str = "") -> Outcome:
    """Return the outcome of one test; an error that went through `AS_BOOLEAN` comes back as one."""
    if pass_fail is PassFail.NOT_DONE and comment.startswith(AS_BOOLEAN[Outcome.ERROR].comment):
        return Outcome.ERROR
    return AS_OUTCOME[pass_fail]


def outcome_of_list(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome of a session: fail by any test at action, then error; skip when nothing at all was done."""
    found = set(outcomes)
    return next((outcome for outcome in _WORST_FIRST if outcome in found), Outcome.SKIP)
