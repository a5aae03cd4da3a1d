"""Finds words within the failure reasons: SQLite's FTS5 with trigrams, or PostgreSQL's pg_trgm.

The two databases differ only here. Both compare the folded text (`fold`), so that case means nothing in any script.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, column, select, table
from sqlalchemy.exc import DBAPIError

from qarunner.store.clean import clean

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Select

logger = logging.getLogger(__name__)

LONGEST_TEXT = 4000
"""Characters of a failure reason that are searched."""
TRIGRAM = 3
"""Characters that the index needs at least; shorter words are looked for in every row."""
SPECIAL = re.compile(r"[%_\\]")
INDEX = table("results_text", column("rowid"), column("results_text"))

SQLITE_DDL = (
    """CREATE VIRTUAL TABLE results_text USING fts5(
        failure_text, content='results', content_rowid='number', tokenize='trigram')""",
    """CREATE TRIGGER results_text_insert AFTER INSERT ON results WHEN new.failure_text IS NOT NULL BEGIN
        INSERT INTO results_text(rowid, failure_text) VALUES (new.number, new.failure_text); END""",
    """CREATE TRIGGER results_text_delete AFTER DELETE ON results WHEN old.failure_text IS NOT NULL BEGIN
        INSERT INTO results_text(results_text, rowid, failure_text)
            VALUES ('delete', old.number, old.failure_text); END""",
    """CREATE TRIGGER results_text_update AFTER UPDATE OF failure_text ON results BEGIN
        INSERT INTO results_text(results_text, rowid, failure_text)
            SELECT 'delete', old.number, old.failure_text WHERE old.failure_text IS NOT NULL;
        INSERT INTO results_text(rowid, failure_text)
            SELECT new.number, new.failure_text WHERE new.failure_text IS NOT NULL; END""",
)
POSTGRESQL_DDL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX ix_results_failure_text_trigrams ON results USING gin (failure_text gin_trgm_ops)",
)


def fold(text: str) -> str | None:
    """Return what is compared of a failure reason, None when it says nothing."""
    return text[:LONGEST_TEXT].casefold() or None


def create(connection: Connection) -> None:
    """Make what the search needs, once, in a new database.

    A PostgreSQL whose owner may not add ``pg_trgm`` searches all the same, only slower.
    """
    if connection.dialect.name == "sqlite":
        for statement in SQLITE_DDL:
            connection.exec_driver_sql(statement)
        return
    try:
        with connection.begin_nested():
            for statement in POSTGRESQL_DDL:
                connection.exec_driver_sql(statement)
    except DBAPIError as error:
        logger.warning("pg_trgm cannot be added, so searching in failure reasons will be slow: %s", error.orig)


def condition(text: Any, pieces: Sequence[str], *, index: bool) -> ColumnElement[bool]:
    """Return the condition that the pieces stand somewhere in the failure reason, in their order.

    :param text: ``failure_text`` of the results.
    :param index: look them up in SQLite's index; PostgreSQL finds its own by itself.
    """
    like = "%" + "%".join(SPECIAL.sub(r"\\\g<0>", _folded(piece)) for piece in pieces) + "%"
    within: ColumnElement[bool] = and_(text.is_not(None), text.like(like, escape="\\"))
    return and_(text.table.c.number.in_(found(pieces)), within) if index and has_index(pieces) else within


def found(pieces: Sequence[str]) -> Select[Any]:
    """Return the query of SQLite's index for the results that have the pieces, in any order."""
    folded = [_folded(piece) for piece in pieces]
    words = " ".join('"' + piece.replace('"', '""') + '"' for piece in folded if len(piece) >= TRIGRAM)
    return select(INDEX.c.rowid).where(INDEX.c.results_text.bool_op("MATCH")(words))


def has_index(pieces: Sequence[str]) -> bool:
    """Whether the index can find these pieces."""
    return any(len(_folded(piece)) >= TRIGRAM for piece in pieces)


def _folded(piece: str) -> str:
    return clean(piece).casefold()
