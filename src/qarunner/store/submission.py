"""What is handed to the store: a result and what is known of its origin, checked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from qarunner.results import Record, Result, Run
from qarunner.store.errors import StoreError

IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
LONGEST_TESTCASE = 1500
LONGEST_WORD = 500
LONGEST_TAG_VALUE = 2000
"""Bytes: what both databases can index."""
RUNNER = "qarunner"
NOTHING: Mapping[str, str] = MappingProxyType({})


class RejectedResultError(StoreError):
    """A result that cannot be stored, and never will be (answered as 400)."""


class Submission(Record, frozen=True):
    """One result on its way into the store.

    What is empty here is taken from `run`, or from the run's record if that arrived before; what the job says (its
    category, branch, revision and user) outranks both.
    """

    result: Result
    run: Run | None = None
    source: str = RUNNER
    """Who says it: the runner itself, or the dialect that made it of what a stranger sent."""
    amends: bool = False
    """Whether it replaces what the same dialect said of the result before."""
    job: str = ""
    """The job's uid."""
    category: str = ""
    revision: str = ""
    branch: str = ""
    user: str = ""
    names: Mapping[str, str] = NOTHING
    """What dialects call it: dialect, name. One that is taken gets the result's number appended."""


class Stored(Record, frozen=True):
    """What became of a submission."""

    id: str
    number: int
    """0 when the result was deleted before."""
    state: str
    """new, updated, known (it was there already) or deleted (and stays so)."""
    names: dict[str, str] = {}
    """What dialects call it."""


class Naming(Record, frozen=True):
    """What a dialect may make a result's name of."""

    result: Result
    job: str
    number: int


Namer = Callable[[Naming], str]
"""Makes a dialect's name of a result; an empty one means none."""


def check(submission: Submission) -> None:
    """Raise `RejectedResultError` unless the result can be stored."""
    result = submission.result
    if not IDENTIFIER.fullmatch(result.id):
        raise RejectedResultError(f"the result's id {result.id[:80]!r} is not a UUID in lower case")
    if not result.testcase:
        raise RejectedResultError(f"result {result.id} does not name its testcase")
    if result.started.tzinfo is None:
        raise RejectedResultError(
            f"result {result.id} started at {result.started}, which has no time zone", "Send times as UTC."
        )
    if result.finished != (result.outcome is not None):
        raise RejectedResultError(
            f"result {result.id} is {'finished without' if result.finished else 'running and has'} an outcome"
        )
    _check_lengths(submission)


def _check_lengths(submission: Submission) -> None:
    result = submission.result
    _check_length(result, "testcase", result.testcase, LONGEST_TESTCASE)
    for name, value in (
        ("run_id", result.run_id),
        ("node", result.node),
        ("model", result.device.model),
        ("build", result.device.build),
        ("job", submission.job),
        ("category", submission.category),
        ("user", submission.user),
        ("branch", submission.branch),
        *(_words_of(submission.run) if submission.run else ()),
    ):
        _check_length(result, name, value, LONGEST_WORD)
    for name, value in result.tags.items():
        _check_length(result, "a tag's name", name, LONGEST_WORD)
        _check_length(result, f"tag {name}", value, LONGEST_TAG_VALUE)


def _words_of(run: Run) -> list[tuple[str, str]]:
    device = run.device
    words = {"node": run.node, "job_uid": run.job_uid, "category": run.category, "user": run.user, "id": run.id}
    words |= {"model": device.model, "build": device.build}
    return [(f"the run's {name}", word) for name, word in words.items()]


def _check_length(result: Result, name: str, value: str, longest: int) -> None:
    # No character has more than four bytes, so short ones need no counting.
    if len(value) > longest // 4 and len(value.encode(errors="replace")) > longest:
        raise RejectedResultError(
            f"result {result.id}: {name} has more than the {longest} bytes that can be searched", "Shorten it."
        )
