"""The exporter process: one per node, owner of its hardware, until nobody has been connected for a while.

Started as ``python -m qarunner.nodes`` with a `StartOrder` on standard input; says on standard output when it
is ready, or why it cannot be. It leaves the process group and session of whoever started it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING

import msgspec

from qarunner.errors import QarunnerError
from qarunner.nodes import audio_ring_layout, ring_layout
from qarunner.nodes.control_server import bind
from qarunner.nodes.error_names import name_of
from qarunner.nodes.hardware_locks import HardwareBusyError, HardwareLocks
from qarunner.nodes.names import socket_name
from qarunner.nodes.recorder_link import RecorderLink
from qarunner.nodes.start_messages import AlreadyRunning, NotStarted, Started, StartOrder, StartReport
from qarunner.nodes.trust import trust_of

if TYPE_CHECKING:
    from qarunner.nodes.http_recordings import HttpRecordings
    from qarunner.nodes.served_node import ServedNode

_log = logging.getLogger(__name__)

TICK = 0.1
SWITCH_INTERVAL = 0.0005
"""Seconds for which an HTTP thread may keep the capture's thread waiting for the interpreter."""

START_LIMIT = 50.0
"""Seconds after which a process ends itself that hangs while it starts, with its stacks in the log."""

HTTP_PATIENCE = 1.0
"""Seconds that HTTP requests wait at most for the first frame."""

SHORTEST_LINGER = 1.0
"""Seconds in which whoever started the exporter connects to it."""

STUCK_LIMIT = 60.0
"""Seconds after which a process ends itself in which some library never lets go of the interpreter."""


class Exporter:
    """The process, from its start to its end.

    :param order: what to serve, and for how long.
    :param control, http: its two listening sockets.
    """

    def __init__(self, order: StartOrder, control: socket.socket, http: socket.socket) -> None:
        self._order = order
        self._control = control
        self._http = http
        self._locks = HardwareLocks(order.config.id)
        self._trust = trust_of(order.config)
        self._terminated = False
        self._alive_until = 0.0

    def start(self) -> tuple[ServedNode, HttpRecordings]:
        """Take the hardware and open all doors.

        :raises QarunnerError: a driver, its hardware or the configuration is not usable.
        """
        config = self._order.config
        ring = ring_layout.create(*config.frame_size)
        sound = audio_ring_layout.create()
        # First of all, because it takes as long to load its libraries as this process does.
        recorder = RecorderLink(ring[0], sound=sound[0])

        from qarunner.nodes.assembly import assemble
        from qarunner.nodes.control_server import ControlServer
        from qarunner.nodes.http_recordings import HttpRecordings

        node = assemble(self._order, ring, sound, recorder, self._locks)
        recordings = HttpRecordings(recorder)
        if config.listen:
            self._listen_on_network(node, recordings)
        ControlServer(node, self._control, self._trust).start()
        return node, recordings

    def _listen_on_network(self, node: ServedNode, recordings: HttpRecordings) -> None:
        from qarunner.nodes import listen
        from qarunner.nodes.http_routes import Routes
        from qarunner.nodes.http_server import HttpServer

        address = listen.parse(self._order.config.listen)
        HttpServer(address.bind(), Routes(node, recordings), token=address.token, tls=address.tls).start()

    def listen_locally(self, node: ServedNode, recordings: HttpRecordings) -> None:
        """Answer HTTP requests, which queue until then: its libraries are loaded when frames come, not before."""
        node.hub.wait_until_started(HTTP_PATIENCE)
        from qarunner.nodes.http_routes import Routes
        from qarunner.nodes.http_server import HttpServer

        HttpServer(self._http, Routes(node, recordings), self._trust).start()

    def stay_alive(self) -> None:
        """Put off the end of the process, which comes by itself when this thread gets no turn for `STUCK_LIMIT`."""
        if time.monotonic() > self._alive_until - STUCK_LIMIT / 2:
            self._alive_until = time.monotonic() + STUCK_LIMIT
            faulthandler.dump_traceback_later(STUCK_LIMIT, exit=True)

    def serve(self, node: ServedNode, recordings: HttpRecordings) -> None:
        """Keep house until it is time to leave."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._terminate)
        while not self._is_over(node, recordings):
            self.stay_alive()
            node.leaving.wait(TICK)
            if node.capture is not None:
                node.capture.show_hang()
            node.release_forgotten_keys()
            if (lease := node.leases.expired()) is not None:
                threading.Thread(target=node.end_lease, args=(lease.token,), daemon=True).start()
        faulthandler.cancel_dump_traceback_later()
        node.leaving.set()

    def _is_over(self, node: ServedNode, recordings: HttpRecordings) -> bool:
        if node.leaving.is_set() or self._terminated:
            return True
        idle = node.activity.idle(time.monotonic())
        if self._order.stay or idle < max(self._order.config.linger, SHORTEST_LINGER) or recordings.needed:
            return False
        return node.leases.close()

    def _terminate(self, _number: int, _frame: object) -> None:
        self._terminated = True  # no lock: a second signal may come in the middle of the first one's handler

    def leave(self, node: ServedNode) -> None:
        """Give everything back. The sockets come last: until then, whoever connects is told to try again."""
        node.close()
        self._locks.close()
        self._control.close()
        self._http.close()


def report(message: StartReport) -> None:
    """Answer whoever started this process, once; from then on standard output is nobody's."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, msgspec.json.encode(message) + b"\n")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def run(order: StartOrder) -> int:
    """Serve a node until it is time to leave; return the exit code."""
    names = [socket_name(order.config.id, purpose) for purpose in ("control", "http")]
    control, http = bind(names[0], socket.SOCK_SEQPACKET), bind(names[1], socket.SOCK_STREAM)
    if control is None or http is None:
        report(AlreadyRunning())
        return 0
    try:
        exporter = Exporter(order, control, http)
        node, recordings = exporter.start()
    except QarunnerError as error:
        report(_not_started(error))
        return 1
    exporter.stay_alive()  # before anybody can make a driver hang
    report(Started(pid=os.getpid()))
    threading.Thread(target=exporter.listen_locally, args=(node, recordings), name="http start", daemon=True).start()
    _log.warning("serving node %s, process %d", order.config.id, os.getpid())
    exporter.serve(node, recordings)
    exporter.leave(node)
    _log.warning("left node %s, process %d", order.config.id, os.getpid())
    return 0


def _not_started(error: QarunnerError) -> NotStarted:
    node = error.node if isinstance(error, HardwareBusyError) else ""
    return NotStarted(error=name_of(error), problem=error.problem, advice=error.advice, resource_node=node)


def main() -> None:
    """Run as a process of its own."""
    faulthandler.enable()
    faulthandler.dump_traceback_later(START_LIMIT, exit=True)
    sys.setswitchinterval(SWITCH_INTERVAL)
    sys.path[:] = [os.path.abspath(folder) for folder in sys.path]  # noqa: PTH100 - a string is wanted
    os.chdir("/")
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=StartOrder)
    code = 1
    try:
        code = run(order)
    except BaseException:
        _log.exception("the exporter failed")
        raise
    finally:
        # Threads may be stuck in drivers; the kernel gives back what they hold.
        sys.stderr.flush()
        os._exit(code)
