"""Using a node from another process: `connect` takes its lease, `observe` only looks.

Both start the node's exporter when none runs. Everything here is local to the host; other hosts go through the
exporter's HTTP (`qarunner.nodes.http_client`).
"""

from __future__ import annotations

import contextlib
import select
import time
from typing import IO, TYPE_CHECKING

from qarunner.errors import DeviceError, NodeBusyError
from qarunner.nodes import messages as say
from qarunner.nodes.asking import ClientChannel, ask, raise_refusal
from qarunner.nodes.channel import ChannelClosed, close_all
from qarunner.nodes.resolve import FROM_PLUGINS
from qarunner.nodes.start import ensure_exporter, find, log_file
from qarunner.nodes.view import ADVICE, STATUS_LIMIT, NodeView

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from qarunner.node_config import NodeConfig
    from qarunner.nodes.status import LeaseInfo, NodeStatus, RecordingInfo

KEY_LIMIT = 45.0
"""Seconds for a key: the exporter itself gives up on opening a driver after 20 and on the key after 10."""

POWER_LIMIT = 60.0
RECORD_LIMIT = 40.0
LEASE_LIMIT = 60.0
"""Seconds beyond the time a lease is waited for: the exporter asks the remote for its keys."""


class NodeHandle(NodeView):
    """A node one drives, with its lease, which ends with `close` or with this process.

    After an `ExporterLostError` it is of no more use; `connect` gives a fresh one.
    """

    def __init__(self, config: NodeConfig, channel: ClientChannel, welcome: say.Welcome, granted: say.Granted) -> None:
        super().__init__(config, channel, welcome)
        self._idle = []
        self._lease = channel
        self._token = granted.token
        self._granted = granted

    def keys(self) -> Collection[str] | None:
        """Return the names its remote can send; None when it takes any, empty when there is no remote."""
        return self._granted.keys

    @property
    def can_hold(self) -> bool:
        """Whether its remote can hold keys down."""
        return self._granted.can_hold

    @property
    def lost(self) -> bool:
        """Whether the exporter has ended. It says nothing unasked on the lease's connection but its end."""
        poll = select.poll()
        poll.register(self._lease.socket, select.POLLIN)
        return bool(poll.poll(0))

    def press(self, key: str) -> tuple[float, float]:
        """Press a key; return when sending began and ended, in seconds of CLOCK_MONOTONIC.

        :raises UnknownKeyError: the remote has no such key. :raises DeviceError: it failed, or hangs.
        """
        return self._key(say.Press(key=key))

    def keydown(self, key: str) -> tuple[float, float]:
        """Press a key and hold it until `keyup` or the end of the lease; return times as `press` does."""
        return self._key(say.KeyDown(key=key))

    def keyup(self, key: str) -> tuple[float, float]:
        """Release a key; return times as `press` does."""
        return self._key(say.KeyUp(key=key))

    def _key(self, message: say.Request) -> tuple[float, float]:
        pressed = self._ask(message, say.Pressed, KEY_LIMIT)
        return pressed.start, pressed.end

    def power_on(self) -> None:
        """Restore the device's power."""
        self._ask(say.SetPower(on=True), say.PowerIs, POWER_LIMIT)

    def power_off(self) -> None:
        """Cut the device's power."""
        self._ask(say.SetPower(on=False), say.PowerIs, POWER_LIMIT)

    def power_state(self) -> bool | None:
        """Return whether the power is on; None when the outlet cannot tell."""
        return self._ask(say.AskPower(), say.PowerIs, POWER_LIMIT).on

    def inject_fault(self, name: str, value: float = 1.0) -> None:
        """Switch a fault of a driver on, or off (0). It ends with the lease at the latest."""
        self._ask(say.InjectFault(name=name, value=value), say.Done, STATUS_LIMIT)

    def clear_faults(self) -> None:
        """Switch off what was switched on under this lease."""
        self._ask(say.ClearFaults(), say.Done, STATUS_LIMIT)

    def record_start(self, file: IO[bytes] | int) -> None:
        """Record a video into a file that is open for writing, from the picture that is there now on.

        The file may be closed at once; it holds a video that can be played about a second after the start.
        """
        descriptor = file if isinstance(file, int) else file.fileno()
        self._ask(say.StartRecording(), say.Done, RECORD_LIMIT, [descriptor])

    def record_stop(self) -> RecordingInfo:
        """Finish the video and tell what it holds."""
        return self._ask(say.StopRecording(), say.Recorded, RECORD_LIMIT).info

    def close(self) -> None:
        """Give the lease back: keys are released, the video is finished, faults are switched off."""
        with contextlib.suppress(ChannelClosed, TimeoutError, OSError):
            ask(self._lease, say.EndLease(), LEASE_LIMIT)
        self._lease.close()
        super().close()


