"""Limits as areas and lines, and which values are joined: in stretched units across, in pixels down."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.portal.chart.marks import Mark
    from qarunner.dialects.qatrack.rules.bands import Bands

GAP = 5.0
"""So many usual distances between two values are a gap: no line bridges it."""


class Zone(NamedTuple):
    """Limits that held for some points after each other, from `left` to `right`."""

    left: float
    right: float
    bands: Bands
    reference: float | None


class Box(NamedTuple):
    """An area, `top` above `bottom`."""

    left: float
    right: float
    top: float
    bottom: float


def zones_of(marks: Sequence[Mark], places: Sequence[float], width: float) -> list[Zone]:
    """Return the limits as they held: they change half way between two points.

    :param places: of the points, across.
    """
    zones: list[Zone] = []
    for index, mark in enumerate(marks):
        left = (places[index - 1] + places[index]) / 2 if index else 0.0
        right = (places[index] + places[index + 1]) / 2 if index + 1 < len(marks) else width
        last = zones[-1] if zones else None
        if last is not None and (last.bands, last.reference) == (mark.bands, mark.reference):
            zones[-1] = last._replace(right=right)
        else:
            zones.append(Zone(left, right, mark.bands, mark.reference))
    return zones


def boxes(zone: Zone, height: Callable[[float], float], floor: float) -> tuple[Box | None, Box | None]:
    """Return where a value is no action, and where it is ok; None without such limits.

    :param height: of a value, pixels from the top. :param floor: height of the lowest point there is; the top is 0.
    """
    bands = zone.bands
    if bands.empty:
        return None, None
    outer = _box(zone, bands.act_low, bands.act_high, height, floor)
    inner = _box(zone, bands.tol_low, bands.tol_high, height, floor)
    top, bottom = max(outer.top, inner.top), min(outer.bottom, inner.bottom)
    return outer if outer.bottom > outer.top else None, inner._replace(top=top, bottom=bottom) if bottom > top else None


def _box(zone: Zone, low: float | None, high: float | None, height: Callable[[float], float], floor: float) -> Box:
    top = 0.0 if high is None else min(max(height(high), 0.0), floor)
    bottom = floor if low is None else min(max(height(low), 0.0), floor)
    return Box(zone.left, zone.right, top, bottom)


def stairs(
    zones: Iterable[Zone], level: Callable[[Zone], float | None], height: Callable[[float], float], floor: float
) -> str:
    """Return the path of one limit from zone to zone; it is broken where the limit is not, or is off the chart."""
    parts: list[str] = []
    joined = False
    for zone in zones:
        value = level(zone)
        place = None if value is None else height(value)
        if place is None or not 0 <= place <= floor:
            joined = False
            continue
        parts.append(f"V{place:.1f}H{zone.right:.1f}" if joined else f"M{zone.left:.1f} {place:.1f}H{zone.right:.1f}")
        joined = True
    return "".join(parts)


def runs(marks: Sequence[Mark]) -> list[list[int]]:
    """Return the points that a line joins, as their places in the row: broken by gaps and by what was not done."""
    apart = [(later.time - earlier.time).total_seconds() for earlier, later in pairwise(marks)]
    usual = statistics.median(apart) if apart else 0.0
    found: list[list[int]] = [[]]
    for index, mark in enumerate(marks):
        if found[-1] and (mark.value is None or (usual > 0 and apart[index - 1] > GAP * usual)):
            found.append([])
        if mark.value is not None:
            found[-1].append(index)
    return [run for run in found if len(run) > 1]
