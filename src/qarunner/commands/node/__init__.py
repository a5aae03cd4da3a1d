"""``qarunner node``: finds the hardware of this machine, tries it, and adds a node to ``qarunner.toml``."""

from __future__ import annotations

import argparse
from pathlib import Path

from qarunner.commands.context import context_of
from qarunner.commands.terminal import add_json
from qarunner.protocols import CAPABILITIES

ACTIONS = ("add", "find")
HELP = {
    "capture": "where its pictures come from, such as v4l2:/dev/video0",
    "remote": "what presses its keys, such as lirc:living-room",
    "power": "what switches its power, such as http://192.168.1.7",
    "browser": "its browser for WebDriver, such as chromium:",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument("action", choices=ACTIONS, help="find: list what this machine has; add: try it, and write it")
    parser.add_argument("--name", metavar="NODE", help="for add: the new node's id, such as living-room")
    for capability in CAPABILITIES:
        parser.add_argument(f"--{capability}", metavar="URI", help=HELP[capability])
    parser.add_argument("--model", metavar="TEXT", help="the model of the device under test")
    parser.add_argument("--key", metavar="KEY", help="press this key once, to see that it arrives")
    parser.add_argument("--picture", metavar="FILE", type=Path, help="where the picture goes (default: NODE.png)")
    parser.add_argument("--file", metavar="PATH", type=Path, help="add it to this file, not to the one that is in use")
    parser.add_argument("--untried", action="store_true", help="open nothing: the hardware is not there yet")
    parser.add_argument("--yes", action="store_true", help="ask nothing; what no option gives, the node does not have")
    add_json(parser)
    parser.epilog = (
        "At a terminal it asks for what no option gives. In a script:\n\n"
        "  qarunner node find --json\n"
        "  qarunner node add --name kiosk --capture screen::0 --remote x11::0 --key KEY_OK --yes\n\n"
        "What is in the file stays as it is; a node that is there is never changed."
    )


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0."""
    if arguments.action == "find":
        from qarunner.commands.node.hardware import discover, show

        show(discover(context_of(arguments).plugins), as_json=arguments.json)
        return 0
    from qarunner.commands.node.adding import add

    add(context_of(arguments), arguments)
    return 0
