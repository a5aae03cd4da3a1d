"""What the limits of a test say, as reference and tolerance: the value it should have, and levels around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import UNSET

from qarunner.dialects.qatrack.rules.kinds import NUMBERS, TEXTS, Kind
from qarunner.errors import nearest

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.definition.kinds import Key
    from qarunner.dialects.qatrack.definition.records import Limits, Test, Tolerance

NUMBER_WORDS = ("low", "high", "warn_low", "warn_high", "tolerance")
TEXT_WORDS = ("passes", "warns")
DIGITS = 12
"""Significant digits of levels that are reckoned: without the noise of a difference of two floats."""


@dataclass(frozen=True)
class Held:
    """What a value is held against: the keys of a reference and a tolerance, None for none."""

    reference: Key | None = None
    tolerance: Key | None = None


def kind_of(test: Test) -> Kind:
    """Return the type of a test: what it says, or what its other words mean."""
    if test.type is not None:
        return test.type
    if test.choices:
        return Kind.MULTIPLE_CHOICE
    if test.constant is not None:
        return Kind.CONSTANT
    if test.calculation:
        return Kind.COMPOSITE
    if test.wrap_low is not None or test.wrap_high is not None:
        return Kind.WRAPAROUND
    if any(_is_of_number(limits) for limits in (test, *test.per_unit.values())):
        return Kind.SIMPLE
    return Kind.BOOLEAN


def _is_of_number(limits: Limits) -> bool:
    number = isinstance(limits.reference, float)
    return number or any(getattr(limits, word) is not None for word in NUMBER_WORDS)


def problems_of(limits: Limits, kind: Kind, known: Mapping[str, Tolerance]) -> Iterator[tuple[str, str]]:
    """Return what is wrong with limits of a test of this type: problem and advice of each.

    :param known: the tolerances that have names.
    """
    numbers = [word for word in NUMBER_WORDS if getattr(limits, word) is not None]
    reference = limits.reference if limits.reference is not UNSET else None
    if kind not in NUMBERS and (numbers or (reference is not None and kind is not Kind.BOOLEAN)):
        yield f"a test of type {kind} has no {numbers[0] if numbers else 'reference'}", "It is for numbers"
    if kind in NUMBERS and isinstance(reference, bool):
        yield f"the reference of a test of type {kind} is a number", "Or is it of type boolean?"
    if kind is Kind.BOOLEAN and isinstance(reference, float) and reference not in {0.0, 1.0}:
        yield f"the reference of a boolean is true or false, not {reference:g}", "Or is it of type simple?"
    if limits.warning_only and kind is not Kind.BOOLEAN:
        yield f"a test of type {kind} has no warning_only", "It is for booleans; give warn_low and warn_high"
    if limits.tolerance is not None:
        yield from _problems_of_tolerance(limits, reference, known)
    elif not _rise(limits.low, limits.warn_low, limits.warn_high, limits.high):
        yield "the limits do not rise", "low, warn_low, warn_high and high follow each other"
    yield from _problems_of_texts(limits, kind)


def _problems_of_texts(limits: Limits, kind: Kind) -> Iterator[tuple[str, str]]:
    texts = [word for word in TEXT_WORDS if getattr(limits, word)]
    if kind not in TEXTS and texts:
        yield f"a test of type {kind} has no {texts[0]}", "It is for texts and multiple choices"
    elif limits.warns and not limits.passes:
        yield "warns needs passes beside it", "List the texts that are right"
    if any("," in text for text in (*limits.passes, *limits.warns)):
        yield "a text of passes or warns holds a comma", "Leave it out: the store keeps such texts as one list"


def _problems_of_tolerance(
    limits: Limits, reference: float | None, known: Mapping[str, Tolerance]
) -> Iterator[tuple[str, str]]:
    beside = [word for word in NUMBER_WORDS[:-1] if getattr(limits, word) is not None]
    if beside:
        yield f"tolerance and {beside[0]} exclude each other", "Say it in one of the two ways"
    if reference is None:
        yield "a tolerance needs a reference beside it", "Its levels are differences from that"
    if isinstance(limits.tolerance, str) and limits.tolerance not in known:
        yield f"there is no tolerance {limits.tolerance!r}", nearest(limits.tolerance, known) or "Define it: tolerances"
        return
    if not isinstance(limits.tolerance, str) and limits.tolerance is not None:
        yield from problems_of_levels(limits.tolerance)
    tolerance = known[limits.tolerance] if isinstance(limits.tolerance, str) else limits.tolerance
    if tolerance is not None and tolerance.type == "percent" and reference == 0:
        yield "a tolerance in percent needs a reference other than 0", "Give it type absolute"


def problems_of_levels(tolerance: Tolerance) -> Iterator[tuple[str, str]]:
    """Return what is wrong with a tolerance by itself."""
    if all(level is None for level in _levels(tolerance)):
        yield "a tolerance needs at least one level", "Such as act_high"
    if not _rise(*_levels(tolerance)):
        yield "the levels of a tolerance do not rise", "act_low, tol_low, tol_high and act_high follow each other"


def held_against(limits: Limits, kind: Kind, known: Mapping[str, Tolerance]) -> Held:
    """Return what values are held against; `problems_of` has nothing to say of these limits."""
    if kind is Kind.BOOLEAN:
        reference = None if limits.reference is None else float(limits.reference is UNSET or bool(limits.reference))
        tolerance = ("boolean", None, None, None, None, None, None, True) if limits.warning_only else None
        return Held(None if reference is None else ("boolean", reference), tolerance)
    if kind in TEXTS:
        texts = (",".join(limits.passes), ",".join(limits.warns) or None)
        return Held(None, ("multchoice", None, None, None, None, *texts, False) if limits.passes else None)
    if kind not in NUMBERS:
        return Held()
    value = None if limits.reference is UNSET or limits.reference is None else float(limits.reference)
    if limits.tolerance is not None:
        found = known[limits.tolerance] if isinstance(limits.tolerance, str) else limits.tolerance
        return Held(_reference(value), (found.type, *_levels(found), None, None, False))
    bounds = (limits.low, limits.warn_low, limits.warn_high, limits.high)
    if all(bound is None for bound in bounds):
        return Held(_reference(value))
    around = _middle(bounds) if value is None else value
    levels = [None if bound is None else float(f"{bound - around:.{DIGITS}g}") for bound in bounds]
    return Held(_reference(around), ("absolute", *levels, None, None, False))


def _middle(bounds: tuple[float | None, float | None, float | None, float | None]) -> float:
    """Return the reference where none is given: the middle of two limits, or the only limit on one side."""
    low, warn_low, warn_high, high = bounds
    lowest, highest = (low if low is not None else warn_low), (high if high is not None else warn_high)
    if lowest is not None and highest is not None:
        return float(f"{(lowest + highest) / 2:.{DIGITS}g}")
    [only] = [bound for bound in (lowest, highest) if bound is not None]
    return only


def _rise(*levels: float | None) -> bool:
    given = [level for level in levels if level is not None]
    return given == sorted(given)


def _levels(tolerance: Tolerance) -> tuple[float | None, float | None, float | None, float | None]:
    return tolerance.act_low, tolerance.tol_low, tolerance.tol_high, tolerance.act_high


def _reference(value: float | None) -> Key | None:
    return None if value is None else ("numerical", value)
