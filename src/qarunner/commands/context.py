"""What a verb works with: the configuration, the plugins, the test pack around the working directory.

Each is read at first use, so that ``qarunner --help`` works beside a broken ``qarunner.toml``.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from qarunner.config import Configuration
    from qarunner.node_config import NodeConfig
    from qarunner.plugins import Plugins


class Context:
    """All that a verb may ask for.

    :param given: settings from the command line, by name.
    :param directory: where the search for the pack and for ``qarunner.toml`` begins.
    :param look_for_pack: False for verbs that must not run a test pack's code, such as its plugins.
    """

    def __init__(self, given: Mapping[str, Any], directory: Path, *, look_for_pack: bool = True) -> None:
        self._given = dict(given)
        self._directory = directory
        self._look_for_pack = look_for_pack

    @cached_property
    def pack(self) -> Path | None:
        """Root of the test pack around the working directory, or None."""
        from qarunner.pack.root import find_root

        return find_root(self._directory) if self._look_for_pack else None

    @cached_property
    def sources(self) -> Configuration:
        """The configuration without what plugins add.

        :raises ConfigurationError: a source cannot be read; says where.
        """
        return self._load({})

    @cached_property
    def plugins(self) -> Plugins:
        """The plugins; a broken one is listed in ``plugins.loaded`` with its problem."""
        from qarunner.plugins import Plugins

        return Plugins(self.sources.get("block_plugins"), self.pack, trace=self.sources.get("trace"))

    @cached_property
    def configuration(self) -> Configuration:
        """The configuration with the nodes that plugins offer.

        :raises QarunnerError: a source cannot be read, or a plugin is broken.
        """
        return self.sources.with_plugin_nodes(self.plugins.nodes())

    def configuration_of(self, node: str) -> Configuration:
        """Return the configuration as it is when `node` is chosen: with the pack's file for that node."""
        return self._load({"node": node}).with_plugin_nodes(self.plugins.nodes())

    def node(self, node: str) -> NodeConfig:
        """Return the configuration of a node.

        :raises UnknownNodeError: there is none of that name; lists the known.
        """
        return self.configuration_of(node).node(node)

    def node_ids(self) -> list[str]:
        """Return the ids of all nodes, those included that only the test pack's own files describe."""
        known = set(self.configuration.node_ids())
        for path in (self.pack / "config" / "test-farm").glob("*.conf") if self.pack else ():
            if path.stem not in known and path.stem in self.configuration_of(path.stem).node_ids():
                known.add(path.stem)
        return sorted(known)

    def _load(self, chosen: Mapping[str, Any]) -> Configuration:
        from qarunner import config

        return config.load({**self._given, **chosen}, self.pack, self._directory)


def context_of(arguments: argparse.Namespace) -> Context:
    """Return the context that comes with a verb's arguments."""
    context: Context = arguments.context
    return context


def problem_of(what: Any) -> QarunnerError | None:
    """Call `what` and return the error that it explains itself with, or None."""
    try:
        what()
    except QarunnerError as error:
        return error
    return None
