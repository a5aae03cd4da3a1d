"""One connection of a client on the exporter's control socket, from its hello to its end."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import time
from typing import TYPE_CHECKING

import msgspec

from qarunner.errors import ConfigurationError, NodeBusyError, QarunnerError
from qarunner.nodes import messages as say
from qarunner.nodes.channel import Channel, ChannelClosed, close_all
from qarunner.nodes.error_names import name_of
from qarunner.nodes.leases import SHORTEST_WAIT, BookClosedError
from qarunner.nodes.peers import Peer, user_name
from qarunner.nodes.status import LeaseInfo

if TYPE_CHECKING:
    from qarunner.nodes.served_node import ServedNode
    from qarunner.nodes.trust import Trust

HELLO_LIMIT = 5.0

_log = logging.getLogger(__name__)


class ControlSession:
    """Answers one client until its connection or its process ends.

    :param trust: who may use the node besides root and the exporter's own user.
    """

    def __init__(self, node: ServedNode, connection: socket.socket, peer: Peer, trust: Trust) -> None:
        self._node = node
        self._peer = peer
        self._trust = trust
        self._channel: Channel[say.Request] = Channel(connection, say.Request)
        self._number = connection.fileno()
        self._token = ""
        self._holds_lease = False
        self._greeted = False
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    def run(self) -> None:
        """Serve the connection to its end."""
        if not self._trust.allows(self._peer):
            self._refuse_user()
            return
        pidfd: int | None = None
        with (
            contextlib.suppress(ChannelClosed, ProcessLookupError),
            self._node.activity.connection(self._number, self._peer),
        ):
            try:
                # The process is watched as well: a child that it forked may keep the connection open.
                pidfd = self._peer.open_pidfd()
                if pidfd is not None:
                    self._poll.register(pidfd, select.POLLIN)
                while self._wait():
                    self._answer()
            finally:
                if self._holds_lease:
                    self._node.end_lease(self._token)
                self._node.hub.remove_doorbell(self._channel.socket)
                close_all([pidfd] if pidfd is not None else [])
        self._channel.close()

    def _refuse_user(self) -> None:
        error = used_by_another(self._node)
        refusal = say.Refused(error=name_of(error), problem=error.problem, advice=error.advice)
        # Its hello is read first: a connection that is closed with something unread loses the answer.
        with contextlib.suppress(ChannelClosed, TimeoutError, msgspec.DecodeError):
            _request, descriptors = self._channel.receive(HELLO_LIMIT)
            close_all(descriptors)
            self._channel.send(refusal)
        self._channel.close()

    def _wait(self) -> bool:
        """Wait for a message; return False when the client's process has ended."""
        return all(descriptor == self._number for descriptor, _events in self._poll.poll())

    def _gone(self) -> bool:
        """Whether the client has gone away while it waits for an answer."""
        events = self._poll.poll(0)
        return any(descriptor != self._number or event & select.POLLHUP for descriptor, event in events)

    def _answer(self) -> None:
        descriptors: list[int] = []
        try:
            request, descriptors = self._channel.receive()
            reply = self._handle(request, descriptors)
        except QarunnerError as error:
            reply = say.Refused(error=name_of(error), problem=error.problem, advice=error.advice)
        except msgspec.DecodeError as error:
            reply = say.Refused(error="ConfigurationError", problem=f"the exporter does not understand: {error}")
        except ChannelClosed:
            raise
        except Exception as error:  # noqa: BLE001 - one client's trouble must not end its thread without an answer
            _log.exception("answering %s", self._peer)
            reply = say.Refused(error="DeviceError", problem=f"the exporter failed: {type(error).__name__}: {error}")
        finally:
            close_all(descriptors)
        if isinstance(reply, say.Ring):
            self._channel.send(reply, [self._node.hub.descriptor])
            self._node.hub.add_doorbell(self._channel.socket)
        elif isinstance(reply, say.AudioRing):
            self._channel.send(reply, [self._node.audio_memory()])
        else:
            self._channel.send(reply)

    def _handle(self, request: say.Request, descriptors: list[int]) -> say.Reply:  # noqa: C901, PLR0911, PLR0912 - a table
        node = self._node
        if not self._greeted and not isinstance(request, say.Hello):
            raise ConfigurationError("the first message on a connection is hello")
        match request:
            case say.Hello():
                return self._greet()
            case say.TakeLease():
                return self._take_lease(request)
            case say.Attach():
                self._token = node.leases.find(request.token).token
            case say.EndLease():
                node.end_lease(self._token)
            case say.OpenFrames():
                node.activity.reads_frames(self._number)
                return say.Ring()
            case say.OpenAudio():
                node.audio_memory()
                return say.AudioRing()
            case say.AskStatus():
                return say.StatusIs(status=node.status)
            case say.Leave():
                self._leave()
            case say.Press():
                return _pressed(node.press(self._token, request.key))
            case say.KeyDown():
                return _pressed(node.keydown(self._token, request.key))
            case say.KeyUp():
                return _pressed(node.keyup(self._token, request.key))
            case say.SetPower():
                node.set_power(self._token, on=request.on)
                return say.PowerIs(on=request.on)
            case say.AskPower():
                return say.PowerIs(on=node.power.is_on())
            case say.AskFaults():
                return say.FaultsAre(faults=node.faults.available())
            case say.InjectFault():
                node.inject_fault(self._token, request.name, request.value)
            case say.ClearFaults():
                node.faults.clear(node.leases.check(self._token))
            case say.StartRecording():
                if not descriptors:
                    raise ConfigurationError("no file came with the order to record")
                node.start_recording(self._token, descriptors[0])
            case say.StopRecording():
                return say.Recorded(info=node.stop_recording(self._token))
        return say.Done()

    def _greet(self) -> say.Reply:
        node = self._node
        if node.leaving.is_set() or (node.hangs and node.leases.close()):
            # Closed without an answer: the client tries again until it meets (or starts) the next exporter.
            node.leaving.set()
            raise ChannelClosed
        self._greeted = True
        return say.Welcome(node=node.config.id, pid=os.getpid(), fingerprint=node.fingerprint)

    def _take_lease(self, request: say.TakeLease) -> say.Reply:
        claim = LeaseInfo(
            holder=request.holder,
            reason=request.reason,
            user=self._peer.user,
            host=socket.gethostname(),
            pid=self._peer.pid,
            command=self._peer.command,
            until=request.until,
        )
        try:
            lease = self._node.take_lease(
                claim,
                wait=request.wait,
                gone=self._gone,
                on_wait=lambda info: self._channel.send(say.Waiting(lease=info)),
            )
        except BookClosedError as error:
            raise ChannelClosed from error  # The client tries again and meets, or starts, the next exporter.
        self._token, self._holds_lease = lease.token, True
        keys, can_hold = self._remote_abilities()
        return say.Granted(token=lease.token, keys=keys, can_hold=can_hold)

    def _remote_abilities(self) -> tuple[tuple[str, ...] | None, bool]:
        if not self._node.has_remote:
            return (), False
        try:
            return self._node.remote.keys(), self._node.remote.can_hold
        except QarunnerError:
            # The lease is good all the same; the first key that is pressed tells what is wrong.
            return None, self._node.remote.can_hold

    def _leave(self) -> None:
        node = self._node
        if node.stays:
            problem = f"node {node.config.id!r} runs with another configuration, as a service"
            raise NodeBusyError(problem, "Use the configuration it has, or restart that service")
        others = self._others_after_a_moment()
        if others or node.activity.busy_requests or not node.leases.close():
            users = ", ".join(sorted({f"{peer.user} (process {peer.pid}: {peer.command})" for peer in others}))
            holder = node.leases.current
            who = f"leased by {holder}" if holder else f"in use by {users or 'a live view or download'}"
            problem = f"node {node.config.id!r} runs with another configuration and is {who}"
            raise NodeBusyError(problem, "Wait until they have ended, or use the node with the configuration it has")
        node.leaving.set()

    def _others_after_a_moment(self) -> list[Peer]:
        """Return who else is connected, not counting connections that are just being closed."""
        deadline = time.monotonic() + SHORTEST_WAIT
        while True:
            others = self._node.activity.others(self._number)
            if not others or time.monotonic() > deadline:
                return others
            time.sleep(0.01)


def used_by_another(node: ServedNode) -> NodeBusyError:
    """Return the error for a user who may not use the node: who has it."""
    owner = user_name(os.getuid())
    holder = f" and leased by {node.leases.current}" if node.leases.current else ""
    problem = f"node {node.config.id!r} is in use by user {owner!r} (exporter process {os.getpid()}){holder}"
    return NodeBusyError(problem, f"Wait until {owner!r} has ended, or have yourself added to the node's `users`")


def _pressed(times: tuple[float, float]) -> say.Pressed:
    return say.Pressed(start=times[0], end=times[1])
