"""Values, differences, references and tolerances as people read them."""

from __future__ import annotations

import html
from datetime import tzinfo

from qarunner.dialects.qatrack.rules.dates import shown_date, shown_datetime
from qarunner.dialects.qatrack.rules.differences import ZeroReferenceError, difference
from qarunner.dialects.qatrack.rules.formatting import formatted
from qarunner.dialects.qatrack.rules.kinds import NUMBERS, TEXTS, Kind
from qarunner.dialects.qatrack.rules.records import (
    ListedTest,
    PassFail,
    Reference,
    Tolerance,
    ToleranceKind,
    Value,
)

SKIPPED, YES, NO = "Skipped", "Yes", "No"
ZERO_REFERENCE = "Zero ref with % diff tol"


def value_display(test: ListedTest, value: Value, *, skipped: bool, zone: tzinfo) -> str:
    """Return a value as people read it; of an upload that is `upload_display`, here an empty text."""
    if skipped:
        return SKIPPED
    if value.empty:
        return PassFail.NOT_DONE.label
    if test.kind in TEXTS:
        return value.text or ""
    if value.date is not None:
        return shown_date(value.date)
    if value.datetime is not None:
        return shown_datetime(value.datetime, zone)
    return "" if value.number is None else _number(test, value.number)


def _number(test: ListedTest, number: float) -> str:
    if test.kind is Kind.BOOLEAN:
        return YES if int(number) == 1 else NO
    return (formatted(number, test.formatting) if test.formatting else None) or f"{number:.4g}"


def upload_display(url: str, filename: str) -> str:
    """Return an uploaded file as the API shows it, an anchor in HTML."""
    name = html.escape(filename)
    return f'<a href="{html.escape(url)}" title="{name}">{name}</a>'


def diff_display(test: ListedTest, value: Value) -> str:
    """Return the distance from the reference in 4 digits; empty without a number, a reference and a tolerance."""
    if test.kind not in NUMBERS:
        return ""
    try:
        distance = difference(test, value.number)
    except ZeroReferenceError:
        return ZERO_REFERENCE
    if distance is None:
        return ""
    percent = test.tolerance is not None and test.tolerance.kind is ToleranceKind.PERCENT
    return f"{distance:.4g}%" if percent else f"{distance:.4g}"


def reference_display(reference: Reference) -> str:
    """Return a reference in 6 digits, or as Yes or No."""
    if reference.yes_no:
        return YES if int(reference.value) == 1 else NO
    return f"{reference.value:.6G}"


def tolerance_name(tolerance: Tolerance) -> str:
    """Return the name a tolerance has by its levels, such as ``Absolute(-2.000, -1.000, 1.000, --)``."""
    if tolerance.kind is ToleranceKind.CHOICES:
        passing, warning = ":".join(tolerance.pass_choices), ":".join(tolerance.tolerance_choices)
        return f"M.C.({PassFail.OK.label}={passing}, {PassFail.TOLERANCE.label}={warning})"
    if tolerance.kind is ToleranceKind.BOOLEAN:
        verdict = PassFail.TOLERANCE if tolerance.warning_only else PassFail.ACTION
        return f"Boolean({verdict.label} on fail)"
    word, form = ("Absolute", "{:.3f}") if tolerance.kind is ToleranceKind.ABSOLUTE else ("Percent", "{:.2f}%")
    levels = (tolerance.act_low, tolerance.tol_low, tolerance.tol_high, tolerance.act_high)
    return f"{word}({', '.join('--' if number is None else form.format(number) for number in levels)})"
