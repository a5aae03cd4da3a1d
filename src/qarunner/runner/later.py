"""A thread for what the next testcase need not wait for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class LaterWork:
    """Does pieces of work one after the other; the thread is made with the first of them.

    :param say: told when a piece of work raises; the others go on.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._undone = 0

    def put(self, work: Callable[[], None]) -> None:
        """Do it later."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="evidence", daemon=True)
            self._thread.start()
        with self._lock:
            self._undone += 1
        self._queue.put(work)

    def put_or_do(self, work: Callable[[], None]) -> None:
        """Do it after all that waits; at once when nothing does."""
        if self._undone:
            self.put(work)
        else:
            work()

    def close(self) -> None:
        """Wait until all is done."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        for work in iter(self._queue.get, None):
            try:
                work()
            except Exception as error:  # noqa: BLE001 - evidence never breaks a run
                self._say(f"evidence: {type(error).__name__}: {error}")
            with self._lock:
                self._undone -= 1
