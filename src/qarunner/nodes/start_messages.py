"""What a client gives the exporter process it starts, and what that answers once, on its standard output."""

from __future__ import annotations

import msgspec

from qarunner.node_config import NodeConfig
from qarunner.nodes.messages import Message


class StartOrder(msgspec.Struct, frozen=True, kw_only=True):
    """On standard input, as JSON: there it is seen by nobody else, which matters for passwords of devices."""

    config: NodeConfig
    resolver: str
    """Where the drivers come from, ``module:function``; see `qarunner.nodes.resolve`."""
    blocked: tuple[str, ...] = ()
    """Plugins that are not loaded."""
    stay: bool = False
    """Whether it stays when nobody is connected, until it gets a SIGTERM."""


class Started(Message, tag="started"):
    """Clients may connect."""

    pid: int


class AlreadyRunning(Message, tag="already-running"):
    """Another exporter of the node was faster."""


class NotStarted(Message, tag="not-started"):
    """Carries one of `qarunner.errors` by the name of its class."""

    error: str
    problem: str
    advice: str = ""
    resource_node: str = ""
    """The node for which this user's exporter holds the hardware, when that is why."""


StartReport = Started | AlreadyRunning | NotStarted
