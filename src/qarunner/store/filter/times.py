"""Reads dates and durations of a filter, as spans: a day is a span of 24 hours, a moment one of its last digit."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from qarunner.store.filter.tree import Lasting, When

DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d?)(?:-(?P<day>\d\d?)"
    r"(?:[T ]\s*(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,6})\d*)?)?"
    r"\s*(?P<zone>Z|UTC|[+-]\d\d(?::?\d\d)?|[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+)?)?)?)?",
    re.IGNORECASE,
)
RELATIVE = re.compile(r"-(?P<count>\d{1,6})\s*(?P<unit>s|m|h|d|w)", re.IGNORECASE)
DURATION = re.compile(r"(?P<count>\d{1,12}(?:\.\d{1,400})?)\s*(?P<unit>ms|s|m|h|)", re.IGNORECASE)
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "": 1}
STEP = timedelta(microseconds=1)
DAY = timedelta(days=1)


class Span(NamedTuple):
    """From `start` to before `stop`."""

    start: datetime
    stop: datetime


def zone_named(name: str) -> tzinfo:
    """Return the time zone of that name, such as ``America/Denver``.

    :raises ValueError: when there is none.
    """
    try:
        return UTC if name.upper() in {"UTC", "Z"} else ZoneInfo(name)
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"there is no time zone {name[:80]!r}") from error


def read_date(text: str, comparison: str, zone: tzinfo, now: datetime) -> When:
    """Return when something must have started, for ``date:`` with this comparison and text.

    A span compares so: ``>`` after its first moment, ``>=`` from it on, ``<`` before it, ``<=`` before the span's end;
    without a comparison within it. A span that reaches back from now stands for all since then.

    :raises ValueError: says what is wrong with the text.
    """
    if ".." in text:
        if comparison:
            raise ValueError(f"{comparison} and a range do not go together")
        low, high = (part.strip() for part in text.split("..", 1))
        start = _span(low, zone, now).start if low else None
        stop = _span(high, zone, now).stop if high else None
        if start is None and stop is None:
            raise ValueError("a range needs a beginning or an end")
        if start and stop and start >= stop:
            raise ValueError(f"{text[:80]!r} ends before it begins")
        return When(start, stop)
    span = _span(text, zone, now)
    return {
        ">": When(span.start + STEP, None),
        ">=": When(span.start, None),
        "<": When(None, span.start),
        "<=": When(None, span.stop),
        "": When(span.start, None if RELATIVE.fullmatch(text) else span.stop),
    }[comparison]


def read_duration(text: str, comparison: str) -> Lasting:
    """Return how long something must have taken, for ``duration:`` with this comparison and text.

    Without a comparison a number stands for all that is cut to it: ``30`` for 30 to 31 seconds, ``2m`` for 2 to 3
    minutes, ``1.5`` for 1.5 to 1.6 seconds.

    :raises ValueError: says what is wrong with the text.
    """
    if ".." in text:
        if comparison:
            raise ValueError(f"{comparison} and a range do not go together")
        low, high = (part.strip() for part in text.split("..", 1))
        if not (low or high):
            raise ValueError("a range needs a beginning or an end")
        least = _seconds(low)[0] if low else None
        below = math.nextafter(_seconds(high)[0], math.inf) if high else None
        if least is not None and below is not None and least >= below:
            raise ValueError(f"{text[:80]!r} ends before it begins")
        return Lasting(least, below)
    least, below = _seconds(text)
    return {
        ">": Lasting(math.nextafter(least, math.inf), None),
        ">=": Lasting(least, None),
        "<": Lasting(None, least),
        "<=": Lasting(None, math.nextafter(least, math.inf)),
        "": Lasting(least, below),
    }[comparison]


def _seconds(text: str) -> tuple[float, float]:
    found = DURATION.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text[:40]!r} is not a duration")
    unit = UNITS[found["unit"].lower()]
    digits = len(found["count"].partition(".")[2])
    count = float(found["count"])
    return count * unit, round(count + 10**-digits, digits) * unit


def _span(text: str, zone: tzinfo, now: datetime) -> Span:
    text = text.strip()
    word = text.lower()
    if word in {"today", "yesterday"}:
        today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return _day(today if word == "today" else today - DAY)
    if word == "now":
        return Span(now.astimezone(UTC), now.astimezone(UTC) + STEP)
    try:
        if found := RELATIVE.fullmatch(text):
            start = now.astimezone(UTC) - timedelta(seconds=int(found["count"]) * UNITS[found["unit"].lower()])
            return Span(start, start + STEP)
        if found := DATE.fullmatch(text):
            return _span_of_date(found, zone)
    except (OverflowError, ValueError) as error:
        raise ValueError(f"{text[:40]!r} is not a date: {error}") from error
    raise ValueError(f"{text[:40]!r} is not a date")


def _span_of_date(found: re.Match[str], zone: tzinfo) -> Span:
    year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    if not found["month"]:
        return Span(_utc(datetime(year, 1, 1, tzinfo=zone)), _utc(datetime(year + 1, 1, 1, tzinfo=zone)))
    if not found["day"]:
        following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
        return Span(_utc(datetime(year, month, 1, tzinfo=zone)), _utc(following))
    if not found["hour"]:
        return _day(datetime(year, month, day, tzinfo=zone))
    fraction = found["fraction"] or ""
    moment = datetime(
        year,
        month,
        day,
        int(found["hour"]),
        int(found["minute"]),
        int(found["second"] or 0),
        int(fraction.ljust(6, "0") or 0),
        tzinfo=_explicit_zone(found["zone"]) if found["zone"] else zone,
    )
    step = timedelta(minutes=1) if not found["second"] else timedelta(microseconds=10 ** (6 - len(fraction)))
    return Span(_utc(moment), _utc(moment) + step)


def _explicit_zone(text: str) -> tzinfo:
    if text[0] not in "+-":
        return zone_named(text)
    digits = text[1:].replace(":", "").ljust(4, "0")
    zone = datetime.strptime(f"{text[0]}{digits}", "%z").tzinfo
    assert zone
    return zone


def _day(first: datetime) -> Span:
    # By the calendar: a day is not always 24 hours long where clocks are changed.
    return Span(_utc(first), _utc(first + DAY))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
