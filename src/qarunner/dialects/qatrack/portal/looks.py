"""How times, verdicts and limits are written on the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from qarunner.dialects.looks import DAYS_IN_WORDS, ago
from qarunner.dialects.qatrack.portal.chart.marks import shape_alone
from qarunner.dialects.qatrack.rules.dates import shown_date, shown_datetime
from qarunner.dialects.qatrack.rules.records import PassFail, Tolerance, ToleranceKind
from qarunner.store.clock import now

if TYPE_CHECKING:
    from markupsafe import Markup

    from qarunner.dialects.qatrack.rules.bands import Bands

WORST_FIRST = (PassFail.ACTION, PassFail.TOLERANCE, PassFail.OK, PassFail.NO_TOL, PassFail.NOT_DONE)
LABELS = {
    PassFail.ACTION: "action",
    PassFail.TOLERANCE: "tolerance",
    PassFail.OK: "ok",
    PassFail.NO_TOL: "no limits",
    PassFail.NOT_DONE: "not done",
}
"""The verdicts as the pages say them."""


def clock_of(zone: tzinfo) -> Callable[[datetime | None], str]:
    """Return what writes moments as the clock of the server's zone shows them: ``06 Jul 2018 11:00``."""
    return lambda moment: "" if moment is None else shown_datetime(moment, zone)


def ago_of(zone: tzinfo) -> Callable[[datetime], str]:
    """Return what writes how long ago a moment is; of one long ago the day, as the clock of the zone shows it."""

    def told(moment: datetime) -> str:
        long_ago = (now() - moment).days >= DAYS_IN_WORDS
        return shown_date(moment.astimezone(zone)) if long_ago else ago(moment)

    return told


def verdict_key(verdict: str) -> Markup:
    """Return the picture of a verdict."""
    return shape_alone(PassFail(verdict))


def worst(counts: Mapping[PassFail, int]) -> PassFail:
    """Return the verdict on a session whose tests have these."""
    return next((verdict for verdict in WORST_FIRST if counts.get(verdict)), PassFail.NOT_DONE)


def in_words(counts: Mapping[PassFail, int]) -> str:
    """Return ``1 action, 11 ok``; the worst first."""
    return ", ".join(f"{counts[one]} {LABELS[one]}" for one in WORST_FIRST if counts.get(one))


def number(value: float) -> str:
    """Return a number with as many digits as say something: ``1000``, ``0.25``."""
    return f"{value:.6g}"


def limits_in_words(bands: Bands, tolerance: Tolerance | None = None) -> list[str]:
    """Return ``ok: 900 to 1100`` and ``action: below 800, above 1200``, as far as there are such limits.

    :param tolerance: says it of what is no number.
    """
    if tolerance is not None and tolerance.kind is ToleranceKind.CHOICES:
        words = (("ok", tolerance.pass_choices), ("tolerance", tolerance.tolerance_choices))
        return [f"{label}: {', '.join(choices)}" for label, choices in words if choices]
    if tolerance is not None and tolerance.kind is ToleranceKind.BOOLEAN:
        return [f"another answer: {LABELS[PassFail.TOLERANCE if tolerance.warning_only else PassFail.ACTION]}"]
    lines = []
    if bands.tol_low is not None or bands.tol_high is not None:
        lines.append(f"ok: {_range(bands.tol_low, bands.tol_high)}")
    ends = [("below", bands.act_low), ("above", bands.act_high)]
    action = ", ".join(f"{word} {number(level)}" for word, level in ends if level is not None)
    return [*lines, f"action: {action}"] if action else lines


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"to {number(high)}" if high is not None else f"from {number(low or 0.0)}"
    return f"{number(low)} to {number(high)}"
