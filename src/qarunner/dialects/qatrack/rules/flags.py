"""Whether a session is flagged, so that people look at it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.rules.kinds import Kind

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.rules.records import EvaluatedTest


def flagged(tests: Iterable[EvaluatedTest]) -> bool:
    """Whether a boolean test has the value that it raises the flag for."""
    return any(
        entry.test.kind is Kind.BOOLEAN
        and entry.test.flag_when is not None
        and not entry.skipped
        and entry.value.number == float(entry.test.flag_when)
        for entry in tests
    )
