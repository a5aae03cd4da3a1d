"""Which value is at which level, and how it is shown (section 3 of the observations: rules and displays)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.qatrack.cases import NUMBERS, Case, session, stored, types
from tests.conformance.qatrack.conftest import Try
from tests.conformance.qatrack.expectations import A_PATH

LABELS = {"ok": "OK", "tolerance": "Tolerance", "action": "Action", "no_tol": "No Tol Set", "not_done": "Not Done"}


YES, NO = True, False


def value(macro: str, sent: Any, verdict: str, **shown: Any) -> Case:
    """Return the case of one value. :param shown: further keys of the test in the reply."""
    entry = {"pass_fail": [verdict, LABELS[verdict]], **shown}
    return Case(f"{macro} {sent!r}", types({macro: {"value": sent}}), stored({macro: entry}))


CASES = [
    # Reference 1000, tolerance +-100, action +-200; borders belong to the inside.
    value("zap_time", 1000, "ok", diff_display="0", value_display="1000.0", reference=A_PATH, tolerance=A_PATH),
    value("zap_time", 1100, "ok", diff_display="100"),
    value("zap_time", 1100.00001, "ok"),  # the same to seven digits
    value("zap_time", 1150, "tolerance", diff_display="150", value_display="1150.0"),
    value("zap_time", 1200, "tolerance"),
    value("zap_time", 1201, "action", diff_display="201"),
    value("zap_time", 900, "ok", diff_display="-100"),
    value("zap_time", 799, "action", diff_display="-201"),
    # Reference 100, tolerance +-2 %, action +-3 %.
    value("loudness", 102, "ok", diff_display="2%", value_display="102"),
    value("loudness", 102.5, "tolerance", diff_display="2.5%"),
    value("loudness", 104, "action", diff_display="4%"),
    # From 0 to 360 and round, reference 1, tolerance +-5, action +-10.
    value("hue", 358, "ok", diff_display="-3"),
    value("hue", 350, "action", diff_display="-11"),
    value("hue", 9, "tolerance", diff_display="8"),
    value("menu_opens", YES, "ok", value=1.0, value_display="Yes", diff_display=""),
    value("menu_opens", NO, "action", value=0.0, value_display="No"),
    value("menu_opens", 1, "ok"),
    value("menu_opens", 7, "action", value_display="No"),
    value("only_seen", NO, "no_tol", value_display="No", reference=None),
    value("sharpness", "sharp", "ok", string_value="sharp", value=None, value_display="sharp"),
    value("sharpness", "soft", "tolerance"),
    value("sharpness", "blurred", "action"),
    value("colour", "green", "no_tol"),
    value("firmware", "4.2.1", "no_tol", string_value="4.2.1", value_display="4.2.1"),
    Case(
        "a number without limits has four digits",
        session("Conformance outer", {"outer_number": {"value": 3.14159265}, **NUMBERS}),
        stored({"outer_number": {"value_display": "3.142"}, "sum_of_two": {"value_display": "3"}}),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case, try_case: Try) -> None:
    assert try_case(case) == []
