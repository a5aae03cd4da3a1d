"""Text from a value and a format that a user wrote, ``%.2F`` or ``{:06.2f}``, in a size that a line can hold.

A width or precision of more than two digits is refused: ``%99999999f`` would be a hundred megabytes.
"""

from __future__ import annotations

import re

FEW_DIGITS = r"\d{0,2}(?:\.\d{1,2})?"
_PERCENT = re.compile(rf"(?:[^%]|%%)*%[#0\- +]*{FEW_DIGITS}[diouxXeEfFgGrs](?:[^%]|%%)*", re.DOTALL)
_BRACES = re.compile(r"[^{}]*\{0?(?::([^{}]*))?\}[^{}]*", re.DOTALL)
_SPECIFICATION = re.compile(rf"(?:[^{{}}]?[<>=^])?[-+ ]?#?0?{FEW_DIGITS}[bcdeEfFgGnosxX%]?", re.DOTALL)


def formatted(value: object, form: str) -> str | None:
    """Return the value in this format, of percent or braces; None where it is neither or does not fit the value."""
    return percent_formatted(value, form) or brace_formatted(value, form)


def percent_formatted(value: object, form: str) -> str | None:
    """Return ``form % value`` for a format with exactly one conversion; None where that cannot be."""
    if not _PERCENT.fullmatch(form):
        return None
    try:
        return form % (value,)
    except (TypeError, ValueError, OverflowError):
        return None


def brace_formatted(value: object, form: str) -> str | None:
    """Return ``form.format(value)`` for a format with exactly one pair of braces; None where that cannot be."""
    found = _BRACES.fullmatch(form)
    if found is None:
        return None
    inner = specified(value, found[1] or "")
    return None if inner is None else form[: form.index("{")] + inner + form[form.index("}") + 1 :]


def suffix_of(form: str) -> str:
    """Return what follows a number in this format, such as ``ms`` of ``%.1f ms``; empty where nothing does."""
    shown = formatted(0, form) if form else None
    return "" if shown is None else shown.rpartition("0")[2].strip()


def specified(value: object, specification: str) -> str | None:
    """Return ``format(value, specification)``; None where it is too wide or does not fit the value."""
    if not _SPECIFICATION.fullmatch(specification):
        return None
    try:
        return format(value, specification)
    except (TypeError, ValueError, OverflowError):
        return None
