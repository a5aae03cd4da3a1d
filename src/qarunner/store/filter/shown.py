"""Writes a filter: from its tree to text that `parse` reads back to the same tree."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from qarunner.store.filter.texts import write_pattern
from qarunner.store.filter.tree import All, AnyOf, Expression, Field, Lasting, Not, Pattern, Tagged, When, Words

STEP = timedelta(microseconds=1)


def show(expression: Expression) -> str:
    """Return the filter as text; dates are written in UTC."""
    match expression:
        case All(parts):
            return " ".join(_within(part) for part in parts)
        case AnyOf(parts):
            return " OR ".join(show(part) for part in parts)
        case Not(part):
            return f"-{_within(part, also=All)}"
        case Field(name, pattern):
            return f"{name}:{write_pattern(pattern)}"
        case Words(pattern):
            return f"reason:{write_pattern(pattern)}"
        case Tagged(name, None):
            return f"tag:{write_pattern(name)}"
        case Tagged(name, value):
            return f"tag.{_bare(name)}:{write_pattern(value or Pattern(('',)))}"
        case When(start, stop):
            return f'date:"{_iso(start)}..{_iso(stop and stop - STEP)}"'
        case Lasting(least, below):
            return f"duration:{_number(least)}..{_number(below and math.nextafter(below, -math.inf))}"
    raise TypeError(f"not a filter: {expression!r}")


def _within(part: Expression, also: type = AnyOf) -> str:
    return f"({show(part)})" if isinstance(part, AnyOf | also) else show(part)


def _bare(name: Pattern) -> str:
    return "*".join(re.sub(r'([\s:"()\\*])', r"\\\1", piece) for piece in name.pieces)


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else ""


def _number(seconds: float | None) -> str:
    # The shortest digits that mean the same number, without an exponent.
    return "" if seconds is None else format(Decimal(repr(seconds)), "f")
