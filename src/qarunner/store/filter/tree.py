"""What a filter means, as small frozen objects. Nothing here knows of a database or of how a filter is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

FIELDS = (
    "job",
    "testcase",
    "result",
    "category",
    "node",
    "model",
    "build",
    "user",
    "revision",
    "branch",
    "source",
)
"""The fields that are compared as texts."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Texts with any characters between them: ``("tests/", "::test_menu")`` is ``tests/*::test_menu``."""

    pieces: tuple[str, ...]

    @property
    def exact(self) -> str | None:
        """The only text that fits, None when several may."""
        return self.pieces[0] if len(self.pieces) == 1 else None


@dataclass(frozen=True, slots=True)
class Field:
    """A field's whole text fits a pattern; capitals matter."""

    name: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Words:
    """The failure reason has the pattern somewhere within; capitals do not matter."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Tagged:
    """There is a tag whose name fits and, unless `value` is None, whose value fits."""

    name: Pattern
    value: Pattern | None = None


@dataclass(frozen=True, slots=True)
class When:
    """It started at or after `start` and before `stop`; None is no limit."""

    start: datetime | None
    stop: datetime | None


@dataclass(frozen=True, slots=True)
class Lasting:
    """It took at least `least` seconds and less than `below`; None is no limit."""

    least: float | None
    below: float | None


@dataclass(frozen=True, slots=True)
class Not:
    """The part is not so."""

    part: Expression


@dataclass(frozen=True, slots=True)
class All:
    """Every part is so; without parts it is always so. No part is an `All`."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of two or more parts is so. No part is an `AnyOf`."""

    parts: tuple[Expression, ...]


Expression = Field | Words | Tagged | When | Lasting | Not | All | AnyOf
EVERYTHING = All(())


def all_of(parts: Iterable[Expression]) -> Expression:
    """Return what is so when all parts are; parts of parts are drawn together."""
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, All) else [part])
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def any_of(parts: Iterable[Expression]) -> Expression:
    """Return what is so when at least one part is; parts of parts are drawn together."""
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, AnyOf) else [part])
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def negated(part: Expression) -> Expression:
    """Return what is so when the part is not."""
    return part.part if isinstance(part, Not) else Not(part)
