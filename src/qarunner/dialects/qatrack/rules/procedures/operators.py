"""The operators of procedures, guarded where Python would make something huge before anybody could look at it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from qarunner.dialects.qatrack.rules.formatting import percent_formatted
from qarunner.dialects.qatrack.rules.procedures.limits import INTEGER_BITS, LIST_LENGTH, TEXT_LENGTH, ProcedureError


def power(base: Any, exponent: Any) -> Any:
    """Return ``base ** exponent``. :raises ProcedureError: it would be an integer beyond the limit."""
    integers = isinstance(base, int) and isinstance(exponent, int)
    # A base of n bits is at least 2**(n-1).
    if integers and exponent > 0 and (base.bit_length() - 1) * exponent > INTEGER_BITS:
        raise ProcedureError(f"an integer has more than {INTEGER_BITS} bits")
    return base**exponent


def multiply(one: Any, other: Any) -> Any:
    """Return ``one * other``. :raises ProcedureError: a text or list would be repeated beyond the limit."""
    for sequence, count in ((one, other), (other, one)):
        if isinstance(sequence, str | list) and isinstance(count, int):
            most = TEXT_LENGTH if isinstance(sequence, str) else LIST_LENGTH
            if len(sequence) * count > most:
                raise ProcedureError(f"a text or list is repeated to more than {most} elements")
    return one * other


def remainder(one: Any, other: Any) -> Any:
    """Return ``one % other``; for a text, the one value in its format."""
    if not isinstance(one, str):
        return one % other
    text = percent_formatted(other, one)
    if text is None:
        raise ProcedureError("a text before % needs exactly one conversion that fits, such as '%.2f' % x")
    return text


def add(one: Any, other: Any) -> Any:
    """Return the sum; what is not the same kind of thing is refused as Python does."""
    return one + other


BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: add,
    ast.Sub: operator.sub,
    ast.Mult: multiply,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: remainder,
    ast.Pow: power,
}
UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}
COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
