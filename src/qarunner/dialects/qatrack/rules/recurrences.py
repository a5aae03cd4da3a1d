"""How often a list is due: recurrence rules of RFC 5545, such as ``RRULE:FREQ=WEEKLY;BYDAY=MO,WE``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from dateutil.rrule import rrule

_FAR = timedelta(days=366 * 30)
_PERIOD, _LATEST_START = timedelta(days=146_097), 9_899
_LONGEST = 1000
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_NUMBERS = re.compile(r"[+-]?\d{1,3}(?:,[+-]?\d{1,3}){0,60}", re.ASCII)
_DAYS = re.compile(r"[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)(?:,[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)){0,30}", re.ASCII)
_INTERVAL = re.compile(r"[1-9]\d{0,2}", re.ASCII)
_LARGEST = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_PARTS = {
    "FREQ": re.compile("|".join(_FREQUENCIES)),
    "INTERVAL": _INTERVAL,
    "BYDAY": _DAYS,
    "WKST": re.compile("MO|TU|WE|TH|FR|SA|SU"),
    **dict.fromkeys(_LARGEST, _NUMBERS),
}
_NOMINAL_START, _NOMINAL_END = datetime(2012, 1, 1), datetime(2018, 1, 1)  # noqa: DTZ001 - local, as all of a rule


def every_days(days: int) -> str:
    """Return the rule of something that is due this many days after it was done."""
    return f"RRULE:FREQ=DAILY;INTERVAL={days}"


@lru_cache(maxsize=256)
def read_rules(text: str) -> tuple[str, ...]:
    """Return the rules in a text, each without ``RRULE:``; a ``DTSTART`` line says nothing here and is left out.

    :raises ConfigurationError: there is none, or one never comes true or has a part that these rules cannot have.
    """
    if len(text) > _LONGEST:
        raise ConfigurationError(f"The recurrences have {len(text)} characters", f"At most {_LONGEST} are allowed.")
    lines = [line.strip().rstrip(";") for line in text.upper().splitlines()]
    rules = tuple(line.removeprefix("RRULE:") for line in lines if line and not line.startswith("DTSTART"))
    if not rules:
        raise ConfigurationError("There is no recurrence rule", f"Write for example {every_days(7)}.")
    for rule in rules:
        _check(rule)
    return rules


def _check(rule: str) -> None:
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    for name, value in parts.items():
        if name not in _PARTS:
            raise ConfigurationError(
                f"{name!r} in the recurrence {rule!r} is not known", f"Known are {', '.join(_PARTS)}."
            )
        if not _PARTS[name].fullmatch(value) or not _in_range(name, value):
            raise ConfigurationError(
                f"{name}={value} in the recurrence {rule!r} cannot be", "See RFC 5545, section 3.3.10."
            )
    if "FREQ" not in parts:
        advice = f"Begin with FREQ= and one of {', '.join(_FREQUENCIES)}."
        raise ConfigurationError(f"The recurrence {rule!r} has no FREQ", advice)
    if _next(rule, _NOMINAL_START, _NOMINAL_START) is None:
        raise ConfigurationError(f"The recurrence {rule!r} never comes true", "Try one with fewer conditions.")


def _in_range(name: str, value: str) -> bool:
    numbers = [int(number) for number in value.split(",")] if name in _LARGEST else []
    return all(0 < abs(number) <= _LARGEST[name] for number in numbers)


def next_occurrence(text: str, after: datetime, start: datetime) -> datetime | None:
    """Return the first occurrence later than `after` of the rules when they begin at `start`; None when there is none.

    Both are in the server's zone, and so is the answer: at the same time of day as `start`, whatever daylight saving
    does in between.

    :raises ConfigurationError: see `read_rules`.
    """
    local_after, local_start = (moment.replace(tzinfo=None) for moment in (after, start))
    if local_after - local_start > _FAR:  # a session dated into the year 9000 must not be counted up to by days
        local_start = local_after
    found = (_next(rule, local_after, local_start) for rule in read_rules(text))
    first = min((moment for moment in found if moment is not None), default=None)
    return None if first is None else first.replace(tzinfo=after.tzinfo)


def _next(rule: str, after: datetime, start: datetime) -> datetime | None:
    # A rule that never comes true is looked for until the calendar's last year. The calendar repeats after 400 years,
    # so we look near its end, where that takes milliseconds.
    shift = _PERIOD * max(0, (_LATEST_START - start.year) // 400)
    try:
        found = _rule(rule, start + shift).after(after + shift)
        return None if found is None else found - shift
    except OverflowError:  # beyond the year 9999
        return None


def _rule(rule: str, start: datetime) -> rrule:
    from dateutil.rrule import rrule, rrulestr

    try:
        parsed = rrulestr(rule, dtstart=start)
    except (ValueError, TypeError) as problem:
        raise ConfigurationError(f"The recurrence {rule!r} cannot be: {problem}", "See RFC 5545.") from problem
    assert isinstance(parsed, rrule)
    return parsed


def nominal_interval(text: str) -> int:
    """Return about how many days lie between two occurrences, to sort frequencies by; 0 when there are not two."""
    rules = (_rule(rule, _NOMINAL_START) for rule in read_rules(text))
    found = sorted({moment for rule in rules for moment in rule.between(_NOMINAL_START, _NOMINAL_END)})
    return (found[-1] - found[0]).days // (len(found) - 1) if len(found) > 1 else 0
