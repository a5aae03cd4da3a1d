"""Opens the notifiers that are configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from qarunner.errors import ConfigurationError, nearest
from qarunner.plugin_guard import checked_options, naming

if TYPE_CHECKING:
    from qarunner.config import Configuration
    from qarunner.notifiers import Notifier
    from qarunner.plugins import Plugins


def open_notifiers(plugins: Plugins, configuration: Configuration) -> dict[str, Notifier]:
    """Open every notifier that has a table ``[notifiers.NAME]``.

    :raises ConfigurationError: an unknown name (lists the known), or options that do not fit (says where they stand).
    """
    known = plugins.notifiers()
    names = dict.fromkeys(key[1] for table in configuration.tables for key in table if key[0] == "notifiers")
    opened: dict[str, Notifier] = {}
    for name in names:
        if name not in known:
            advice = f"{nearest(name, known)} known: {', '.join(sorted(known))}".strip()
            source = configuration.all(("notifiers", name))[0].source
            raise ConfigurationError(f"{source}: there is no notifier {name!r}", advice)
        plugin, description = known[name]
        table, source = configuration.notifier_options(name)
        try:
            options = checked_options(plugin, table, description.options)
        except msgspec.ValidationError as error:
            problem = f"{source}: [notifiers.{name}]: {error}"
            raise ConfigurationError(problem, f"`qarunner plugins {plugin}` lists the options") from error
        with naming(plugin, f"notifier {name}"):
            opened[name] = description.open(options)
    return opened
