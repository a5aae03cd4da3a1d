"""From a driver's URI in the configuration to the opened driver: scheme, address, typed options, clear errors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

from qarunner.drivers import Driver, DriverContext
from qarunner.errors import ConfigurationError, PluginError, nearest
from qarunner.plugin_guard import checked_options, naming

if TYPE_CHECKING:
    from collections.abc import Collection

    from qarunner.node_config import DriverConfig, NodeConfig
    from qarunner.plugins import Plugins
    from qarunner.protocols import Capability


@dataclass(frozen=True)
class ResolvedDriver:
    """A driver with everything it will be opened with; nothing is opened or imported yet."""

    plugin: str
    driver: Driver
    context: DriverContext

    def resources(self) -> Collection[str]:
        """Return the host-wide names of the hardware it would use."""
        with naming(self.plugin, f"resources of {self.context.uri}"):
            return self.driver.resources(self.context)

    def open(self) -> Any:
        """Make the object that implements the capability's protocol.

        :raises PluginError: a library is missing (says which extra has it) or the plugin failed.
        """
        try:
            with naming(self.plugin, f"{self.context.capability} {self.context.uri}"):
                return self.driver.open(self.context)
        except PluginError as error:
            missing = error.__cause__
            if not isinstance(missing, ImportError):
                raise
            problem = f"{self.context.capability} {self.context.uri} needs a library that is not installed: {missing}"
            extra = f"[{self.driver.extra}]" if self.driver.extra else ""
            advice = f"pip install '{self.driver.distribution}{extra}'"
            raise PluginError(problem, advice) from missing


def resolve_driver(
    plugins: Plugins,
    node: NodeConfig,
    capability: Capability,
    config: DriverConfig,
    shared_objects: dict[str, Any] | None = None,
) -> ResolvedDriver:
    """Find the driver of a URI and check its options.

    :raises ConfigurationError: no such scheme (lists the known and the nearest), or an option is not usable.
    """
    drivers = plugins.drivers()
    found = drivers.get((capability, config.scheme))
    if found is None or ":" not in config.uri:
        known = sorted(scheme for kind, scheme in drivers if kind == capability)
        problem = f"node {node.id!r}: no {capability} driver for {config.uri!r}"
        guess = nearest(config.scheme, known)
        raise ConfigurationError(problem, f"{guess} " * bool(guess) + f"known: {', '.join(f'{s}:' for s in known)}")
    plugin, driver = found
    address, from_query = split_uri(config.uri)
    if told := sorted(driver.secret_options & ({*from_query} | {*config.options} - {*config.fetched})):
        problem = f"node {node.id!r}: {capability}: {told[0]} is a secret, which must not stand in a configuration"
        raise ConfigurationError(
            problem, f'Write {told[0]} = {{env = "NAME"}}, or {{file = "PATH"}} that only you can read'
        )
    try:
        options = checked_options(plugin, {**from_query, **config.options}, driver.options)
    except msgspec.ValidationError as error:
        problem = f"node {node.id!r}: {capability} = {config.uri!r}: {error}"
        known_options = ", ".join(driver.option_help) or "none"
        raise ConfigurationError(problem, f"options of {driver.scheme}: are {known_options}") from error
    context = DriverContext(
        node=node.id,
        capability=capability,
        uri=config.uri,
        address=address,
        options=options,
        pack=Path(node.pack) if node.pack else None,
        frame_size=node.frame_size,
        shared_objects={} if shared_objects is None else shared_objects,
    )
    return ResolvedDriver(plugin, driver, context)


def split_uri(uri: str) -> tuple[str, dict[str, str]]:
    """Split off the scheme and the query: ``virtual:?fps=60`` gives ``("", {"fps": "60"})``.

    The query of a URL (``stream:rtsp://host/path?token=x``, ``http://host/path?key=x``) belongs to the URL; its driver
    takes options only from the configuration's table.
    """
    address = uri.partition(":")[2]
    if "://" in uri.partition("?")[0] or "?" not in address:
        return address, {}
    address, _, query = address.rpartition("?")
    return address, dict(parse_qsl(query, keep_blank_values=True))
