"""How a node is described once all sources of configuration are merged. The exporter gets exactly this."""

from __future__ import annotations

from typing import Any

import msgspec


class DriverConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One driver of a node: its URI (``virtual:``, ``v4l2:/dev/video0?fps=30``) and further options.

    `fetched`: names of the options whose values came from the environment or from a file: nobody else may read them.
    """

    uri: str
    options: dict[str, Any] = {}
    fetched: tuple[str, ...] = ()

    @property
    def scheme(self) -> str:
        """The part before the first colon."""
        return self.uri.partition(":")[0]

    @property
    def secrets(self) -> list[str]:
        """What was fetched."""
        return [str(self.options[name]) for name in self.fetched if name in self.options]


class NodeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One device under test with everything wired to it.

    `frame_size`: width and height in pixels of the frames that tests see; captured ones are scaled to it.
    `linger`: seconds the exporter stays after its last connection, at least one.
    `listen`: ``address:port`` on which the exporter also answers over the network; empty for this host only.
    `device`: ``model``, ``build`` and other properties of what is tested, as far as the configuration knows.
    `strategy`: ``module:name`` of the `qarunner.Strategy` by which testcases bring the device into a state, or empty.
    `users`: names or numbers of the other users of this host who may use the node while it is ours; root always may.
    `job_users`: the same for users that jobs run as, who may use it from within a job on this node only.
    `pack`: root of the test pack whose ``plugins/`` folder holds further drivers; empty for none.
    `known_as`: in a configuration for those who only use the node, how its exporter knows the whole one: without the
    addresses and options of capture, remote and power, which may hold passwords, it cannot start an exporter.
    """

    id: str
    capture: DriverConfig | None = None
    remote: DriverConfig | None = None
    power: DriverConfig | None = None
    browser: DriverConfig | None = None
    frame_size: tuple[int, int] = (1280, 720)
    linger: float = 5.0
    listen: str = ""
    device: dict[str, str] = {}
    strategy: str = ""
    users: tuple[str, ...] = ()
    job_users: tuple[str, ...] = ()
    pack: str = ""
    known_as: str = ""

    @property
    def secrets(self) -> list[str]:
        """The secrets of all its drivers, which no evidence may hold."""
        drivers = (self.capture, self.remote, self.power, self.browser)
        return [secret for driver in drivers if driver is not None for secret in driver.secrets]
