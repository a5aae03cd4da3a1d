"""Levels of tolerances as values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from qarunner.dialects.qatrack.rules.bands import Bands, bands_of
from qarunner.dialects.qatrack.rules.differences import difference, level
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import ListedTest, PassFail, Reference, Tolerance, ToleranceKind

ABSOLUTE, PERCENT = ToleranceKind.ABSOLUTE, ToleranceKind.PERCENT


def tolerance(kind: ToleranceKind, *levels: float | None) -> Tolerance:
    act_low, tol_low, tol_high, act_high = levels
    return Tolerance(kind=kind, act_low=act_low, tol_low=tol_low, tol_high=tol_high, act_high=act_high)


@pytest.mark.parametrize(
    ("kind", "reference", "given", "expected"),
    [
        (Kind.SIMPLE, 1000, tolerance(ABSOLUTE, -200, -100, 100, 200), Bands(800, 900, 1100, 1200)),
        (Kind.COMPOSITE, -5, tolerance(ABSOLUTE, None, -1, 1, None), Bands(None, -6, -4, None)),
        (Kind.SIMPLE, 200, tolerance(PERCENT, -10, -5, 5, 10), Bands(180, 190, 210, 220)),
        (Kind.SIMPLE, -200, tolerance(PERCENT, -20, -5, 5, None), Bands(None, -210, -190, -160)),
        (Kind.SIMPLE, 0, tolerance(PERCENT, -10, -5, 5, 10), Bands()),
        (Kind.WRAPAROUND, 1, tolerance(ABSOLUTE, -20, -10, 10, 20), Bands(-19, -9, 11, 21)),
        (Kind.SIMPLE, 7, tolerance(ToleranceKind.CHOICES, None, None, None, None), Bands()),
        (Kind.BOOLEAN, 1, tolerance(ABSOLUTE, -1, -1, 1, 1), Bands()),
    ],
)
def test_levels_become_values(kind: Kind, reference: float, given: Tolerance, expected: Bands) -> None:
    assert bands_of(kind, Reference(reference), given) == expected


def test_without_a_reference_or_a_tolerance_there_are_no_limits() -> None:
    assert bands_of(Kind.SIMPLE, None, tolerance(ABSOLUTE, -2, -1, 1, 2)).empty
    assert bands_of(Kind.SIMPLE, Reference(1.0), None).empty


@given(
    reference=some.integers(-1000, 1000).filter(bool),
    levels=some.lists(some.integers(-90, 90), min_size=4, max_size=4).map(sorted),
    value=some.integers(-3000, 3000),
    kind=some.sampled_from([ABSOLUTE, PERCENT]),
)
def test_a_value_within_the_bands_has_the_verdict_that_they_promise(
    reference: int, levels: list[int], value: int, kind: ToleranceKind
) -> None:
    limits = tolerance(kind, *map(float, levels))
    listed = ListedTest(macro="x", kind=Kind.SIMPLE, reference=Reference(float(reference)), tolerance=limits)
    act_low, tol_low, tol_high, act_high = bands_of(Kind.SIMPLE, listed.reference, limits)
    assert act_low is not None and tol_low is not None and tol_high is not None and act_high is not None  # noqa: PT018 - for the type checker
    if any(abs(value - edge) < 1e-2 for edge in (act_low, tol_low, tol_high, act_high)):
        return  # on the border rounding decides
    distance = difference(listed, float(value))
    assert distance is not None
    found = level(distance, limits)
    inside, ok = act_low < value < act_high, tol_low < value < tol_high
    assert found is (PassFail.ACTION if not inside else PassFail.OK if ok else PassFail.TOLERANCE)
