"""Finding the exporter of a node, or starting one: whoever needs it first does so, and it outlives them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

import msgspec

from qarunner.decoding import decoder_of
from qarunner.errors import ExporterLostError, NodeBusyError, QarunnerError
from qarunner.nodes import messages as say
from qarunner.nodes.asking import ClientChannel, request
from qarunner.nodes.channel import Channel, ChannelClosed, connect
from qarunner.nodes.error_names import make
from qarunner.nodes.names import fingerprint, socket_name
from qarunner.nodes.peers import may_use, peer_of, user_numbers
from qarunner.nodes.resolve import FROM_PLUGINS
from qarunner.nodes.start_messages import NotStarted, Started, StartOrder, StartReport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qarunner.node_config import NodeConfig

START_LIMIT = 60.0
"""Seconds for all attempts. A process that hangs while it starts ends itself before that."""

ANSWER_LIMIT = 10.0
HELLO_LIMIT = 30.0
"""Longer than others: an exporter that is just starting answers when its drivers are made."""

AGAIN_PAUSE = 0.05
MOST_STARTS = 20
"""A node for which several users want different configurations at the same time must not be restarted for ever."""

LARGEST_LOG = 1024 * 1024

# Threads of numerical libraries: they would only cost start-up time and memory.
_QUIET_LIBRARIES = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def find(config: NodeConfig) -> tuple[ClientChannel, say.Welcome] | None:
    """Connect to the running exporter of a node; None when there is none, or it is just leaving.

    :raises NodeBusyError: it is another user's, who has not shared the node.
    :raises ExporterLostError: it runs but does not answer.
    """
    advice = f"It ends itself within a minute; if not, see {log_file(config.id)}"
    try:
        connection = connect(socket_name(config.id, "control"))
    except BlockingIOError:
        raise ExporterLostError(f"the exporter of node {config.id!r} takes no connections", advice) from None
    if connection is None:
        return None
    peer = peer_of(connection)
    channel: ClientChannel = Channel(connection, say.Reply)
    try:
        reply = request(channel, say.Hello(fingerprint=fingerprint(config)), HELLO_LIMIT)
        if os.getuid() != 0 and not may_use(peer.uid, user_numbers(config.users)):
            problem = f"node {config.id!r} is in use by user {peer.user!r} (process {peer.pid})"
            raise NodeBusyError(problem, f"Add {peer.user!r} to the node's `users` if you share it")
    except ChannelClosed:
        channel.close()
        return None
    except TimeoutError:
        channel.close()
        problem = f"the exporter of node {config.id!r} (process {peer.pid}) has not answered in {HELLO_LIMIT:g} s"
        raise ExporterLostError(problem, advice) from None
    except QarunnerError:
        channel.close()
        raise
    assert isinstance(reply, say.Welcome)
    return channel, reply


def ensure_exporter(
    config: NodeConfig, *, resolver: str = FROM_PLUGINS, blocked: Sequence[str] = ()
) -> tuple[ClientChannel, say.Welcome]:
    """Connect to the exporter of a node, starting it when there is none.

    An exporter with another configuration is replaced when nobody uses it. With a configuration for users
    (`names.for_users`) it is waited for instead.

    :raises NodeBusyError: somebody uses it with another configuration, or has the hardware, or it is another user's.
    :raises QarunnerError: it cannot start; says why.
    """
    if config.known_as:
        return _wait_for_exporter(config)
    deadline = time.monotonic() + START_LIMIT
    starts = 0
    while time.monotonic() < deadline and starts < MOST_STARTS:
        found = find(config)
        if found is not None:
            channel, welcome = found
            if welcome.fingerprint == fingerprint(config):
                return found
            _ask_to_leave(channel)
        else:
            report = start_exporter(StartOrder(config=config, resolver=resolver, blocked=tuple(blocked)))
            starts += 1
            if isinstance(report, Started):
                continue
            if isinstance(report, NotStarted) and not _free_hardware(config, report):
                raise make(report.error, report.problem, report.advice)
        time.sleep(AGAIN_PAUSE)
    problem = f"no exporter of node {config.id!r} could be reached, although {starts} were started"
    raise ExporterLostError(problem, f"See {log_file(config.id)}")


def _wait_for_exporter(config: NodeConfig) -> tuple[ClientChannel, say.Welcome]:
    """Connect to an exporter that somebody else keeps running, who starts another one when it has ended."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        found = find(config)
        if found is not None:
            if found[1].fingerprint == config.known_as:
                return found
            found[0].close()
        time.sleep(AGAIN_PAUSE)
    problem = f"no exporter of node {config.id!r} has come within {START_LIMIT:g} s"
    raise ExporterLostError(problem, "The server that runs this job starts it; its log says why it did not")


def _ask_to_leave(channel: ClientChannel) -> None:
    try:
        with contextlib.suppress(ChannelClosed, TimeoutError):
            request(channel, say.Leave(), ANSWER_LIMIT)
    finally:
        channel.close()


def _free_hardware(config: NodeConfig, report: NotStarted) -> bool:
    """Ask an idle exporter of ours, which lingers for another node, to give back the hardware this one needs."""
    other = report.resource_node
    if not other or other == config.id:
        return False
    connection = connect(socket_name(other, "control"))
    if connection is None:
        return True
    channel: ClientChannel = Channel(connection, say.Reply)
    try:
        request(channel, say.Hello(fingerprint=""), ANSWER_LIMIT)
        request(channel, say.Leave(), ANSWER_LIMIT)
    except NodeBusyError:
        return False
    except (ChannelClosed, TimeoutError):
        pass
    finally:
        channel.close()
    return True


def start_exporter(order: StartOrder) -> StartReport:
    """Start an exporter and return what it says about that.

    :raises ExporterLostError: it ended without a word; quotes the end of its log.
    """
    node = order.config.id
    with _open_log(node) as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "qarunner.nodes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            env={**os.environ, **_QUIET_LIBRARIES},
        )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout, contextlib.suppress(BrokenPipeError):
        with process.stdin:
            process.stdin.write(msgspec.json.encode(order))
        line = process.stdout.readline()
    process.wait()  # The process we started ends at once; the exporter is its child.
    if not line:
        problem = f"the exporter of node {node!r} ended while it started"
        raise ExporterLostError(problem, f"Its log {log_file(node)} ends:\n{_end_of_log(node)}")
    report: StartReport = decoder_of(StartReport).decode(line)
    return report


def log_file(node: str) -> Path:
    """Return where the exporter of a node writes its log; the null device for a user without a home."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")  # noqa: PTH111 - never raises
    if not base.startswith("/"):
        return Path(os.devnull)
    return Path(base) / "qarunner" / "exporters" / f"{quote(node, safe='')[:100]}.log"


def _open_log(node: str) -> IO[bytes]:
    """Open the log for appending, the old one put aside when it is long; nowhere when there is no place for it."""
    try:
        path = log_file(node)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")
    except OSError:
        return Path(os.devnull).open("ab")


def _end_of_log(node: str) -> str:
    try:
        return log_file(node).read_text(encoding="utf-8", errors="replace")[-1000:]
    except OSError:
        return "(there is no log)"
