"""Puts a chart together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from markupsafe import Markup

from qarunner.dialects.qatrack.portal.chart.axes import (
    Span,
    Tick,
    local,
    span_of_times,
    span_of_values,
    time_ticks,
    value_ticks,
)
from qarunner.dialects.qatrack.portal.chart.marks import ABOVE, BELOW, Mark, drawn, size_of, symbols
from qarunner.dialects.qatrack.portal.chart.zones import Box, Zone, boxes, runs, stairs, zones_of

HEIGHT = 340.0
"""Pixels from the top of the plot to its floor."""
FOOT = 44.0
"""Pixels below it, for the times."""
WIDTH = 1000.0
"""Stretched units across."""
INSET = 2.0
"""Percent at either side that the points leave free."""
EDGE = 8.0
"""Pixels from the edge, for what is beyond it and for what was not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a chart shows.

    :param marks: one at least, by time. :param label: of the values, with their unit. :param description: the whole
        chart in a sentence. :param ticks: of the values, where they are words; `span` is theirs then.
    :param shown: how a tick of the values is written, where that is not the number: an angle beyond 360 degrees.
    """

    marks: Sequence[Mark]
    label: str
    description: str
    zone: tzinfo = UTC
    ticks: Sequence[Tick] = ()
    span: Span | None = None
    shown: Callable[[Tick], str] = lambda tick: tick.text


def draw(drawing: Drawing) -> Markup:
    """Return the chart as an SVG element."""
    marks = drawing.marks
    values, times = drawing.span or span_of_values(marks), span_of_times(marks)
    percents = [INSET + (100 - 2 * INSET) * times.share(mark.time.timestamp()) for mark in marks]

    def height(value: float) -> float:
        return HEIGHT * (1 - values.share(value))

    zones = zones_of(marks, [percent * WIDTH / 100 for percent in percents], WIDTH)
    return Markup(
        '<svg class="chart" role="img" aria-label="{label}" width="100%" height="{total:.0f}"><defs>{symbols}</defs>'
        '<rect class="ground" width="100%" height="{floor:.0f}"/>{areas}{values}{times}{lines}{marks}</svg>'
    ).format(
        label=drawing.description,
        total=HEIGHT + FOOT,
        floor=HEIGHT,
        symbols=symbols(size_of(len(marks))),
        areas=_stretched(_areas(zones, height)),
        values=_values(drawing, values, height),
        times=_times(times, drawing.zone),
        lines=_stretched(_lines(marks, percents, zones, height)),
        marks=Markup("").join(_mark(mark, at, height) for mark, at in zip(marks, percents, strict=True)),
    )


def _stretched(shapes: Markup) -> Markup:
    """Return shapes whose units across are as wide as the page makes them."""
    text = '<svg width="100%" height="{1:.0f}" viewBox="0 0 {0:.0f} {1:.0f}" preserveAspectRatio="none">{2}</svg>'
    return Markup(text).format(WIDTH, HEIGHT, shapes)  # noqa: S704 - written above


def _areas(zones: Sequence[Zone], height: Callable[[float], float]) -> Markup:
    found = []
    for zone in zones:
        outer, inner = boxes(zone, height, HEIGHT)
        found += [_area(outer, "warning")] if outer else []
        found += [_area(inner, "good")] if inner else []
    return Markup("").join(found)


def _area(box: Box, kind: str) -> Markup:
    text = Markup('<rect class="area {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
    return text.format(kind, box.left, box.top, box.right - box.left, box.bottom - box.top)


def _lines(
    marks: Sequence[Mark], percents: Sequence[float], zones: Sequence[Zone], height: Callable[[float], float]
) -> Markup:
    lines = {
        "action": [
            stairs(zones, level, height, HEIGHT) for level in (lambda z: z.bands.act_low, lambda z: z.bands.act_high)
        ],
        "tolerance": [
            stairs(zones, level, height, HEIGHT) for level in (lambda z: z.bands.tol_low, lambda z: z.bands.tol_high)
        ],
        "reference": [stairs(zones, lambda z: z.reference, height, HEIGHT)],
        "values": [_run(marks, percents, run, height) for run in runs(marks)],
    }
    drawn_lines = [(kind, path) for kind, paths in lines.items() for path in paths if path]
    return Markup("").join(Markup('<path class="line {}" d="{}"/>').format(kind, path) for kind, path in drawn_lines)


def _run(marks: Sequence[Mark], percents: Sequence[float], run: Sequence[int], height: Callable[[float], float]) -> str:
    places = [
        f"{percents[index] * WIDTH / 100:.1f} {_inside(height(value)):.1f}"
        for index in run
        if (value := marks[index].value) is not None
    ]
    return "M" + "L".join(places)


def _mark(mark: Mark, percent: float, height: Callable[[float], float]) -> Markup:
    if mark.value is None:
        return drawn(mark, percent, HEIGHT - EDGE)
    place = height(mark.value)
    if 0 <= place <= HEIGHT:
        return drawn(mark, percent, place)
    note = Markup('<text class="tick beyond{}" x="{:.2f}%" dx="{}" y="{:.0f}" dy="0.32em">{:.6g}</text>')
    left = percent < 50  # noqa: PLR2004 - percent: the note is on the side that has room
    words = note.format(" right" if left else "", percent, 9 if left else -9, _inside(place), mark.value)
    return words + drawn(mark, percent, _inside(place), ABOVE if place < 0 else BELOW)


def _inside(place: float) -> float:
    """Return the height itself, or that of an arrow at the edge."""
    return EDGE if place < 0 else HEIGHT - EDGE if place > HEIGHT else place


def _values(drawing: Drawing, span: Span, height: Callable[[float], float]) -> Markup:
    parts = [Markup('<text class="label" x="-48" y="-12">{}</text>').format(drawing.label)]
    for tick in drawing.ticks or value_ticks(span):
        place = f"{height(tick.at):.1f}"
        parts.append(Markup('<line class="grid" x2="100%" y1="{0}" y2="{0}"/>').format(place))
        parts.append(
            Markup('<text class="tick" x="-8" y="{}" dy="0.32em">{}</text>').format(place, drawing.shown(tick))
        )
    return Markup("").join(parts)


def _times(span: Span, zone: tzinfo) -> Markup:
    parts = []
    for number, tick in enumerate(time_ticks(span, zone)):
        place = f"{INSET + (100 - 2 * INSET) * span.share(tick.at):.2f}%"
        kind = "tick time" if number % 2 == 0 else "tick time wide"
        parts.append(
            Markup('<line class="notch" x1="{0}" x2="{0}" y1="{1:.0f}" y2="{2:.0f}"/>').format(
                place, HEIGHT, HEIGHT + 5
            )
        )
        parts.append(Markup('<text class="{}" x="{}" y="{:.0f}">{}</text>').format(kind, place, HEIGHT + 20, tick.text))
    parts.append(
        Markup('<text class="label end" x="100%" y="{:.0f}">{}</text>').format(HEIGHT + 40, _caption(span, zone))
    )
    return Markup("").join(parts)


def _caption(span: Span, zone: tzinfo) -> str:
    first, last = local(span.low, zone).date(), local(span.high, zone).date()
    ends = [f"{day.day} {day:%b %Y}" for day in (first, last)]
    return f"{ends[0] if first == last else ' to '.join(ends)}, {zone}"
