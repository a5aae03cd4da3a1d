"""Test instances as they were kept, in the words of the rules: value, limits and test."""

from __future__ import annotations

from typing import Any

from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import ListedTest, Reference, Tolerance, ToleranceKind, Value
from qarunner.store.models import qatrack

VALUES = tuple(
    getattr(qatrack.TestInstance, name)
    for name in (
        "id",
        "list_instance",
        "work_completed",
        "pass_fail",
        "value",
        "string_value",
        "date_value",
        "datetime_value",
        "skipped",
        "comment",
    )
)
LIMITS = (
    qatrack.Reference.value.label("reference_value"),
    qatrack.Reference.type.label("reference_type"),
    qatrack.Tolerance.type.label("tolerance_type"),
    qatrack.Tolerance.act_low,
    qatrack.Tolerance.tol_low,
    qatrack.Tolerance.tol_high,
    qatrack.Tolerance.act_high,
    qatrack.Tolerance.mc_pass_choices,
    qatrack.Tolerance.mc_tol_choices,
    qatrack.Tolerance.bool_warning_only,
)
"""Of outer joins: all are None where there is no reference, or no tolerance."""
TEST = tuple(
    getattr(qatrack.Test, name)
    for name in ("slug", "name", "display_name", "type", "formatting", "wrap_low", "wrap_high", "hidden")
)


def value_of(row: Any) -> Value:
    """Return the value of a row with `VALUES`."""
    return Value(number=row.value, text=row.string_value, date=row.date_value, datetime=row.datetime_value)


def limits_of(row: Any) -> tuple[Reference | None, Tolerance | None]:
    """Return the limits of a row with `LIMITS`."""
    reference = None
    if row.reference_value is not None:
        reference = Reference(row.reference_value, yes_no=row.reference_type == "boolean")
    return reference, tolerance_of(row)


def tolerance_of(row: Any) -> Tolerance | None:
    """Return the tolerance of a row with its columns in `LIMITS`."""
    if row.tolerance_type is None:
        return None
    return Tolerance(
        kind=ToleranceKind(row.tolerance_type),
        act_low=row.act_low,
        tol_low=row.tol_low,
        tol_high=row.tol_high,
        act_high=row.act_high,
        pass_choices=words_of(row.mc_pass_choices),
        tolerance_choices=words_of(row.mc_tol_choices),
        warning_only=row.bool_warning_only,
    )


def listed_test(row: Any, reference: Reference | None = None, tolerance: Tolerance | None = None) -> ListedTest:
    """Return the test of a row with `TEST`, with limits."""
    return ListedTest(
        macro=row.slug,
        kind=Kind(row.type),
        reference=reference,
        tolerance=tolerance,
        wrap_low=row.wrap_low,
        wrap_high=row.wrap_high,
        formatting=row.formatting,
        hidden=row.hidden,
    )


def title_of(row: Any) -> str:
    """Return what people call the test of a row with `TEST`."""
    title: str = row.display_name or row.name
    return title


def words_of(text: str | None) -> tuple[str, ...]:
    """Return the choices in a column that holds several, separated by commas."""
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())
