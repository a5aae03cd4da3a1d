"""Who may drive the node: one lease at a time, those who wait get it in the order in which they came."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from qarunner.errors import ConfigurationError, NodeBusyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from qarunner.nodes.status import LeaseInfo

SHORTEST_WAIT = 0.25
"""Seconds that everybody waits: the connection of a holder who has just ended may still be on its way out."""

ENDING_WAIT = 5.0
"""Seconds that everybody waits for a lease that is being ended."""

LOOK_AGAIN = 0.1
"""Seconds between two looks whether somebody who waits has gone away."""


class BookClosedError(NodeBusyError):
    """The exporter is about to leave; connecting again starts another one."""


@dataclass(frozen=True)
class Lease:
    """The right to drive, known by its token."""

    token: str
    info: LeaseInfo
    expires: float | None = None
    """On the monotonic clock; None when it lives as long as a connection."""
    ending: threading.Event = field(default_factory=threading.Event)
    """Set while what was done under it is being undone; it is then no longer good for anything."""


class Leases:
    """The lease book of one node.

    :param node: its id, for messages.
    :param clock: seconds that never jump.
    """

    def __init__(self, node: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._node = node
        self._clock = clock
        self._changed = threading.Condition()
        self._current: Lease | None = None
        self._queue: deque[object] = deque()
        self._closed = False

    @property
    def current(self) -> LeaseInfo | None:
        """Who holds it."""
        lease = self._current
        return lease.info if lease else None

    @property
    def waiting(self) -> int:
        """How many wait for it."""
        return len(self._queue)

    def take(
        self,
        claim: LeaseInfo,
        *,
        wait: float = 0.0,
        time_to_live: float | None = None,
        gone: Callable[[], bool] = lambda: False,
        on_wait: Callable[[LeaseInfo], None] = lambda _info: None,
    ) -> Lease:
        """Take the lease, waiting for it at most `wait` seconds.

        :param time_to_live: seconds until it ends unless it is renewed; None for the life of a connection.
        :param gone: asked now and then whether the one who waits has gone away.
        :param on_wait: called with who holds it, at first and whenever that changes.
        :raises NodeBusyError: somebody else has it; says who, why and until when.
        """
        began = time.monotonic()
        ticket = object()
        told: Lease | None = None
        with self._changed:
            self._queue.append(ticket)
        try:
            while True:
                with self._changed:
                    if self._closed:
                        raise BookClosedError(f"the exporter of node {self._node!r} is leaving", "Connect again")
                    holder = self._current
                    if holder is None and self._queue[0] is ticket:
                        return self._grant(claim, time_to_live)
                    shortest = ENDING_WAIT if holder is not None and holder.ending.is_set() else SHORTEST_WAIT
                    remaining = began + max(wait, shortest) - time.monotonic()
                    if remaining <= 0 or gone():
                        raise self._busy(holder)
                if holder is not None and holder is not told:
                    told = holder
                    on_wait(holder.info)
                with self._changed:
                    if self._current is holder:
                        self._changed.wait(min(remaining, LOOK_AGAIN))
        finally:
            with self._changed:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def _grant(self, claim: LeaseInfo, time_to_live: float | None) -> Lease:
        now = time.time()
        until = now + time_to_live if time_to_live is not None else claim.until
        expires = self._clock() + time_to_live if time_to_live is not None else None
        info = msgspec.structs.replace(claim, since=now, until=until)
        self._current = Lease(secrets.token_urlsafe(16), info, expires)
        return self._current

    def _busy(self, holder: Lease | None) -> NodeBusyError:
        if holder is None:
            return NodeBusyError(f"others wait for node {self._node!r} before you", "Wait longer")
        problem = f"node {self._node!r} is leased by {holder.info}"
        return NodeBusyError(problem, f"Wait for it (--qa-wait SECONDS), or ask {holder.info.holder} to end it")

    def renew(self, token: str, time_to_live: float) -> Lease:
        """Let a lease with a time to live run for that long from now.

        :raises NodeBusyError: it has ended meanwhile and somebody else has it.
        :raises ConfigurationError: it has ended, or was never given.
        """
        with self._changed:
            lease = self.find(token)
            until = time.time() + time_to_live
            info = msgspec.structs.replace(lease.info, until=until)
            self._current = Lease(token, info, self._clock() + time_to_live, lease.ending)
            return self._current

    def find(self, token: str) -> Lease:
        """Return the lease of a token.

        :raises NodeBusyError: it has ended and somebody else has one.
        :raises ConfigurationError: it has ended, or was never given.
        """
        lease = self._current
        if lease is not None and not lease.ending.is_set() and _same(lease.token, token):
            return lease
        if lease is not None and not _same(lease.token, token):
            raise self._busy(lease)
        raise ConfigurationError(f"this lease of node {self._node!r} has ended", "Take a new one")

    def check(self, token: str) -> str:
        """Return the token of the lease under which something is done: empty when nobody has one.

        :raises NodeBusyError: somebody else holds it.
        """
        if not token and self._current is None:
            return ""
        return self.find(token).token

    def expired(self) -> Lease | None:
        """Return the lease whose time to live is over; the caller ends it."""
        lease = self._current
        if lease is None or lease.expires is None or lease.ending.is_set() or self._clock() < lease.expires:
            return None
        return lease

    def end(self, token: str, undo: Callable[[], None]) -> None:
        """End a lease: undo what was done under it, and only then let the next one have it.

        Nothing happens when it has ended already.
        """
        with self._changed:
            lease = self._current
            if lease is None or lease.token != token or lease.ending.is_set():
                return
            lease.ending.set()
        try:
            undo()
        finally:
            with self._changed:
                self._current = None
                self._changed.notify_all()

    def close(self) -> bool:
        """Give no further lease, unless one is held or wanted; return whether that is so now."""
        with self._changed:
            self._closed = self._closed or (self._current is None and not self._queue)
            return self._closed


def _same(token: str, other: str) -> bool:
    return secrets.compare_digest(token.encode(), other.encode())
