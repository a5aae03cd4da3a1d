"""Accepts clients on the exporter's control socket, a thread for each."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

from qarunner.errors import NodeBusyError
from qarunner.nodes import messages as say
from qarunner.nodes.channel import Channel, ChannelClosed
from qarunner.nodes.control_session import ControlSession
from qarunner.nodes.peers import peer_of

if TYPE_CHECKING:
    from qarunner.nodes.served_node import ServedNode
    from qarunner.nodes.trust import Trust

MOST_CONNECTIONS = 128


def bind(name: bytes, kind: socket.SocketKind) -> socket.socket | None:
    """Bind an abstract socket and listen on it; None when somebody else has the name."""
    listener = socket.socket(socket.AF_UNIX, kind)
    try:
        listener.bind(name)
    except OSError:
        listener.close()
        return None
    listener.listen(64)
    return listener


class ControlServer:
    """Serves a node on a listening SEQPACKET socket.

    :param trust: who may use the node besides root and the exporter's own user.
    """

    def __init__(self, node: ServedNode, listener: socket.socket, trust: Trust) -> None:
        self._node = node
        self._listener = listener
        self._trust = trust
        self._free = threading.Semaphore(MOST_CONNECTIONS)

    def start(self) -> None:
        """Accept on a thread of its own."""
        threading.Thread(target=self._accept, name="control", daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return  # closed
            if self._free.acquire(blocking=False):
                threading.Thread(target=self._serve, args=(connection,), name="control session", daemon=True).start()
            else:
                self._refuse(connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            ControlSession(self._node, connection, peer_of(connection), self._trust).run()
        finally:
            self._free.release()

    def _refuse(self, connection: socket.socket) -> None:
        problem = f"the exporter of node {self._node.config.id!r} has {MOST_CONNECTIONS} connections already"
        channel: Channel[say.Request] = Channel(connection, say.Request)
        with contextlib.suppress(ChannelClosed):
            channel.send(say.Refused(error=NodeBusyError.__name__, problem=problem, advice="End some of them"))
        channel.close()

    def close(self) -> None:
        """Accept no more; connections that are open go on."""
        # shutdown wakes the accepting thread, which closing alone does not.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