def connect(
    config: NodeConfig,
    *,
    holder: str,
    reason: str = "",
    wait: float = 0.0,
    on_wait: Callable[[str], None] = lambda _text: None,
    until: float | None = None,
    resolver: str = FROM_PLUGINS,
    blocked: Sequence[str] = (),
) -> NodeHandle:
    """Take the lease of a node, starting its exporter when none runs.

    :param holder: who drives it, :param reason: and why, for others to read.
    :param wait: seconds to wait for a node that is not free.
    :param on_wait: called with who holds it, at first and whenever that changes.
    :param until: when the holder expects to end (seconds of the epoch), for others to read.
    :param resolver: where drivers come from, see `qarunner.nodes.resolve`. :param blocked: plugins not to load.
    :raises NodeBusyError: it is not free: who has it, why, since and until when.
    :raises QarunnerError: its exporter cannot start; says why.
    """
    deadline = time.monotonic() + wait
    told = ""
    while True:
        remaining = max(0.0, deadline - time.monotonic())
        try:
            channel, welcome = ensure_exporter(config, resolver=resolver, blocked=blocked)
        except NodeBusyError as error:
            # Not the lease but the exporter or the hardware is taken: nobody tells when that ends.
            if remaining <= 0:
                raise
            if error.problem != told:
                told = error.problem
                on_wait(told)
            time.sleep(min(0.5, remaining))
            continue
        claim = say.TakeLease(holder=holder, reason=reason, wait=remaining, until=until)
        try:
            granted = _take(channel, claim, lambda lease: on_wait(str(lease)))
        except ChannelClosed:
            channel.close()  # The exporter was about to leave.
            continue
        except BaseException:
            channel.close()
            raise
        return NodeHandle(config, channel, welcome, granted)


def _take(channel: ClientChannel, claim: say.TakeLease, on_wait: Callable[[LeaseInfo], None]) -> say.Granted:
    channel.send(claim)
    deadline = time.monotonic() + claim.wait + LEASE_LIMIT
    while True:
        reply, descriptors = channel.receive(deadline - time.monotonic())
        close_all(descriptors)
        raise_refusal(reply)
        if isinstance(reply, say.Granted):
            return reply
        if not isinstance(reply, say.Waiting):
            raise DeviceError(f"the exporter answered {reply} to a request for the lease", ADVICE)
        on_wait(reply.lease)


def observe(config: NodeConfig, *, resolver: str = FROM_PLUGINS, blocked: Sequence[str] = ()) -> NodeView:
    """Look at a node without its lease, starting its exporter when none runs.

    :raises NodeBusyError: its hardware, or the node, is another user's.
    :raises QarunnerError: its exporter cannot start; says why.
    """
    channel, welcome = ensure_exporter(config, resolver=resolver, blocked=blocked)
    return NodeView(config, channel, welcome)


def running(config: NodeConfig) -> NodeStatus | None:
    """Return the status of a node whose exporter runs; None when none does, and none is started.

    :raises NodeBusyError: it is another user's, who has not shared the node.
    """
    found = find(config)
    if found is None:
        return None
    with NodeView(config, *found) as view:
        return view.status()


__all__ = ["NodeHandle", "NodeView", "connect", "log_file", "observe", "running"]
