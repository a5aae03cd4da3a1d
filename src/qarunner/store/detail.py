"""Everything the store knows of single results, and whole records of many, without a query per result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from qarunner.results import Artifact, Result, Run, from_json
from qarunner.store.artifacts import ArtifactEntry, artifacts_of_many
from qarunner.store.batch_names import names_of
from qarunner.store.details import assemble
from qarunner.store.lookup import id_by_name, number_of
from qarunner.store.models import ResultTag, StoredMeasurement, StoredResult, StoredRun, StoredStep
from qarunner.store.portions import in_portions
from qarunner.store.rows import ResultRow, make_rows, row_query
from qarunner.store.upsert import table_of


@dataclass(frozen=True, slots=True)
class ResultDetail:
    """One result with everything."""

    row: ResultRow
    result: Result
    """The record, as it was delivered."""
    artifacts: list[ArtifactEntry]
    names: Mapping[str, str]
    """What dialects call it."""
    run: Run | None
    """What its run's results have in common, if that was delivered."""


def result_detail(connection: Connection, identifier: str) -> ResultDetail:
    """Return the result with this id.

    :raises UnknownResultError: when there is no such result.
    :raises ResultDeletedError: when it was deleted.
    """
    number = number_of(connection, identifier)
    table = table_of(StoredResult)
    [row] = make_rows(connection.execute(row_query().where(table.c.number == number)))
    artifacts = artifacts_of_many(connection, [number])
    [result] = _records(connection, [number], artifacts).values()
    run = connection.execute(select(StoredRun.record).where(StoredRun.id == row.run_id)).scalar()
    return ResultDetail(
        row=row,
        result=result,
        artifacts=artifacts[number],
        names=names_of(connection, [number]).get(number, {}),
        run=from_json(Run, run) if run else None,
    )


def result_detail_by_name(connection: Connection, dialect: str, name: str) -> ResultDetail:
    """Return the result that a dialect calls `name`; raises as `result_detail` does."""
    return result_detail(connection, id_by_name(connection, dialect, name))


def records_of(connection: Connection, numbers: Sequence[int]) -> dict[int, Result]:
    """Return the whole records of the results with these numbers, in their order; those that are gone are left out."""
    found: dict[int, Result] = {}
    for some in in_portions(numbers):
        found |= _records(connection, some, artifacts_of_many(connection, some))
    return found


def _records(
    connection: Connection, numbers: list[int], artifacts: Mapping[int, Sequence[ArtifactEntry]]
) -> dict[int, Result]:
    table = table_of(StoredResult)
    rows = {row.number: row for row in connection.execute(select(table).where(table.c.number.in_(numbers)))}
    lists = (StoredStep, StoredMeasurement, ResultTag)
    steps, measurements, tags = (_lists(connection, model, numbers) for model in lists)
    return {
        number: assemble(
            rows[number],
            steps[number],
            measurements[number],
            [Artifact(path=entry.path, size=entry.size) for entry in artifacts[number]],
            {tag.name: tag.value for tag in tags[number]},
        )
        for number in numbers
        if number in rows
    }


def _lists(connection: Connection, model: Any, numbers: list[int]) -> dict[int, list[Any]]:
    """Return the rows of a list by the number of their result, each in the order of its key."""
    table = table_of(model)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(select(table).where(table.c.result.in_(numbers)).order_by(*table.primary_key)):
        found[row.result].append(row)
    return found
