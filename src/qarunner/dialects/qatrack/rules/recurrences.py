"""How often a list is due: recurrence rules of RFC 5545, such as ``RRULE:FREQ=WEEKLY;BYDAY=MO,WE``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from qarunner.errors import ConfigurationError

HORIZON_YEARS = 30
"""The next occurrence is looked for this far ahead, so that a rule for 30 February ends."""
_HORIZON = timedelta(days=366 * HORIZON_YEARS)
_LONGEST = 1000
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_NUMBERS = re.compile(r"[+-]?\d{1,3}(?:,[+-]?\d{1,3}){0,60}", re.ASCII)
_DAYS = re.compile(r"[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)(?:,[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)){0,30}", re.ASCII)
_INTERVAL = re.compile(r"[1-9]\d{0,2}", re.ASCII)
_PARTS = {
    "FREQ": re.compile("|".join(_FREQUENCIES)),
    "INTERVAL": _INTERVAL,
    "BYDAY": _DAYS,
    "WKST": re.compile("MO|TU|WE|TH|FR|SA|SU"),
    **dict.fromkeys(("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"), _NUMBERS),
}
_NOMINAL_START, _NOMINAL_DAYS = datetime(2012, 1, 1), 2192  # noqa: DTZ001 - local time, as all of a rule


def every_days(days: int) -> str:
    """Return the rule of something that is due this many days after it was done."""
    return f"RRULE:FREQ=DAILY;INTERVAL={days}"


def read_rules(text: str) -> tuple[str, ...]:
    """Return the rules in a text, each without ``RRULE:``; a ``DTSTART`` line says nothing here and is left out.

    :raises ConfigurationError: there is none, or one has a part that these rules cannot have.
    """
    if len(text) > _LONGEST:
        raise ConfigurationError(f"The recurrences have {len(text)} characters", f"At most {_LONGEST} are allowed.")
    lines = [line.strip() for line in text.upper().splitlines()]
    rules = tuple(line.removeprefix("RRULE:") for line in lines if line and not line.startswith("DTSTART"))
    if not rules:
        raise ConfigurationError("There is no recurrence rule", f"Write for example {every_days(7)}.")
    for rule in rules:
        _check(rule)
    return rules


def _check(rule: str) -> None:
    parts = dict(part.partition("=")[::2] for part in rule.rstrip(";").split(";"))
    for name, value in parts.items():
        if name not in _PARTS:
            raise ConfigurationError(f"{name!r} in the recurrence {rule!r} is not known", f"Known are {', '.join(_PARTS)}.")
        if not _PARTS[name].fullmatch(value):
            raise ConfigurationError(f"{name}={value} in the recurrence {rule!r} cannot be", "See RFC 5545, section 3.3.10.")
    if "FREQ" not in parts:
        advice = f"Begin with FREQ= and one of {', '.join(_FREQUENCIES)}."
        raise ConfigurationError(f"The recurrence {rule!r} has no FREQ", advice)
    _occurrence(rule, _NOMINAL_START, _NOMINAL_START)


def next_occurrence(text: str, after: datetime, start: datetime) -> datetime | None:
    """Return the first occurrence later than `after` of the rules when they begin at `start`; None when there is none.

    Both are in the server's zone, and so is the answer: at the same time of day as `start`, whatever daylight saving
    does in between.

    :raises ConfigurationError: see `read_rules`.
    """
    local_after, local_start = (moment.replace(tzinfo=None) for moment in (after, start))
    if local_after - local_start > _HORIZON:  # a session dated into the year 9000 must not be counted up to by days
        local_start = local_after
    found = (_occurrence(rule, local_after, local_start) for rule in read_rules(text))
    first = min((moment for moment in found if moment is not None), default=None)
    return None if first is None else first.replace(tzinfo=after.tzinfo)


def _occurrence(rule: str, after: datetime, start: datetime) -> datetime | None:
    from dateutil.rrule import rrulestr

    try:
        end = max(after, start) + _HORIZON
        found: datetime | None = rrulestr(f"{rule};UNTIL={end:%Y%m%dT%H%M%S}", dtstart=start).after(after)
    except OverflowError:  # beyond the year 9999
        return None
    except (ValueError, TypeError) as problem:
        raise ConfigurationError(f"The recurrence {rule!r} cannot be: {problem}", "See RFC 5545.") from problem
    return found


def nominal_interval(text: str) -> int:
    """Return about how many days lie between two occurrences, to sort frequencies by; 0 when there are not two."""
    end, moment, count = _NOMINAL_START + timedelta(days=_NOMINAL_DAYS), _NOMINAL_START, 0
    first = last = None
    while (following := next_occurrence(text, moment, _NOMINAL_START)) is not None and following < end:
        first, last, moment = first or following, following, following
        count += 1
    return 0 if first is None or last is None or count < 2 else (last - first).days // (count - 1)  # noqa: PLR2004
