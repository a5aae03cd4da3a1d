"""Limits as areas and lines, and which values are joined."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.dialects.qatrack.portal.chart.test_axes import marks

from qarunner.dialects.qatrack.portal.chart.zones import Box, Zone, boxes, runs, stairs, zones_of
from qarunner.dialects.qatrack.rules.bands import Bands

NARROW, WIDE = Bands(2, 3, 7, 8), Bands(0, 1, 9, 10)


def height(value: float) -> float:
    """Pixels from the top of a chart of a hundred, which shows 0 to 10."""
    return 100 - 10 * value


def test_limits_change_half_way_between_two_points_and_reach_both_edges() -> None:
    first, second, third = marks(5.0, 5.0, 5.0)
    row = [replace(first, bands=WIDE), replace(second, bands=WIDE), replace(third, bands=NARROW)]
    assert zones_of(row, [100.0, 200.0, 800.0], 1000.0) == [Zone(0, 500, WIDE, None), Zone(500, 1000, NARROW, None)]
    assert zones_of(row[:1], [500.0], 1000.0) == [Zone(0, 1000, WIDE, None)]


@pytest.mark.parametrize(
    ("bands", "outer", "inner"),
    [
        (NARROW, (20, 80), (30, 70)),
        (Bands(tol_low=3, tol_high=7), (0, 100), (30, 70)),
        (Bands(act_low=2, act_high=8), (20, 80), (20, 80)),
        (Bands(act_high=8), (20, 100), (20, 100)),
        (Bands(act_low=-50, tol_low=3, tol_high=60, act_high=70), (0, 100), (0, 70)),
        (Bands(2, 0, 10, 8), (20, 80), (20, 80)),
        (Bands(20, 21, 22, 23), None, None),
        (Bands(), None, None),
    ],
)
def test_areas_lie_between_the_limits_and_within_the_chart(
    bands: Bands, outer: tuple[float, float] | None, inner: tuple[float, float] | None
) -> None:
    found = boxes(Zone(0, 1000, bands, None), height, 100)
    assert found == tuple(None if one is None else Box(0, 1000, *one) for one in (outer, inner))


def test_a_limits_line_has_steps_and_is_broken_where_there_is_none_or_it_is_off_the_chart() -> None:
    zones = [
        Zone(0, 100, Bands(act_low=2), None),
        Zone(100, 200, Bands(act_low=3), None),
        Zone(200, 300, Bands(), None),
        Zone(300, 400, Bands(act_low=99), None),
        Zone(400, 500, Bands(act_low=0), None),
    ]
    path = stairs(zones, lambda zone: zone.bands.act_low, height, 100)
    assert path == "M0.0 80.0H100.0V70.0H200.0M400.0 100.0H500.0"


def test_lines_are_broken_by_gaps_and_by_what_was_not_done() -> None:
    assert runs(marks(1.0, 2.0, None, 3.0, 4.0, 5.0)) == [[0, 1], [3, 4, 5]]
    early = marks(1.0, 2.0, 3.0)
    late = [replace(mark, time=mark.time + timedelta(days=30)) for mark in marks(4.0, 5.0)]
    assert runs([*early, *late]) == [[0, 1, 2], [3, 4]]
    assert runs(marks(1.0)) == []
    assert runs(marks(None, None)) == []
    assert runs(marks(1.0, 2.0)) == [[0, 1]]


def test_values_of_the_same_moment_are_joined() -> None:
    same = [replace(mark, time=marks(1.0)[0].time) for mark in marks(1.0, 2.0, 3.0)]
    assert runs(same) == [[0, 1, 2]]
