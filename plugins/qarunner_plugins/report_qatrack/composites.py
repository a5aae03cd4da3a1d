"""Which calculated tests cannot be calculated because something they need has no value."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .definitions import Test

COMPOSITES = {"composite", "scomposite"}


def uncalculated(tests: Mapping[str, Test], without_value: Collection[str]) -> list[str]:
    """Return the composites that stand on a test without a value, directly or by other composites.

    QATrack+ refuses a list in which such a composite is not skipped as well. A procedure is only searched for names;
    one that names a test which it does not need is skipped too early, which loses nothing that was measured.
    """
    needs = {
        macro: set(re.findall(r"[A-Za-z_]\w*", test.calculation_procedure or "")) & (set(tests) - {macro})
        for macro, test in tests.items()
        if test.type in COMPOSITES
    }
    lost: set[str] = set()
    while more := {macro for macro, names in needs.items() if macro not in lost and names & ({*without_value} | lost)}:
        lost |= more
    return [macro for macro in tests if macro in lost]
