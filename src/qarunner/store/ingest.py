"""Takes results in: once each, however often they come, with their counters, in one transaction per batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from qarunner.store.batch import Batch
from qarunner.store.details import result_row, with_usable_artifacts
from qarunner.store.submission import RUNNER, Stored, Submission, check

if TYPE_CHECKING:
    from qarunner.results import Run
    from qarunner.store.engine import Store


def ingest(store: Store, submission: Submission) -> Stored:
    """Store one result; see `ingest_batch`."""
    return ingest_batch(store, [submission])[0]


def ingest_batch(store: Store, submissions: Sequence[Submission]) -> list[Stored]:
    """Store results, all or none of them, and say what became of each, in their order.

    A result whose id is known changes nothing, unless it was running before: then the newer record replaces it. A
    record that a dialect made of what a stranger sent gives way to the runner's own, whichever came first. One that was
    deleted stays so. Counters count each result once, when it is finished, as its present record says.

    :raises RejectedResultError: when one of them cannot be stored; none is then.
    """
    best: dict[str, Submission] = {}
    for submission in submissions:
        check(submission)
        known = best.get(submission.result.id)
        if known is None or _rank(submission) > _rank(known):
            best[submission.result.id] = submission
    usable = [_with_usable_artifacts(submission) for submission in best.values()]
    rows = {submission.result.id: result_row(submission.result) for submission in usable}
    with store.write() as connection:
        done = Batch(connection, store.namers, rows).store(usable)
    return [done[submission.result.id] for submission in submissions]


def ingest_run(store: Store, run: Run) -> None:
    """Store what a run's results have in common, before them or after; of a finished run the last word is kept."""
    with store.write() as connection:
        Batch(connection, store.namers, {}).store_runs({run.id: run})


def _rank(submission: Submission) -> tuple[bool, bool]:
    """Return which of several records in a batch is the one to keep: the greatest."""
    return submission.result.finished, submission.source == RUNNER


def _with_usable_artifacts(submission: Submission) -> Submission:
    usable = with_usable_artifacts(submission.result)
    return submission if usable is submission.result else structs.replace(submission, result=usable)
