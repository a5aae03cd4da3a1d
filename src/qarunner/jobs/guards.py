"""Holds the exporter's lease of reserved nodes, so that nobody drives them from a desk beside the reservation."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import TYPE_CHECKING, Literal

from qarunner.errors import NodeBusyError, QarunnerError
from qarunner.store.models import HolderKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qarunner.jobs.rules import Holder
    from qarunner.node_config import NodeConfig
    from qarunner.nodes.client import NodeHandle
    from qarunner.nodes.status import LeaseInfo

KeyAction = Literal["press", "keydown", "keyup"]
RESERVED = "reservation "
"""Beginning of the reason of a guard's lease."""


class Guards:
    """One guard per reserved node that nothing runs on. Safe for threads.

    :param blocked: plugins that exporters do not load.
    """

    def __init__(self, blocked: Sequence[str] = ()) -> None:
        self._blocked = tuple(blocked)
        self._lock = threading.Lock()
        self._held: dict[str, tuple[int | None, NodeHandle]] = {}
        self._lent: dict[str, float] = {}

    def adjust(self, node: str, find_holder: Callable[[], Holder | None], config: Callable[[], NodeConfig]) -> None:
        """Take or give back the lease of a node, as its present holder wants it.

        :param find_holder: tells who has the node now.
        :raises QarunnerError: the node's exporter cannot be reached.
        """
        with self._lock:
            # Asked within the lock: of two callers the later one must not act on the older answer.
            holder = find_holder()
            reservation = _guarded(holder)
            if time.monotonic() < self._lent.get(node, 0.0):
                reservation = None
            known = self._held.get(node)
            if known is not None and (known[0] != reservation or known[1].lost):
                self._held.pop(node)[1].close()
                known = None
            if known is None and reservation is not None and holder is not None:
                self._take(node, holder, config())

    def _take(self, node: str, holder: Holder, config: NodeConfig) -> None:
        from qarunner.nodes.client import connect

        reason = f"{RESERVED}{holder.reservation}: {holder.reason.strip().partition(chr(10))[0][:80]}"
        until = holder.until.timestamp() if holder.until else None
        with contextlib.suppress(NodeBusyError):  # somebody is at a desk already: seen as busy, and tried again
            handle = connect(config, holder=f"@{holder.user}", reason=reason, until=until, blocked=self._blocked)
            self._held[node] = (holder.reservation, handle)

    def send(self, node: str, action: KeyAction, key: str) -> bool:
        """Press a key, or put it down or up, under the lease of a guard; return False when there is none."""
        with self._lock:
            known = self._held.get(node)
        if known is None:
            return False
        {"press": known[1].press, "keydown": known[1].keydown, "keyup": known[1].keyup}[action](key)
        return True

    def owns(self, node: str, lease: LeaseInfo) -> bool:
        """Whether a node's lease is a guard's, be it one that was given back a moment ago."""
        return node in self._held or (lease.pid == os.getpid() and lease.reason.startswith(RESERVED))

    def lend(self, node: str, seconds: float) -> None:
        """Give a node back to its reservation's owner, who drives it from a desk for that long."""
        with self._lock:
            self._lent[node] = time.monotonic() + seconds
            known = self._held.pop(node, None)
        if known is not None:
            known[1].close()

    def close(self) -> None:
        """Give all leases back."""
        with self._lock:
            held, self._held = self._held, {}
        for _reservation, handle in held.values():
            with contextlib.suppress(QarunnerError):
                handle.close()


def _guarded(holder: Holder | None) -> int | None:
    """Return the reservation that is to be guarded now; a job within it has the lease itself."""
    if holder is None or holder.kind is not HolderKind.RESERVATION or holder.job is not None:
        return None
    return holder.reservation
