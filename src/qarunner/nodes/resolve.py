"""From a node's configuration to its drivers: the one place where the exporter meets the plugins."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qarunner.errors import ConfigurationError
from qarunner.opening import resolve_driver

if TYPE_CHECKING:
    from qarunner.node_config import NodeConfig
    from qarunner.opening import ResolvedDriver
    from qarunner.protocols import Capability

Resolver = Callable[["NodeConfig", Sequence[str]], "dict[Capability, ResolvedDriver]"]

FROM_PLUGINS = "qarunner.nodes.resolve:from_plugins"

EXPORTED: tuple[Capability, ...] = ("capture", "remote", "power")
"""What the exporter opens; a browser lives in the test's own process."""


def from_plugins(config: NodeConfig, blocked: Sequence[str]) -> dict[Capability, ResolvedDriver]:
    """Find the drivers of a node among the installed plugins and those of its test pack.

    :raises ConfigurationError: no plugin offers such a driver, or one of its options is not usable.
    """
    from qarunner.plugins import Plugins

    plugins = Plugins(blocked, Path(config.pack) if config.pack else None)
    shared: dict[str, Any] = {}
    drivers = {capability: getattr(config, capability) for capability in EXPORTED}
    try:
        return {
            capability: resolve_driver(plugins, config, capability, driver, shared)
            for capability, driver in drivers.items()
            if driver is not None
        }
    except ConfigurationError as error:
        broken = [plugin.problem for plugin in plugins.loaded if plugin.problem]
        if not broken:
            raise
        # The driver may be missing because its plugin is.
        advice = "\n  ".join([error.advice, "these plugins could not be loaded:", *broken])
        raise ConfigurationError(error.problem, advice) from error


def load_resolver(name: str) -> Resolver:
    """Return the resolver of a name like ``module:function``; tests have one of their own."""
    resolver: Resolver = pkgutil.resolve_name(name)
    return resolver
