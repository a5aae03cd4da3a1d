"""Dates of the API: the six formats of the original in the server's time zone, and ISO 8601 with an offset.

The original reads ``2018-07-06T10:00:00.000000Z`` as local time, although it says UTC; here Z is UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo

_DATE_FORMATS = ("%d %b %Y", "%Y-%m-%d")
_LOCAL_FORMATS = (
    "%d %b %Y %H:%M",
    "%d %b %Y %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
)
_OFFSET = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[T ]\d{2}:\d{2}.*(?:Z|[+-]\d{2}(?::?\d{2})?)", re.IGNORECASE)
_LONGEST = 40
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read_datetime(text: object, zone: tzinfo) -> datetime | None:
    """Return the moment, in the server's zone; None where it is in none of the formats.

    :raises OverflowError: it is within a day of the year 1 or 10000.
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    if _OFFSET.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper()).astimezone(zone)
        except ValueError:
            return None
    for form in _LOCAL_FORMATS:
        try:
            local = datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
        local.astimezone(UTC)  # what cannot be told in UTC cannot be stored
        return local
    return None


def read_date(text: object) -> date | None:
    """Return the day, ``6 Jul 2018`` or ``2018-07-06``; None where it is in neither format."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def written(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as the API writes it: ``2018-07-06T11:00:00-04:00``, with Z where the zone is UTC."""
    text = moment.astimezone(zone).isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def shown_date(day: date) -> str:
    """Return a day as people read it: ``06 Jul 2018``."""
    return f"{day.day:02} {_MONTHS[day.month - 1]} {day.year:04}"


def shown_datetime(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as people read it: ``06 Jul 2018 11:00``."""
    local = moment.astimezone(zone)
    return f"{shown_date(local)} {local:%H:%M}"
