"""What a server does for its store once in a while: old results go, bytes that nobody has go, SQLite looks around."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from qarunner.store.artifacts import Collected, collect_garbage
from qarunner.store.errors import StoreBusyError
from qarunner.store.retention import Retention, Stopped, carry_out, never, plan

if TYPE_CHECKING:
    from qarunner.store.engine import Store


class Tidied(NamedTuple):
    """What was done."""

    results: int
    """How many were deleted."""
    collected: Collected | None
    """Which bytes went; None when nobody looked, or while a backup needs them all."""


def tidy(store: Store, limits: Retention, *, thorough: bool = True, stopped: Stopped = never) -> Tidied:
    """Delete what the limits do not allow, and collect bytes that nobody has. Others go on meanwhile.

    :param thorough: look for strays on the disk as well, and let SQLite look at what is left; worth it every day, and
        the rest every hour.
    """
    results = carry_out(store, plan(store, limits), stopped=stopped)
    collected = None
    if results or thorough:
        with suppress(StoreBusyError):
            collected = collect_garbage(store, strays=thorough, stopped=stopped)
    if thorough and not stopped():
        store.optimize()
    return Tidied(results, collected)
