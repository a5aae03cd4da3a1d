"""When a list is due on a unit, and which work moves that date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.rules.recurrences import next_occurrence

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.rules.review import Status


class DueStatus(StrEnum):
    """How a due date stands today, by the code of the verdict that has the same colour."""

    NO_DUE_DATE = "no_tol"
    NOT_DUE = "ok"
    DUE = "tolerance"
    OVERDUE = "action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """How often something is to be done.

    `recurrences`: see `recurrences`. `window_start`: how many days before the due date the work counts; None: any work
    counts, and the next date is reckoned from it. `window_end`: how many days after the due date it is overdue.
    """

    recurrences: str
    window_start: int | None = None
    window_end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A session as scheduling sees it."""

    completed: datetime
    in_progress: bool = False
    include_for_scheduling: bool = True
    statuses: tuple[Status, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it may move the due date: complete, wanted, and without a result whose status is not valid."""
        valid = all(status.valid for status in self.statuses)
        return self.include_for_scheduling and not self.in_progress and valid


def due_date_after(
    runs: Iterable[Run], due: datetime | None, frequency: Frequency | None, *, now: datetime, zone: tzinfo
) -> datetime | None:
    """Return when the list is due after these runs; the latest that counts says it.

    Without a frequency (or where nobody lets the date follow it), and before the first run, the date stays. When there
    are runs and none of them counts, the list is due now. Times are in the server's zone.

    :param runs: all sessions of the list on the unit; the latest that counts and any other one are enough.
    """
    every = list(runs)
    if frequency is None or not every:
        return due
    counting = [run.completed for run in every if run.counts]
    if not counting:
        return now.astimezone(zone)
    return _next_due(max(counting).astimezone(zone), due.astimezone(zone) if due else None, frequency, zone) or due


def _next_due(completed: datetime, due: datetime | None, frequency: Frequency, zone: tzinfo) -> datetime | None:
    rules = frequency.recurrences
    if frequency.window_start is None:
        return next_occurrence(rules, completed, completed)
    if due is None:
        following = next_occurrence(rules, completed, completed)
    elif _in_window(completed, due, frequency, zone):
        following = next_occurrence(rules, completed, due)
    else:
        return due
    if following is not None and _in_window(completed, following, frequency, zone):
        # Done so late, or so early, that it is within the next window already: it counts for that one as well.
        return next_occurrence(rules, following, following)
    return following


def _in_window(completed: datetime, due: datetime, frequency: Frequency, zone: tzinfo) -> bool:
    opens = due.astimezone(zone).date() - timedelta(days=frequency.window_start or 0)
    return completed.astimezone(zone).date() >= opens


def due_status(due: datetime | None, frequency: Frequency | None, *, now: datetime, zone: tzinfo) -> DueStatus:
    """Return how a due date stands: due from its day until `window_end` days later, then overdue."""
    if due is None:
        return DueStatus.NO_DUE_DATE
    today, day = now.astimezone(zone).date(), due.astimezone(zone).date()
    if today < day:
        return DueStatus.NOT_DUE
    last = day + timedelta(days=frequency.window_end if frequency else 0)
    return DueStatus.DUE if today <= last else DueStatus.OVERDUE
