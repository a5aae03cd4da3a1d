"""One user per piece of hardware on a host: an abstract socket bound by its name, which the kernel frees in any case.

Whoever connects to it is told who holds the hardware. When the holder is too busy to say so, the kernel still tells
its process and user.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import threading
import time
from typing import TYPE_CHECKING

import msgspec

from qarunner.decoding import decoder_of
from qarunner.errors import NodeBusyError
from qarunner.nodes.names import lock_name
from qarunner.nodes.peers import Peer, peer_of

if TYPE_CHECKING:
    from collections.abc import Iterable

ANSWER_LIMIT = 1.0


class HardwareHolder(msgspec.Struct, frozen=True, kw_only=True):
    """What a holder says to whoever asks."""

    node: str
    resource: str
    since: float


class HardwareBusyError(NodeBusyError):
    """A piece of hardware is held by another exporter.

    :param node: the node it serves, when it is an exporter of this user; else empty.
    """

    def __init__(self, problem: str, advice: str, node: str = "") -> None:
        super().__init__(problem, advice)
        self.node = node


class HardwareLocks:
    """The locks of one exporter.

    :param node: its id, told to whoever asks.
    """

    def __init__(self, node: str) -> None:
        self._node = node
        self._held: dict[int, tuple[socket.socket, str]] = {}
        self._since = time.time()

    def take(self, resources: Iterable[str]) -> None:
        """Take all of them, or none.

        :raises NodeBusyError: one is held by somebody else; says by whom.
        """
        try:
            for resource in sorted(set(resources)):
                self._take(resource)
        except NodeBusyError:
            self.close()
            raise
        if self._held:
            threading.Thread(target=self._answer, name="hardware locks", daemon=True).start()

    def _take(self, resource: str) -> None:
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            lock.bind(lock_name(resource))
        except OSError as error:
            lock.close()
            if error.errno != errno.EADDRINUSE:
                raise
            raise held_by(resource) from None
        lock.listen(8)
        lock.settimeout(0)
        self._held[lock.fileno()] = (lock, resource)

    def _answer(self) -> None:
        poll = select.poll()
        for descriptor in self._held:
            poll.register(descriptor, select.POLLIN)
        while self._held:
            for descriptor, _events in poll.poll():
                lock, resource = self._held.get(descriptor, (None, ""))
                if lock is None:
                    return
                holder = HardwareHolder(node=self._node, resource=resource, since=self._since)
                with contextlib.suppress(OSError):
                    connection, _address = lock.accept()
                    with connection:
                        connection.send(msgspec.json.encode(holder), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)

    def close(self) -> None:
        """Free them all."""
        for lock, _resource in list(self._held.values()):
            # The thread that answers still waits on it, and would keep it alive otherwise.
            lock.shutdown(socket.SHUT_RDWR)
            lock.close()
        self._held.clear()


def ask(resource: str) -> tuple[Peer, HardwareHolder | None] | None:
    """Return who holds a resource, with what that process says of itself; None when it is free."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_LIMIT)
        try:
            connection.connect(lock_name(resource))
        except ConnectionRefusedError:
            return None
        except (BlockingIOError, TimeoutError):
            return Peer(0, -1), None
        peer = peer_of(connection)
        try:
            return peer, decoder_of(HardwareHolder).decode(connection.recv(4096))
        except (OSError, msgspec.DecodeError):
            return peer, None


def held_by(resource: str) -> HardwareBusyError:
    """Return the error that tells who holds a resource."""
    answer = ask(resource)
    if answer is None:
        return HardwareBusyError(f"{resource} has just been released by somebody else", "Try again")
    peer, holder = answer
    if peer.uid < 0:
        return HardwareBusyError(f"{resource} is in use by a process that does not answer", "ss -xlp names it")
    ours = peer.uid == os.getuid()
    node = f" for node {holder.node!r}" if holder else ""
    whose = "you" if ours else f"user {peer.user!r}"
    problem = f"{resource} is in use by {whose}{node} (process {peer.pid}: {peer.command})"
    advice = "Wait until that exporter has left, or ask its user to end what uses it"
    return HardwareBusyError(problem, advice, holder.node if holder and ours else "")
