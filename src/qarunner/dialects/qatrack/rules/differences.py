"""How far a number is from its reference, and on which side of the levels that is."""

from __future__ import annotations

import math

from qarunner.dialects.qatrack.rules.kinds import NUMBERS, Kind
from qarunner.dialects.qatrack.rules.records import ListedTest, PassFail, Tolerance, ToleranceKind

NO_LIMIT = 1e99
SIGNIFICANT = 1e-6
"""Two numbers are equal at the border when they differ by no more of their leading decimal."""


class ZeroReferenceError(ArithmeticError):
    """A percentage of a reference of zero has no meaning."""


def difference(test: ListedTest, value: float | None) -> float | None:
    """Return the value's distance from the reference: in its unit, in percent, or the shorter way round.

    None where there is no value or no limits of numbers. :raises ZeroReferenceError: see there.
    """
    reference, tolerance = test.reference, test.tolerance
    if value is None or reference is None or tolerance is None or test.kind not in NUMBERS:
        return None
    if test.kind is Kind.WRAPAROUND and test.wrap_low is not None and test.wrap_high is not None:
        return wrapped(value, reference.value, test.wrap_low, test.wrap_high)
    if tolerance.kind is ToleranceKind.ABSOLUTE:
        return value - reference.value
    if tolerance.kind is ToleranceKind.PERCENT:
        if reference.value == 0:
            raise ZeroReferenceError
        return 100.0 * (value - reference.value) / reference.value
    return None


def wrapped(value: float, reference: float, low: float, high: float) -> float:
    """Return the shorter signed way from the reference to the value, straight or over the ends; straight when equal."""
    straight = value - reference
    if value > reference:
        around = -(abs(high - value) + abs(reference - low))
    else:
        around = abs(value - low) + abs(high - reference)
    return straight if abs(straight) <= abs(around) else around


def level(distance: float, tolerance: Tolerance) -> PassFail:
    """Return on which side of the levels a distance is; the borders belong to the better side."""
    if not _inside(distance, tolerance.act_low, tolerance.act_high):
        return PassFail.ACTION
    return PassFail.OK if _inside(distance, tolerance.tol_low, tolerance.tol_high) else PassFail.TOLERANCE


def _inside(distance: float, low: float | None, high: float | None) -> bool:
    low = -NO_LIMIT if low is None else low
    high = NO_LIMIT if high is None else high
    return low <= distance <= high or nearly_equal(distance, low) or nearly_equal(distance, high)


def nearly_equal(one: float, other: float) -> bool:
    """Whether two numbers are the same in 7 significant digits."""
    size = abs(one) / 2 + abs(other) / 2
    if size == 0 or not math.isfinite(size):
        return one == other
    scale = 10.0 ** math.floor(math.log10(size))
    return scale == 0 or abs(one / scale - other / scale) <= SIGNIFICANT
