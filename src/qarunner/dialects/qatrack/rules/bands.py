"""The limits of a number as values, for those who draw them: levels are told as distances from a reference."""

from __future__ import annotations

from typing import NamedTuple

from qarunner.dialects.qatrack.rules.kinds import NUMBERS, Kind
from qarunner.dialects.qatrack.rules.records import Reference, Tolerance, ToleranceKind


class Bands(NamedTuple):
    """Between the action levels a value is no action, between the tolerance levels it is ok. None is no limit."""

    act_low: float | None = None
    tol_low: float | None = None
    tol_high: float | None = None
    act_high: float | None = None

    @property
    def empty(self) -> bool:
        """Whether there is no limit at all."""
        return all(level is None for level in self)


NONE = Bands()


def bands_of(kind: Kind, reference: Reference | None, tolerance: Tolerance | None) -> Bands:
    """Return the limits that a reference and a tolerance give a test's values.

    Of a wraparound they may lie beyond its ends: the values there are those on the other side. A percentage of zero
    has no meaning, and so no limits.
    """
    if kind not in NUMBERS or reference is None or tolerance is None:
        return NONE
    levels = (tolerance.act_low, tolerance.tol_low, tolerance.tol_high, tolerance.act_high)
    value = reference.value
    if kind is Kind.WRAPAROUND or tolerance.kind is ToleranceKind.ABSOLUTE:
        return Bands(*(None if level is None else value + level for level in levels))
    if tolerance.kind is not ToleranceKind.PERCENT or value == 0:
        return NONE
    found = [None if level is None else value + value * level / 100 for level in levels]
    return Bands(*(found if value > 0 else reversed(found)))
