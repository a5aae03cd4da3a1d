"""How a list stands on a unit, in one word."""

from __future__ import annotations

from datetime import datetime, tzinfo
from enum import StrEnum

from qarunner.dialects.qatrack.rules.due_dates import DueStatus, Frequency, due_status


class Due(StrEnum):
    """What a page says of a list. The order is that of need."""

    OVERDUE = "overdue"
    DUE = "due"
    NEVER_DONE = "never done"
    NOT_DUE = "not due"
    NO_DATE = "no due date"


_WORDS = {
    DueStatus.OVERDUE: Due.OVERDUE,
    DueStatus.DUE: Due.DUE,
    DueStatus.NOT_DUE: Due.NOT_DUE,
    DueStatus.NO_DUE_DATE: Due.NO_DATE,
}


def due_word(due: datetime | None, window_end: int, *, done: bool, now: datetime, zone: tzinfo) -> Due:
    """Return how a list stands: that it was never done says more than a date to come, and less than one that is past.

    :param window_end: days after the due date until which it is only due. :param done: whether it ever was done.
    """
    word = _WORDS[due_status(due, Frequency(recurrences="", window_end=window_end), now=now, zone=zone)]
    return Due.NEVER_DONE if not done and word in (Due.NOT_DUE, Due.NO_DATE) else word
