"""Makes a chart's drawing of a measurement's history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.portal.chart import Drawing, Mark
from qarunner.dialects.qatrack.portal.chart.axes import Span, Tick
from qarunner.dialects.qatrack.portal.looks import LABELS, in_words, number
from qarunner.dialects.qatrack.rules.dates import shown_datetime
from qarunner.dialects.qatrack.rules.differences import wrapped
from qarunner.dialects.qatrack.rules.displays import NO, YES, reference_display, value_display
from qarunner.dialects.qatrack.rules.formatting import suffix_of
from qarunner.dialects.qatrack.rules.kinds import NUMBERS, Kind
from qarunner.dialects.qatrack.rules.records import ListedTest, PassFail

if TYPE_CHECKING:
    from datetime import tzinfo

    from qarunner.dialects.qatrack.history import Measurement, Point

YES_NO = (Tick(0.0, NO), Tick(1.0, YES))
YES_NO_SPAN = Span(-0.5, 1.5)


def drawing_of(
    measurement: Measurement, points: Sequence[Point], zone: tzinfo, session_url: Callable[[int], str]
) -> Drawing | None:
    """Return the drawing; None where there is nothing to draw: no points, or no numbers.

    :param session_url: gives the address of a session's page.
    """
    test = measurement.test
    if not points or test.kind not in (*NUMBERS, Kind.BOOLEAN):
        return None
    unit = suffix_of(test.formatting)
    words = f"{measurement.title} ({unit})" if unit else measurement.title
    yes_no = test.kind is Kind.BOOLEAN
    return Drawing(
        marks=[_mark(test, point, zone, session_url) for point in points],
        label=words,
        description=f"{words} on {measurement.unit_name}: {_in_a_sentence(points)}",
        zone=zone,
        ticks=YES_NO if yes_no else (),
        span=YES_NO_SPAN if yes_no else None,
        shown=_shown(test),
    )


def _in_a_sentence(points: Sequence[Point]) -> str:
    counts = in_words(Counter(point.pass_fail for point in points))
    return f"{len(points)} values, {counts}" if len(points) > 1 else f"one value, {counts}"


def _mark(test: ListedTest, point: Point, zone: tzinfo, session_url: Callable[[int], str]) -> Mark:
    return Mark(
        time=point.time,
        value=_place(test, point),
        verdict=point.pass_fail,
        reference=None if point.reference is None else point.reference.value,
        bands=point.bands,
        title=_title(test, point, zone),
        address=session_url(point.session),
        valid=point.valid,
    )


def _place(test: ListedTest, point: Point) -> float | None:
    """Return where a value is drawn: an angle near its reference, even where that is beyond the end of the circle."""
    value = point.value.number
    if value is None or point.pass_fail is PassFail.NOT_DONE:
        return None
    if test.kind is not Kind.WRAPAROUND or point.reference is None or test.wrap_low is None or test.wrap_high is None:
        return value
    return point.reference.value + wrapped(value, point.reference.value, test.wrap_low, test.wrap_high)


def _title(test: ListedTest, point: Point, zone: tzinfo) -> str:
    value = value_display(test, point.value, skipped=point.skipped, zone=zone)
    parts = [f"{shown_datetime(point.time, zone)}: {value}", LABELS[point.pass_fail]]
    if point.reference is not None:
        parts.append(f"reference {reference_display(point.reference)}")
    if not point.valid:
        parts.append(point.status.lower())
    text = ", ".join(parts)
    return f"{text}\n{point.comment}" if point.comment else text


def _shown(test: ListedTest) -> Callable[[Tick], str]:
    low, high = test.wrap_low, test.wrap_high
    if test.kind is not Kind.WRAPAROUND or low is None or high is None or high <= low:
        return lambda tick: tick.text

    def within(tick: Tick) -> str:
        return tick.text if low <= tick.at <= high else number(low + (tick.at - low) % (high - low))

    return within
