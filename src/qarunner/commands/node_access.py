"""How verbs look at a node and drive it: through its exporter, which is started when none runs."""

from __future__ import annotations

import argparse
import os
import time
from typing import TYPE_CHECKING

from qarunner.commands.terminal import note
from qarunner.errors import DeviceError

if TYPE_CHECKING:
    from qarunner.commands.context import Context
    from qarunner.nodes.client import NodeHandle, NodeView
    from qarunner.nodes.ring import Frame

FIRST_FRAME_LIMIT = 20.0
"""Seconds: an exporter that has just started opens its capture, which may take that long."""

LOST_LIMIT = 2.0
"""Seconds to wait for a capture that says it has lost its device: it may be reconnecting."""

LOOK_AGAIN = 0.5


def add_node(parser: argparse.ArgumentParser) -> None:
    """Add the argument NODE."""
    parser.add_argument("node", metavar="NODE", help="the node's id; `qarunner nodes` lists them")


def add_wait(parser: argparse.ArgumentParser) -> None:
    """Add ``--wait``."""
    parser.add_argument(
        "--wait",
        "--qa-wait",  # as the advice of a busy node says
        type=float,
        metavar="SECONDS",
        help="wait at most this long for a node that is leased",
    )


def view(context: Context, node: str) -> NodeView:
    """Return a view of a node; close it."""
    from qarunner.nodes.client import observe

    return observe(context.node(node), blocked=context.sources.get("block_plugins"))


def lease(context: Context, node: str, wait: float | None) -> NodeHandle:
    """Take a node's lease; close what is returned.

    :raises NodeBusyError: somebody else has it; says who.
    """
    from qarunner.nodes.client import connect
    from qarunner.nodes.peers import user_name

    limit: float = context.sources.get("wait") if wait is None else wait
    return connect(
        context.node(node),
        holder=user_name(os.getuid()),
        wait=limit,
        on_wait=lambda text: note(f"waiting for: {text}") if limit else None,
        blocked=context.sources.get("block_plugins"),
    )


def newest_frame(node: NodeView, after: int = 0, limit: float = FIRST_FRAME_LIMIT) -> Frame:
    """Return the newest frame.

    :raises DeviceError: there is none within `limit` seconds, or the capture says sooner that it has none to give.
    """
    from qarunner.nodes.ring_layout import Signal

    began = time.monotonic()
    while (waited := time.monotonic() - began) < limit:
        frame = node.frames.newest(after, LOOK_AGAIN)
        if frame is not None:
            return frame
        if waited > LOST_LIMIT and node.frames.signal in (Signal.LOST, Signal.ENDED, Signal.NONE):
            break
    problem = f"node {node.id!r} shows no picture: {node.frames.problem or node.frames.signal.words}"
    raise DeviceError(problem, "See whether the device is on and its cable is in")
