"""Hands changes to any number of listeners: one thread looks, and only while somebody listens."""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING

from qarunner.errors import QarunnerError
from qarunner.server.live.changes import Change, Changes

if TYPE_CHECKING:
    from qarunner.store.engine import Store

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
KEPT = 2000
"""Changes that a listener who was away for a moment can still catch up with."""

Numbered = tuple[int, Change]


class Feed:
    """The changes of a store, numbered. Safe for threads.

    :param stopping: when set, listeners are let go.
    """

    def __init__(self, store: Store, stopping: threading.Event, *, every: float = LOOK_EVERY) -> None:
        self._store = store
        self._stopping = stopping
        self._every = every
        self._news = threading.Condition()
        self._kept: deque[Numbered] = deque(maxlen=KEPT)
        self._last = 0
        self._listeners = 0
        self._thread: threading.Thread | None = None

    @property
    def last(self) -> int:
        """Number of the newest change."""
        return self._last

    @property
    def listeners(self) -> int:
        """How many listen."""
        return self._listeners

    def join(self) -> None:
        """Begin to listen; `leave` ends it."""
        with self._news:
            self._listeners += 1
            if self._thread is None or not self._thread.is_alive():
                # Before the first wait, so that nothing that happens from now on is missed.
                changes = Changes(self._store)
                self._thread = threading.Thread(target=self._watch, args=[changes], name="changes", daemon=True)
                self._thread.start()

    def leave(self) -> None:
        """Listen no more."""
        with self._news:
            self._listeners -= 1

    def after(self, number: int, seconds: float) -> list[Numbered] | None:
        """Return the changes after the one with this number, waiting for the first; empty when none came in time.

        None means that some of them are not kept any more.
        """
        with self._news:
            self._news.wait_for(lambda: self._last > number or self._stopping.is_set(), seconds)
            if self._last > number and (not self._kept or self._kept[0][0] > number + 1):
                return None
            return [numbered for numbered in self._kept if numbered[0] > number]

    def _watch(self, changes: Changes) -> None:
        while not self._stopping.wait(self._every):
            with self._news:
                if not self._listeners:
                    self._thread = None
                    return
            try:
                found = changes.look()
            except QarunnerError as error:
                logger.warning("changes cannot be read: %s", error.problem)
                continue
            if found:
                with self._news:
                    for change in found:
                        self._last += 1
                        self._kept.append((self._last, change))
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()
