"""Finds the job engine that the configuration chooses, and its options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from qarunner.errors import ConfigurationError, nearest
from qarunner.plugin_guard import checked_options, naming

if TYPE_CHECKING:
    from qarunner.config import Configuration
    from qarunner.job_engines import JobEngine, JobEngineContext
    from qarunner.plugins import Plugins

OpenEngine = Callable[["JobEngineContext"], "JobEngine"]


def choose_job_engine(plugins: Plugins, configuration: Configuration, name: str) -> OpenEngine:
    """Return what opens the engine with this name, with the options of ``[job_engines.NAME]``.

    :raises ConfigurationError: an unknown name (lists the known), or options that do not fit (says where they stand).
    """
    known = plugins.job_engines()
    for wanted, source in _named(configuration, name):
        if wanted not in known:
            advice = f"{nearest(wanted, known)} known: {', '.join(sorted(known))}".strip()
            raise ConfigurationError(f"{source}there is no job engine {wanted!r}", advice)
    plugin, description = known[name]
    table, source = configuration.job_engine_options(name)
    try:
        options = checked_options(plugin, table, description.options)
    except msgspec.ValidationError as error:
        problem = f"{source}: [job_engines.{name}]: {error}"
        raise ConfigurationError(problem, f"`qarunner plugins {plugin}` lists the options") from error

    def open_engine(context: JobEngineContext) -> JobEngine:
        with naming(plugin, f"job engine {name}"):
            return description.open(replace(context, options=options))

    return open_engine


def _named(configuration: Configuration, chosen: str) -> list[tuple[str, str]]:
    """Return the names of engines that the configuration has, with the place of each."""
    place = configuration.all(("server", "job_engine"))
    names = [(chosen, f"{place[0].source}: " if place and place[0].value == chosen else "")]
    tables = dict.fromkeys(key[1] for table in configuration.tables for key in table if key[0] == "job_engines")
    return names + [(name, f"{configuration.all(('job_engines', name))[0].source}: ") for name in tables]
