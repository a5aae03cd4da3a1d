"""Which review status a result gets, and when a session is reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.rules.records import PassFail


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A review status. `key`: the store's own. `valid`: whether results with it count, for due dates too."""

    key: int
    requires_review: bool = True
    valid: bool = True


def review_status(
    verdict: PassFail,
    *,
    default: Status,
    chosen: Status | None = None,
    rules: Mapping[PassFail, Status] | None = None,
    comment: str = "",
    list_comment: str = "",
    skipped: bool = False,
) -> Status:
    """Return the status of one result.

    What the client chose wins. Otherwise the test's auto-review rules say it, unless somebody wrote a comment, on the
    test or on the list, which a person should read; a skipped test needs one, so there it does not matter.

    :param rules: the test's rule set; None where the test is never reviewed by itself.
    """
    if chosen is not None:
        return chosen
    if (comment or list_comment) and not skipped:
        return default
    return (rules or {}).get(verdict, default)


def all_reviewed(statuses: Iterable[Status]) -> bool:
    """Whether nothing of a session waits for review; `statuses`: those of its results."""
    return not any(status.requires_review for status in statuses)


@dataclass(frozen=True, slots=True)
class Session:
    """What counts of a session: whether it goes on, and whether it is reviewed."""

    in_progress: bool
    all_reviewed: bool


def unreviewed_count(sessions: Iterable[Session]) -> int:
    """Return how many completed sessions wait for review; those in progress are not up for it yet."""
    return sum(not session.in_progress and not session.all_reviewed for session in sessions)
