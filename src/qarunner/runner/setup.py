"""Puts a session with a node together: configuration, plugins, collection, the device, the loop."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qarunner import config as configuration_module
from qarunner.errors import QarunnerError
from qarunner.pack.root import find_root
from qarunner.plugins import Plugins
from qarunner.runner import current, fixtures, options
from qarunner.runner.behave.settings import BEHAVE_SETTINGS
from qarunner.runner.behave_bridge import behave_settings
from qarunner.runner.collection import CollectionPlugin
from qarunner.runner.display import DisplayPlugin
from qarunner.runner.job import node_of_job
from qarunner.runner.session import RunSession
from qarunner.runner.stbt_import import StbtFinder
from qarunner.runner.stbt_settings import StbtSettings

XDIST_OPTIONS = {"numprocesses": "-n", "tx": "--tx", "dist": "--dist"}


def set_up(config: pytest.Config) -> None:
    """Set up everything that ``--qa-node`` needs.

    :raises pytest.UsageError: with what was wrong and what to do.
    """
    try:
        _refuse_xdist(config)
        _set_up(config)
    except QarunnerError as error:
        raise pytest.UsageError(str(error)) from error


def _set_up(config: pytest.Config) -> None:
    pack = find_pack(config)
    configuration = configuration_module.load(options.given(config.option), pack, config.invocation_params.dir)
    configuration.check()
    plugins = Plugins(configuration.get("block_plugins"), pack, trace=configuration.get("trace"))
    plugins.check()
    configuration = configuration.with_plugin_nodes(plugins.nodes())
    node = node_of_job(configuration) or configuration.node(configuration.get("node"))
    session = RunSession(configuration, plugins, node, lambda line: say(config, line))
    register = config.pluginmanager.register
    register(CollectionPlugin(plugins.testcase_sources(), pack), "qarunner-collection")
    register(fixtures, "qarunner-fixtures")
    config.stash[BEHAVE_SETTINGS] = behave_settings(config, session)
    if not config.option.collectonly:
        from qarunner.reporter_choice import open_reporters
        from qarunner.runner.loop import LoopPlugin

        current.set_session(session)
        register(LoopPlugin(session, open_reporters(plugins, configuration, configuration.get("reporters") or ())))
        register(DisplayPlugin(config.pluginmanager), "qarunner-display")
    settings = StbtSettings(pack, node.id, configuration.get("tags"))
    finder = StbtFinder(lambda module: _prepare(module, session, settings))
    finder.install()
    config.add_cleanup(settings.restore)
    config.add_cleanup(finder.remove)


def _prepare(stbt_core: ModuleType, session: RunSession, settings: StbtSettings) -> None:
    """Put the session's device behind stbt_core's functions."""
    from qarunner.runner.device import DeviceUnderTest

    settings.prepare(stbt_core, DeviceUnderTest(session.use))


def find_pack(config: pytest.Config) -> Path | None:
    """Return the root of the pack that is asked for: of the first path on the command line, or of this directory."""
    here = config.invocation_params.dir
    for argument in config.args:
        path = here / argument.partition("::")[0]
        root = find_root(path) if path.exists() else None
        if root is not None:
            return root
    return find_root(here)


def _refuse_xdist(config: pytest.Config) -> None:
    for name, option in XDIST_OPTIONS.items():
        value: Any = getattr(config.option, name, None)
        if value and value != "no":
            problem = f"{option} cannot be used with --qa-node: one device runs one testcase at a time"
            raise QarunnerError(problem, "Leave it out, or start one pytest for each node")


def say(config: pytest.Config, line: str) -> None:
    """Show a line at once, also while pytest captures output."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    if reporter is None:
        return
    with capture.global_and_fixture_disabled():
        reporter.ensure_newline()
        reporter.write_line(f"qarunner: {line}")
        reporter.flush()  # into a pipe, too, it must come before what it announces
