"""What is there without anybody saying so."""

from __future__ import annotations

from qarunner.dialects.qatrack.definition.records import Frequency, Status

CATEGORY = "General"
"""Of tests that say none."""

STATUSES = (
    Status(
        name="Unreviewed",
        default=True,
        colour="rgba(243,156,18,1)",
        description="Nobody has looked at it yet",
    ),
    Status(name="Approved", requires_review=False, colour="rgba(0,166,90,1)", description="Somebody agrees with it"),
    Status(
        name="Rejected",
        requires_review=False,
        valid=False,
        export_by_default=False,
        colour="rgba(221,75,57,1)",
        description="It was a mistake and does not count",
    ),
)
"""Of a store that has none."""

FREQUENCIES = {
    frequency.name: frequency
    for frequency in (
        Frequency(name="Daily", days=1),
        Frequency(name="Weekly", days=7, window_end=2),
        Frequency(name="Monthly", recurrences="RRULE:FREQ=MONTHLY", window_end=7),
        Frequency(name="Quarterly", recurrences="RRULE:FREQ=MONTHLY;INTERVAL=3", window_end=14),
        Frequency(name="Yearly", recurrences="RRULE:FREQ=YEARLY", window_end=30),
    )
}
"""By name: lists may say these without a definition of them."""
