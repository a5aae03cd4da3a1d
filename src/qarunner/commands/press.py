"""``qarunner press``: presses keys under a lease of its own, so that no running test is disturbed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from qarunner.commands.context import context_of
from qarunner.commands.node_access import add_node, add_wait, lease
from qarunner.commands.terminal import add_json, note, say, say_json
from qarunner.errors import ConfigurationError, UnknownKeyError, nearest

if TYPE_CHECKING:
    from qarunner.nodes.client import NodeHandle


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    add_node(parser)
    parser.add_argument("keys", nargs="*", metavar="KEY", help="such as KEY_OK; none: list the remote's keys")
    parser.add_argument("--hold", type=float, metavar="SECONDS", help="hold each key down for this long")
    parser.add_argument("--pause", type=float, metavar="SECONDS", default=0.3, help="between two keys (default: 0.3)")
    add_wait(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Press them, or list them."""
    if arguments.hold is not None and not arguments.hold > 0:
        raise ConfigurationError(f"--hold {arguments.hold:g} is no time to hold a key", "Give seconds, such as 0.8")
    node = lease(context_of(arguments), arguments.node, arguments.wait)
    try:
        if not arguments.keys:
            _list(node, as_json=arguments.json)
            return 0
        _check(node, arguments.keys, holding=arguments.hold is not None)
        times = []
        for number, key in enumerate(arguments.keys):
            if number:
                time.sleep(max(0.0, arguments.pause))
            start, end = _press(node, key, arguments.hold)
            times.append({"key": key, "seconds": end - start})
            if not arguments.json:
                say(f"{key}  {f'held for {end - start:.2f} s' if arguments.hold else f'{(end - start) * 1000:.0f} ms'}")
        if arguments.json:
            say_json(times)
    finally:
        node.close()
    return 0


def _list(node: NodeHandle, *, as_json: bool) -> None:
    keys = node.keys()
    if as_json:
        say_json(None if keys is None else list(keys))
    elif keys:
        say("\n".join(keys))
    else:
        note("this remote takes any key" if keys is None else f"node {node.id!r} has no remote")


def _check(node: NodeHandle, keys: Collection[str], *, holding: bool) -> None:
    """Refuse before anything is pressed: half of a sequence would leave the device in a state nobody asked for."""
    known = node.keys()
    if known is not None and not known:
        raise ConfigurationError(f"node {node.id!r} has no remote", "Configure `remote` of the node")
    unknown = [key for key in keys if known is not None and key not in known]
    if unknown:
        advice = (
            f"{nearest(unknown[0], known or ())} `qarunner press {node.id}` lists them; nothing was pressed".strip()
        )
        raise UnknownKeyError(f"the remote of node {node.id!r} has no key {unknown[0]!r}", advice)
    if holding and not node.can_hold:
        raise ConfigurationError(f"the remote of node {node.id!r} cannot hold keys down", "Press without --hold")


def _press(node: NodeHandle, key: str, hold: float | None) -> tuple[float, float]:
    if hold is None:
        return node.press(key)
    start, _down = node.keydown(key)
    try:
        time.sleep(hold)
    finally:
        _up, end = node.keyup(key)
    return start, end
