"""What a server does for its store once in a while: old results go, bytes that nobody has go, SQLite looks around."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qarunner.store.artifacts import Collected, collect_garbage
from qarunner.store.errors import StoreBusyError
from qarunner.store.retention import Retention, carry_out, plan

if TYPE_CHECKING:
    from qarunner.store.engine import Store


class Tidied(NamedTuple):
    """What was done."""

    results: int
    """How many were deleted."""
    collected: Collected | None
    """Which bytes went; None while a backup needs them all."""


def tidy(store: Store, limits: Retention) -> Tidied:
    """Delete what the limits do not allow, collect bytes that nobody has, and let SQLite look at what is left.

    Made of short transactions, so that others go on; worth it every hour.
    """
    results = carry_out(store, plan(store, limits))
    try:
        collected = collect_garbage(store)
    except StoreBusyError:
        collected = None
    store.optimize()
    return Tidied(results, collected)
