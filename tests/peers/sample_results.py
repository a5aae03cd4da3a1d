"""Results for tests of the store, small and different where a test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from qarunner.results import Device, Failure, Outcome, Phase, Result, new_id

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sample(number: int = 0, outcome: Outcome | None = Outcome.PASS, reason: str = "", **changes: Any) -> Result:
    """Return a finished result (a running one when `outcome` is None) that started `number` minutes after `START`."""
    failed = outcome in {Outcome.FAIL, Outcome.ERROR}
    failure = Failure(outcome=outcome or Outcome.FAIL, phase=Phase.CALL, kind="AssertionError", message=reason)
    fields = {
        "id": new_id(),
        "run_id": "run-1",
        "testcase": "tests/menu.py::test_opens",
        "folder": "x",
        "node": "living-room",
        "finished": outcome is not None,
        "outcome": outcome,
        "failures": (failure,) if failed else (),
        "reason": reason if outcome is Outcome.SKIP else "",
        "started": START + timedelta(minutes=number),
        "duration": 2.5,
        "device": Device(model="T-1000", build="1.0"),
    }
    return Result(**{**fields, **changes})
