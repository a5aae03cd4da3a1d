"""Opens the reporters a run uses: those that are on by default, configured or asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner.errors import ConfigurationError, nearest
from qarunner.plugin_guard import checked_options, naming

if TYPE_CHECKING:
    from qarunner.config import Configuration
    from qarunner.plugins import Plugins

SERVER = "server"
"""The reporter that the setting `server_url` is for."""


def open_reporters(plugins: Plugins, configuration: Configuration, wanted: Iterable[str] = ()) -> dict[str, Any]:
    """Open reporters by name.

    :param wanted: names that were asked for besides.
    :raises ConfigurationError: an unknown name (lists the known), or options that do not fit (says where they stand).
    """
    known = plugins.reporters()
    configured = [key[1] for table in configuration.tables for key in table if key[0] == "reporters" and key[1:]]
    server = configuration.get("server_url")
    wanted = [*wanted, *([SERVER] if server else [])]
    names = dict.fromkeys([*(name for name, (_, r) in known.items() if r.on_by_default), *configured, *wanted])
    opened: dict[str, Any] = {}
    for name in names:
        if name not in known:
            advice = f"{nearest(name, known)} known: {', '.join(sorted(known))}".strip()
            raise ConfigurationError(f"there is no reporter {name!r}", advice)
        plugin, description = known[name]
        table, source = configuration.reporter_options(name)
        if name == SERVER and server:
            table = {**table, "url": server}
        try:
            options = checked_options(plugin, table, description.options)
        except msgspec.ValidationError as error:
            problem = f"{source}: [reporters.{name}]: {error}"
            raise ConfigurationError(problem, "See docs/reference/reporters.md") from error
        with naming(plugin, f"reporter {name}"):
            opened[name] = description.open(options)
    return opened
