"""One transaction of an ingest: what is known, what is new, and the rows to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from qarunner.results import Result, Run, from_json, to_json
from qarunner.store import batch_statements as statements
from qarunner.store import counters
from qarunner.store.batch_names import names_of, write_names
from qarunner.store.clean import clean
from qarunner.store.clock import now
from qarunner.store.details import Row, artifact_rows, measurement_rows, step_rows, tag_rows
from qarunner.store.models import StoredArtifact, StoredRun
from qarunner.store.portions import in_portions
from qarunner.store.submission import RUNNER, Namer, Stored, Submission
from qarunner.store.upsert import insert_new, insert_or_set

if TYPE_CHECKING:
    from sqlalchemy import Connection

RENAMED = {"run": "run_id", "user": "username"}
"""Columns that are called otherwise in Python, where the word is short and no keyword of SQL."""


class _Known(NamedTuple):
    number: int
    """0 when the result was deleted."""
    finished: bool
    source: str

    def gives_way_to(self, submission: Submission) -> bool:
        """Whether a record replaces the one that is there.

        The runner's own record does until it is finished, and stays then. One that a dialect made stands in for it: it
        gives way to the finished one of the runner, and to a change by the same dialect.
        """
        if not self.number:
            return False
        if submission.source != RUNNER:
            return submission.amends and submission.source == self.source
        return not self.finished or (self.source != RUNNER and submission.result.finished)


class Batch:
    """The steps of one transaction.

    :param rows: the columns of each result, by its id; completed here.
    """

    def __init__(self, connection: Connection, namers: Mapping[str, Namer], rows: dict[str, Row]) -> None:
        self._connection = connection
        self._execute = connection.execute
        self._namers = namers
        self._rows = rows
        self._postgresql = connection.dialect.name == "postgresql"

    def store(self, submissions: Sequence[Submission]) -> dict[str, Stored]:
        """Write everything; return what became of each, by its id."""
        if self._postgresql:
            self._execute(statements.ONE_AT_A_TIME_POSTGRESQL)
        known = self._known()
        new = [s for s in submissions if s.result.id not in known]
        again = [s for s in submissions if s.result.id in known and known[s.result.id].gives_way_to(s)]
        numbers = {identifier: here.number for identifier, here in known.items()}
        numbers.update(zip((s.result.id for s in new), self._new_numbers(len(new)), strict=True))
        written = new + again
        if written:
            self._complete(written)
            self._take_back([known[s.result.id].number for s in again if known[s.result.id].finished])
            self._count(written)
            self._write_rows(new, again, numbers)
            self._write_lists(written, [numbers[s.result.id] for s in again], numbers)
        names = names_of(self._connection, [here.number for here in known.values() if here.number])
        names |= write_names(self._connection, self._namers, new, self._rows, numbers)
        states = dict.fromkeys((s.result.id for s in new), "new")
        states |= dict.fromkeys((s.result.id for s in again), "updated")
        return {
            identifier: Stored(
                id=identifier,
                number=number,
                state=states.get(identifier) or ("known" if number else "deleted"),
                names=names.get(number, {}),
            )
            for identifier, number in numbers.items()
        }

    def _known(self) -> dict[str, _Known]:
        known: dict[str, _Known] = {}
        for some in in_portions(self._rows):
            for identifier, *columns in self._execute(statements.KNOWN_RESULTS, {"some": some}):
                known[identifier] = _Known(*columns)
        return known

    def _new_numbers(self, count: int) -> list[int]:
        """Return new numbers for results. Numbers are given in the order of arrival and never twice."""
        if not count:
            return []
        if self._postgresql:
            return list(self._execute(statements.NEXT_NUMBERS_POSTGRESQL, {"count": count}).scalars())
        # Nobody else can be here: the write lock is ours. Inserting the rows moves the sequence on.
        last = self._execute(statements.LAST_NUMBER_SQLITE).scalar() or 0
        return list(range(last + 1, last + count + 1))

    def _complete(self, submissions: Sequence[Submission]) -> None:
        """Fill in what the run and the job know."""
        runs = {s.run.id: s.run for s in submissions if s.run}
        self.store_runs(runs)
        missing = {s.result.run_id for s in submissions if s.result.run_id and s.result.run_id not in runs}
        runs.update((identifier, from_json(Run, record)) for identifier, record in self._known_runs(missing).items())
        for submission in submissions:
            self._rows[submission.result.id].update(_origin(submission, runs.get(submission.result.run_id)))
        written = [self._rows[submission.result.id] for submission in submissions]
        jobs: dict[str, Any] = {}
        for some in in_portions(sorted({row["job"] for row in written if row["job"]})):
            jobs.update((job.uid, job) for job in self._execute(statements.KNOWN_JOBS, {"some": some}))
        for row in written:
            if job := jobs.get(row["job"]):
                row["category"] = job.category
                row["branch"] = job.branch or ""
                row["revision"] = job.revision or row["revision"]
                row["user"] = job.username or row["user"]

    def store_runs(self, runs: Mapping[str, Run]) -> None:
        """Keep the newest record of each run: a finished one is not replaced by an earlier one that comes late."""
        known = self._known_runs(runs)
        rows = [
            {
                "id": run.id,
                "node": clean(run.node),
                "job": clean(run.job_uid),
                "started": run.started,
                "record": to_json(run),
            }
            for run in runs.values()
            if run.id not in known or (run.duration is not None and known[run.id] != to_json(run))
        ]
        if rows:
            self._execute(insert_or_set(self._connection, StoredRun, "node", "job", "started", "record"), rows)

    def _known_runs(self, identifiers: Any) -> dict[str, bytes]:
        known: dict[str, bytes] = {}
        for some in in_portions(sorted(identifiers)):
            known.update((row[0], row[1]) for row in self._execute(statements.KNOWN_RUNS, {"some": some}))
        return known

    def _take_back(self, numbers: Sequence[int]) -> None:
        """Make finished results running ones again, and take them out of the counters: others take their places."""
        if not numbers:
            return
        for some in in_portions(numbers):
            found = self._execute(statements.COUNTED, {"some": some})
            counters.uncount(self._connection, [counters.Finished._make(row) for row in found])
            self._execute(statements.TAKE_BACK, {"some": some})

    def _count(self, submissions: Sequence[Submission]) -> None:
        finished = [self._rows[s.result.id] for s in submissions if s.result.finished]
        fields = counters.Finished._fields
        counters.count(self._connection, [counters.Finished._make(row[name] for name in fields) for row in finished])

    def _write_rows(self, new: Sequence[Submission], again: Sequence[Submission], numbers: dict[str, int]) -> None:
        received = now()
        if new:
            more = [{"number": numbers[s.result.id], "received": received} for s in new]
            rows = [_columns(self._rows[s.result.id]) | row for s, row in zip(new, more, strict=True)]
            self._execute(statements.INSERT_RESULT, rows)
        if again:
            changes = [_columns(self._rows[s.result.id]) | {"this": s.result.id} for s in again]
            self._execute(statements.UPDATE_RESULT, changes)

    def _write_lists(self, written: Sequence[Submission], replaced: Sequence[int], numbers: dict[str, int]) -> None:
        if replaced:
            for statement in statements.DELETE_LISTS:
                self._execute(statement, {"some": replaced})
        lists: list[tuple[Any, Callable[[int, Result], list[Row]]]] = [
            (statements.INSERT_STEP, step_rows),
            (statements.INSERT_MEASUREMENT, measurement_rows),
            (statements.INSERT_TAG, tag_rows),
            # An artifact may have been delivered before the record that names it.
            (insert_new(self._connection, StoredArtifact), artifact_rows),
        ]
        for insertion, make in lists:
            if rows := [row for s in written for row in make(numbers[s.result.id], s.result)]:
                self._execute(insertion, rows)


def _origin(submission: Submission, run: Run | None) -> Row:
    """Return the columns that the result's own record does not tell."""
    result = submission.result
    origin = {
        "source": submission.source,
        "job": submission.job or (run.job_uid if run else ""),
        "category": submission.category or (run.category if run else "") or "default",
        "revision": submission.revision or (run.revision if run else ""),
        "branch": submission.branch,
        "user": submission.user or (run.user if run else ""),
        "node": result.node or (run.node if run else ""),
        "model": result.device.model or (run.device.model if run else ""),
        "build": result.device.build or (run.device.build if run else ""),
    }
    return {name: clean(value) for name, value in origin.items()}


def _columns(row: Row) -> Row:
    return {RENAMED.get(name, name): value for name, value in row.items()}
