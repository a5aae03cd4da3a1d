"""Gives new results the names that dialects call them by. A name that is taken gets the result's number appended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from qarunner.store import batch_statements as statements
from qarunner.store.clean import clean
from qarunner.store.portions import in_portions
from qarunner.store.submission import Namer, Naming, Submission

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.store.details import Row

Names = dict[int, dict[str, str]]
"""By a result's number: dialect, name."""


def names_of(connection: Connection, numbers: Sequence[int]) -> Names:
    """Return what dialects call results."""
    names: Names = defaultdict(dict)
    for some in in_portions(numbers):
        for number, dialect, name in connection.execute(statements.KNOWN_NAMES, {"some": some}):
            names[number][dialect] = name
    return names


def write_names(
    connection: Connection,
    namers: Mapping[str, Namer],
    new: Sequence[Submission],
    rows: Mapping[str, Row],
    numbers: Mapping[str, int],
) -> Names:
    """Name new results; return what dialects call them now."""
    names: Names = {}
    owners: dict[tuple[str, str], int] = {}
    for submission in new:
        number = numbers[submission.result.id]
        naming = Naming(result=submission.result, job=rows[submission.result.id]["job"], number=number)
        wanted = {dialect: namer(naming) for dialect, namer in namers.items()} | dict(submission.names)
        names[number] = {dialect: clean(name) for dialect, name in wanted.items() if name}
        for dialect, name in names[number].items():
            if owners.setdefault((dialect, name), number) != number:
                names[number][dialect] = f"{name}_{number}"
    _rename_taken(connection, names, owners)
    written = [
        {"dialect": dialect, "name": name, "result": number}
        for number, given in names.items()
        for dialect, name in given.items()
    ]
    if written:
        connection.execute(statements.INSERT_NAME, written)
    return names


def _rename_taken(connection: Connection, names: Names, owners: Mapping[tuple[str, str], int]) -> None:
    by_dialect: dict[str, list[str]] = defaultdict(list)
    for dialect, name in owners:
        by_dialect[dialect].append(name)
    for dialect, ours in by_dialect.items():
        for some in in_portions(ours):
            for taken in connection.execute(statements.TAKEN_NAMES, {"dialect": dialect, "some": some}).scalars():
                number = owners[dialect, taken]
                names[number][dialect] = f"{taken}_{number}"
