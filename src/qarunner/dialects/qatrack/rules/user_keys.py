"""The key by which a client makes sure that nothing is stored twice."""

from __future__ import annotations

from qarunner.dialects.qatrack.rules.records import Problem
from qarunner.dialects.qatrack.rules.texts import KEY_TAKEN, KEY_TOO_LONG, NOT_A_STRING

FIELD = "user_key"
LONGEST = 255
TAKEN = Problem(KEY_TAKEN, FIELD)
"""The answer when another session has the key."""


def read_user_key(value: object) -> str | Problem | None:
    """Return the key, unique among sessions, or None for no key: null, empty or blank. A number is its digits."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return Problem(NOT_A_STRING, FIELD)
    try:
        key = str(value).strip()
    except ValueError:  # an integer of thousands of digits
        return Problem(KEY_TOO_LONG, FIELD)
    if "\0" in key:
        return Problem(NOT_A_STRING, FIELD)
    return Problem(KEY_TOO_LONG, FIELD) if len(key) > LONGEST else key or None
