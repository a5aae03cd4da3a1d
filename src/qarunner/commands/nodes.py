"""``qarunner nodes``: the nodes that are configured, their drivers, and who uses them. Starts no exporter."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from qarunner.commands.config import masked
from qarunner.commands.context import Context, context_of
from qarunner.commands.terminal import add_json, note, painted, say, say_json
from qarunner.errors import NodeBusyError, QarunnerError
from qarunner.protocols import CAPABILITIES

if TYPE_CHECKING:
    from qarunner.node_config import NodeConfig
    from qarunner.nodes.status import LeaseInfo, NodeStatus

State = Literal["free", "leased", "not running", "in use", "broken"]

LOOKS: dict[State, str] = {"free": "green", "leased": "yellow", "in use": "yellow", "broken": "red"}


@dataclass
class NodeLine:
    """One node as it is listed.

    `state`: ``free`` and ``leased`` say that its exporter runs; ``not running`` that it is started when somebody needs
    it; ``in use`` that it is another user's; ``broken`` that its configuration is not usable.
    """

    id: str
    drivers: dict[str, str] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    state: State = "not running"
    text: str = ""
    lease: LeaseInfo | None = None
    status: NodeStatus | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    add_json(parser)
    parser.epilog = (
        "A node is described in qarunner.toml:\n\n"
        "  [nodes.living-room]\n"
        '  capture = "virtual:?size=1920x1080"\n'
        '  remote = "virtual:"\n\n'
        "`qarunner plugins` lists the drivers; `qarunner doctor NODE` tries them."
    )


def run(arguments: argparse.Namespace) -> int:
    """List them; 1 when the configuration of one is not usable."""
    context = context_of(arguments)
    lines = [line_of(context, node) for node in context.node_ids()]
    if arguments.json:
        say_json(lines)
    elif lines:
        for line in lines:
            _say(line)
    else:
        note("no node is configured\n  `qarunner nodes --help` shows how to describe one in qarunner.toml")
    return 1 if any(line.state == "broken" for line in lines) else 0


def line_of(context: Context, node: str) -> NodeLine:
    """Return what is known of a node without starting anything."""
    line = NodeLine(node)
    configuration = context.configuration_of(node)
    found = {name: values[0] for name in CAPABILITIES if (values := configuration.all(("nodes", node, name)))}
    files = {value.source.rpartition(":")[0] or value.source: value.source for value in reversed(found.values())}
    line.sources = list(files.values())  # where it begins in each file
    try:
        config = configuration.node(node)
        for capability in found:
            line.drivers[capability] = masked("", getattr(config, capability).uri)
        _look(line, config)
    except NodeBusyError as error:
        line.state, line.text = "in use", error.problem
    except QarunnerError as error:
        line.state, line.text = "broken", str(error)
    return line


def _look(line: NodeLine, config: NodeConfig) -> None:
    from qarunner.nodes.client import running

    line.status = status = running(config)
    if status is None:
        line.text = "no exporter running; it starts when somebody needs it"
        return
    line.lease = status.lease
    line.state = "leased" if status.lease else "free"
    line.text = f"leased by {status.lease}" if status.lease else "free"
    line.text += f"; exporter is process {status.pid}"
    if status.capture.driver and status.capture.signal != "frames":
        line.text += f"; capture: {status.capture.problem or status.capture.signal}"
    if status.hangs:
        line.text += f"; {', '.join(status.hangs)}"


def _say(line: NodeLine) -> None:
    say(f"{painted(line.id, 'bold')}  {painted(', '.join(line.sources), 'dim')}".rstrip())
    for capability, uri in line.drivers.items():
        say(f"  {capability.ljust(8)}{uri}")
    say(f"  {painted(line.text, *filter(None, [LOOKS.get(line.state)]))}")
