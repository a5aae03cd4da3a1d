"""``qarunner fault``: switches a driver's fault on, for people who want to see what happens then.

A fault ends with the lease under which it was switched on, so that no fault outlives whoever wanted it; therefore the
command stays until Ctrl-C.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from qarunner.commands.context import context_of
from qarunner.commands.node_access import add_node, add_wait, lease, view
from qarunner.commands.terminal import add_json, note, painted, say, say_json
from qarunner.errors import ConfigurationError, ExporterLostError, nearest

if TYPE_CHECKING:
    from qarunner.nodes.client import NodeHandle

LOOK_AGAIN = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    add_node(parser)
    parser.add_argument("name", nargs="?", metavar="NAME", help="the fault; none: list the node's faults")
    parser.add_argument("value", nargs="?", type=float, metavar="VALUE", default=1.0, help="its size (default: 1)")
    parser.add_argument("--seconds", type=float, metavar="SECONDS", help="end by itself after this long")
    add_wait(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List them, or have one on until Ctrl-C."""
    if arguments.name and not arguments.value > 0:
        advice = "A fault ends with the command that switched it on: press Ctrl-C there"
        raise ConfigurationError(f"{arguments.value:g} is no size of a fault", advice)
    context = context_of(arguments)
    if not arguments.name:
        with view(context, arguments.node) as seen:
            _list(arguments.node, seen.faults(), as_json=arguments.json)
        return 0
    node = lease(context, arguments.node, arguments.wait)
    try:
        faults = node.faults()
        if arguments.name not in faults:
            advice = f"{nearest(arguments.name, faults)} known: {', '.join(sorted(faults)) or 'none'}".strip()
            raise ConfigurationError(f"no driver of node {arguments.node!r} has a fault {arguments.name!r}", advice)
        node.inject_fault(arguments.name, arguments.value)
        say(f"{painted(arguments.name, 'bold')} is on: {faults[arguments.name]}")
        until = "Ctrl-C" if arguments.seconds is None else f"Ctrl-C, at most {arguments.seconds:g} s"
        say(f"The node is leased by this command until {until}; then the fault is off again.")
        _stay(node, arguments.seconds)
    finally:
        node.close()
    say("off")
    return 0


def _list(node: str, faults: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        say_json(faults)
        return
    if not faults:
        note(f"the drivers of node {node!r} have no faults to switch on")
        return
    width = max(len(name) for name in faults)
    for name, sentence in faults.items():
        say(f"{name.ljust(width)}  {sentence}")


def _stay(node: NodeHandle, limit: float | None) -> None:
    """Stay until Ctrl-C, or `limit` seconds.

    :raises ExporterLostError: the exporter ended, and the fault with it.
    """
    sys.stdout.flush()
    ends = None if limit is None else time.monotonic() + limit
    try:
        while ends is None or time.monotonic() < ends:
            if node.lost:
                raise ExporterLostError(
                    f"the exporter of node {node.id!r} has ended, and the fault with it", "Try again"
                )
            time.sleep(LOOK_AGAIN if ends is None else max(0.0, min(LOOK_AGAIN, ends - time.monotonic())))
    except KeyboardInterrupt:
        say()
