"""What a filter means, said a second time in plain Python, to compare the database's answers with."""

from __future__ import annotations

import re
from typing import Any

from qarunner.store.filter.tree import All, AnyOf, Expression, Field, Lasting, Not, Pattern, Tagged, When, Words
from qarunner.store.rows import ResultRow


def wanted(expression: Expression, row: ResultRow, tags: dict[str, str]) -> bool:
    """Whether a filter wants this result."""
    match expression:
        case All(parts):
            return all(wanted(part, row, tags) for part in parts)
        case AnyOf(parts):
            return any(wanted(part, row, tags) for part in parts)
        case Not(part):
            return not wanted(part, row, tags)
        case Field(name, pattern):
            return _fits(pattern, str(getattr(row, {"result": "outcome"}.get(name, name))))
        case Words(pattern):
            folded = Pattern(("", *(piece.casefold() for piece in pattern.pieces), ""))
            return bool(row.failure_reason) and _fits(folded, row.failure_reason.casefold())
        case Tagged(name, value):
            return any(_fits(name, tag) and (value is None or _fits(value, tags[tag])) for tag in tags)
        case When(start, stop):
            return _between(start, row.started, stop)
        case Lasting(least, below):
            return _between(least, row.duration, below)
    raise TypeError(expression)


def _fits(pattern: Pattern, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.pieces)), text, re.DOTALL) is not None


def _between(low: Any, value: Any, high: Any) -> bool:
    return (low is None or low <= value) and (high is None or value < high)
