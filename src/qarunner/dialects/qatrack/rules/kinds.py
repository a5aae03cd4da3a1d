"""The types a test may have, by the names of the API, and which of them are alike."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The type of a test."""

    BOOLEAN = "boolean"
    SIMPLE = "simple"
    """A number."""
    WRAPAROUND = "wraparound"
    """A number on a circle, such as an angle."""
    MULTIPLE_CHOICE = "multchoice"
    CONSTANT = "constant"
    COMPOSITE = "composite"
    """A number that is calculated from other tests."""
    DATE = "date"
    DATETIME = "datetime"
    STRING = "string"
    STRING_COMPOSITE = "scomposite"
    """A text that is calculated from other tests."""
    UPLOAD = "upload"


NUMBERS = frozenset({Kind.SIMPLE, Kind.WRAPAROUND, Kind.CONSTANT, Kind.COMPOSITE})
TEXTS = frozenset({Kind.STRING, Kind.STRING_COMPOSITE, Kind.MULTIPLE_CHOICE})
COMPOSITES = frozenset({Kind.COMPOSITE, Kind.STRING_COMPOSITE})
AUTOMATIC = COMPOSITES | {Kind.CONSTANT}
"""Nobody has to submit these."""
