"""Which values and times a chart shows, where on it they are, and the ticks of both axes."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.portal.chart.marks import Mark

FEW = 5
"""Fewer values than this have no outliers: nobody knows what is usual."""
FENCE = 3.0
"""Quartile distances from the quartiles, beyond which a value is far out."""
WIDEST = 4.0
"""How many times as tall a chart may become for the sake of outliers; those farther out are arrows at its edge."""
MARGIN = 0.07
LARGEST = 1e300


class Span(NamedTuple):
    """From the lowest to the highest of what is shown."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Return where a value is: 0 at the low end, 1 at the high one."""
        return (value - self.low) / (self.high - self.low)


class Tick(NamedTuple):
    """A place on an axis."""

    at: float
    text: str


def span_of_values(marks: Sequence[Mark]) -> Span:
    """Return which values are shown: all limits and references, and all values but those that would crush the rest."""
    values = [_tame(mark.value) for mark in marks if mark.value is not None]
    limits = [_tame(level) for mark in marks for level in (*mark.bands, mark.reference) if level is not None]
    usual = _usual(values)
    core = [*usual, *limits] or [0.0]
    every = [*core, *values]
    low, high = min(core), max(core)
    if high <= low or max(every) - min(every) <= WIDEST * (high - low):
        low, high = min(every), max(every)
    room = (high - low) * MARGIN or abs(low) * MARGIN or 1.0
    return Span(low - room, high + room)


def _usual(values: Sequence[float]) -> list[float]:
    if len(values) < FEW:
        return list(values)
    first, _middle, third = statistics.quantiles(values, n=4, method="inclusive")
    reach = FENCE * (third - first)
    return [value for value in values if first - reach <= value <= third + reach]


def _tame(value: float) -> float:
    """Return a number that can be reckoned with: the difference of any two is finite."""
    return max(-LARGEST, min(LARGEST, value)) if not math.isnan(value) else 0.0


def value_ticks(span: Span, most: int = 6) -> list[Tick]:
    """Return round values within the span."""
    rough = (span.high - span.low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first, last = math.ceil(span.low / step), math.floor(span.high / step)
    return [Tick(number * step, _written(number * step, step)) for number in range(first, last + 1)]


def _written(value: float, step: float) -> str:
    if abs(value) >= 1e7 or step < 1e-5:  # noqa: PLR2004 - longer than the margin is wide
        return f"{value:.4g}"
    decimals = max(0, math.ceil(-math.log10(step) - 1e-9))
    if not math.isclose(step * 10**decimals, round(step * 10**decimals)):
        decimals += 1  # steps of 0.25
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def span_of_times(marks: Sequence[Mark]) -> Span:
    """Return the times that are shown, as seconds since 1970; a single moment is in the middle of two minutes."""
    first, last = (one.time.timestamp() for one in (marks[0], marks[-1]))
    return Span(first, last) if last > first else Span(first - 60, first + 60)


SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86400
WITHIN_A_DAY = (1, 5, 15, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR)
DAYS = (1, 2, 7, 14)
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000)
MONTH = 30.44 * DAY


def time_ticks(span: Span, zone: tzinfo, most: int = 10) -> list[Tick]:
    """Return round times of a zone within the span, at most about `most`."""
    length = span.high - span.low
    for step in WITHIN_A_DAY:
        if length / step <= most:
            return _ticks_within_days(span, zone, step)
    for step in DAYS:
        if length / (step * DAY) <= most:
            return _ticks_of_days(span, zone, step)
    step = next((one for one in MONTHS if length / (one * MONTH) <= most), MONTHS[-1])
    return _ticks_of_months(span, zone, step)


def _ticks_within_days(span: Span, zone: tzinfo, step: int) -> list[Tick]:
    ticks: list[Tick] = []
    shown: date | None = None
    for local in _moments(span, zone, step):
        form = "%H:%M:%S" if step < MINUTE else "%H:%M"
        text = f"{local:{form}}"
        if shown is not None and local.date() != shown:
            text = _day(local.date())
        shown = local.date()
        ticks.append(Tick(local.timestamp(), text))
    return ticks


def _moments(span: Span, zone: tzinfo, step: int) -> list[datetime]:
    """Return round moments of the local clock; where that is put forward or back there is one less or more."""
    found: list[datetime] = []
    first = local(span.low, zone)
    day, start = first.date(), first.hour * HOUR + first.minute * MINUTE + first.second
    while True:
        for seconds in range(start - start % step, DAY, step):
            naive = datetime.combine(day, time()) + timedelta(seconds=seconds)
            moment = naive.replace(tzinfo=zone).timestamp()
            if moment > span.high:
                return found
            if moment >= span.low and (not found or moment > found[-1].timestamp()):
                found.append(local(moment, zone))
        day, start = day + timedelta(days=1), 0


def _ticks_of_days(span: Span, zone: tzinfo, step: int) -> list[Tick]:
    day, last = local(span.low, zone).date(), local(span.high, zone).date()
    ticks: list[Tick] = []
    year: int | None = None
    while day <= last:
        moment = _midnight(day, zone)
        # The first day of the calendar was a Monday: so weeks begin.
        if (day.toordinal() - 1) % step == 0 and span.low <= moment <= span.high:
            ticks.append(Tick(moment, _day(day) if year in (None, day.year) else f"{_day(day)} {day.year}"))
            year = day.year
        day += timedelta(days=1)
    return ticks


def _ticks_of_months(span: Span, zone: tzinfo, step: int) -> list[Tick]:
    start, end = local(span.low, zone).date(), local(span.high, zone).date()
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    ticks: list[Tick] = []
    year: int | None = None
    for count in range(first - first % step, last + 1, step):
        if count < 12:  # noqa: PLR2004 - months: before the year 1
            continue
        day = date(count // 12, count % 12 + 1, 1)
        moment = _midnight(day, zone)
        if span.low <= moment <= span.high:
            month = f"{day:%b}" if day.year == year else f"{day:%b} {day.year}"
            ticks.append(Tick(moment, str(day.year) if step % 12 == 0 else month))
            year = day.year
    return ticks


def local(moment: float, zone: tzinfo) -> datetime:
    """Return a moment, told as seconds since 1970, on the clock of a zone."""
    return datetime.fromtimestamp(moment, UTC).astimezone(zone)


def _midnight(day: date, zone: tzinfo) -> float:
    return datetime.combine(day, time(), zone).timestamp()


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
