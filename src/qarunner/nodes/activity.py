"""Whether anybody needs the exporter: open connections, requests, and since when there have been none."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

from qarunner.nodes.status import ReaderStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qarunner.nodes.peers import Peer


class Activity:
    """Counted by the threads that serve connections, read by the one that decides when to leave."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: dict[int, Peer] = {}
        self._readers: dict[int, Peer] = {}
        self._requests = 0
        self._last = time.monotonic()
        self.viewers = 0

    @contextlib.contextmanager
    def connection(self, number: int, peer: Peer) -> Iterator[None]:
        """Count a control connection while the body runs."""
        with self._lock:
            self._connections[number] = peer
        try:
            yield
        finally:
            with self._lock:
                del self._connections[number]
                self._readers.pop(number, None)
                self._last = time.monotonic()

    def reads_frames(self, number: int) -> None:
        """Note that a counted connection is a reader of frames."""
        with self._lock:
            self._readers[number] = self._connections[number]

    @contextlib.contextmanager
    def request(self) -> Iterator[None]:
        """Count an HTTP request while the body runs."""
        with self._lock:
            self._requests += 1
        try:
            yield
        finally:
            with self._lock:
                self._requests -= 1
                self._last = time.monotonic()

    @contextlib.contextmanager
    def viewer(self) -> Iterator[None]:
        """Count a live view while the body runs."""
        with self._lock:
            self.viewers += 1
        try:
            yield
        finally:
            with self._lock:
                self.viewers -= 1

    def idle(self, now: float) -> float:
        """Return for how many seconds nobody has been there; 0 while somebody is."""
        with self._lock:
            return 0.0 if self._connections or self._requests else now - self._last

    def others(self, number: int) -> list[Peer]:
        """Return the processes at the other ends of all connections but one."""
        with self._lock:
            return [peer for other, peer in self._connections.items() if other != number]

    @property
    def busy_requests(self) -> int:
        """How many HTTP requests are being answered."""
        return self._requests

    @property
    def readers(self) -> tuple[ReaderStatus, ...]:
        """The processes that read frames."""
        with self._lock:
            peers = list(self._readers.values())
        return tuple(ReaderStatus(pid=peer.pid, user=peer.user, command=peer.command) for peer in peers)
