"""Pass or fail of a value, in the original's order of questions."""

from __future__ import annotations

from qarunner.dialects.qatrack.rules.differences import ZeroReferenceError, difference, level
from qarunner.dialects.qatrack.rules.kinds import TEXTS, Kind
from qarunner.dialects.qatrack.rules.records import ListedTest, PassFail, Reference, Tolerance, Value

SAME = 1e-10


def pass_fail(test: ListedTest, value: Value, *, skipped: bool, in_progress: bool) -> PassFail:
    """Return the verdict on a value that `values` has found to fit the test.

    Without limits there is no verdict, `NO_TOL`: a boolean without a reference never fails. Neither does a percentage
    of a reference of zero, which is a fault of the limits and not of the device.
    """
    if (skipped and not test.hidden) or (value.empty and (in_progress or skipped)):
        return PassFail.NOT_DONE
    if test.kind is Kind.BOOLEAN and test.reference is not None and value.number is not None:
        return _boolean(value.number, test.reference, test.tolerance)
    if test.kind in TEXTS and test.tolerance is not None:
        return _text(value.text or "", test.tolerance)
    try:
        distance = difference(test, value.number)
    except ZeroReferenceError:
        distance = None
    if distance is None or test.tolerance is None:
        return PassFail.NO_TOL
    return level(distance, test.tolerance)


def _boolean(number: float, reference: Reference, tolerance: Tolerance | None) -> PassFail:
    if abs(reference.value - number) <= SAME:
        return PassFail.OK
    return PassFail.TOLERANCE if tolerance is not None and tolerance.warning_only else PassFail.ACTION


def _text(text: str, tolerance: Tolerance) -> PassFail:
    choice = text.lower()
    if choice in (word.lower() for word in tolerance.pass_choices):
        return PassFail.OK
    if choice in (word.lower() for word in tolerance.tolerance_choices):
        return PassFail.TOLERANCE
    return PassFail.ACTION
