"""Counts the statements that this thread asks a database, and keeps their words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def statements() -> Iterator[list[str]]:
    """Give the list of what is asked meanwhile. What begins a transaction is none: PostgreSQL has no word for it."""
    me, seen = threading.get_ident(), list[str]()

    def note(_connection: Any, _cursor: Any, statement: str, *_more: object) -> None:
        if threading.get_ident() == me and not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
