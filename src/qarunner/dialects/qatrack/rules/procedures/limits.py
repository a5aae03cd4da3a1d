"""How large a procedure, and each value on its way, may be. Generous for arithmetic, far from what hurts a server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from qarunner.errors import QarunnerError

SOURCE_LENGTH = 10_000
NODES = 3_000
DEPTH = 40
"""Levels of the tree; a sum of many terms is one level."""
OPERATIONS = 50_000
"""Nodes walked, and elements of lists that a function or an operator goes through."""
INTEGER_BITS = 1_024
"""Beyond it a number is no float either. It stops ``9**9**9``."""
TEXT_LENGTH = 10_000
LIST_LENGTH = 1_000
DIGITS = 100
"""For ``round``: rounding an integer to a million digits before the point makes one of that size."""

Scalar: TypeAlias = bool | int | float | str | date | None
"""A datetime is a date."""
Item: TypeAlias = "Scalar | list[Scalar] | Mapping[str, Item]"
"""What a name may stand for. Mappings come from outside only; lists hold scalars, so nothing grows by nesting."""


class ProcedureError(QarunnerError):
    """A procedure failed while it ran; `problem` is the reason for the user who wrote it."""


class Budget:
    """Counts the operations of one run."""

    def __init__(self) -> None:
        self.left = OPERATIONS

    def spend(self, operations: int = 1) -> None:
        """Take operations off. :raises ProcedureError: none are left."""
        self.left -= operations
        if self.left < 0:
            raise ProcedureError(f"it takes more than {OPERATIONS} operations")


def checked(value: object) -> Item:
    """Return a value that an operation made, unless it is too large or of a kind that procedures do not have.

    :raises ProcedureError: so it is.
    """
    if isinstance(value, int) and value.bit_length() > INTEGER_BITS:
        raise ProcedureError(f"an integer has more than {INTEGER_BITS} bits")
    if isinstance(value, complex):
        raise ProcedureError("a result is not a real number")
    if isinstance(value, str) and len(value) > TEXT_LENGTH:
        raise ProcedureError(f"a text has more than {TEXT_LENGTH} characters")
    if isinstance(value, tuple | list):
        return _checked_list(list(value))
    if isinstance(value, bool | int | float | str | date | Mapping) or value is None:
        return value
    raise ProcedureError(f"a result is a {type(value).__name__}, which procedures do not know")


def _checked_list(values: list[Scalar]) -> list[Scalar]:
    if len(values) > LIST_LENGTH:
        raise ProcedureError(f"a list has more than {LIST_LENGTH} elements")
    if any(isinstance(element, list | tuple | Mapping) for element in values):
        raise ProcedureError("a list within a list")
    return values
