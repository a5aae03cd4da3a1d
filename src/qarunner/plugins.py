"""The plugin manager: built-in and installed plugins by entry point, and the test pack's own ``plugins/`` folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from qarunner import hookspecs
from qarunner.errors import PluginError, QarunnerError, nearest
from qarunner.importing import import_file
from qarunner.plugin_guard import IMPORT_LIMIT, Tracer, advice_to_block, guarded, naming, run_limited

if TYPE_CHECKING:
    from qarunner.commands.spec import Command
    from qarunner.dialects.spec import Dialect
    from qarunner.drivers import Driver
    from qarunner.job_engines import JobEngineDescription
    from qarunner.notifiers import NotifierDescription
    from qarunner.reporters import ReporterDescription
    from qarunner.testcases import TestcaseSource

HOOKS_THAT_OFFER: Mapping[str, Sequence[str]] = {
    "qa_drivers": ("capability", "scheme"),
    "qa_nodes": (),
    "qa_reporters": ("name", "on_by_default"),
    "qa_commands": ("name", "summary"),
    "qa_testcase_sources": ("name", "folder"),
    "qa_dialects": ("name", "claims"),
    "qa_notifiers": ("name", "summary", "options"),
    "qa_job_engines": ("name", "summary", "open", "options"),
}
"""The hooks that are called to know what there is, with what tells each offer from junk; none for a mapping."""


@dataclass(frozen=True)
class LoadedPlugin:
    """A plugin as ``qarunner plugins`` lists it; `problem` is set when it could not be loaded."""

    name: str
    origin: str
    version: str = ""
    hooks: tuple[str, ...] = ()
    problem: str = ""


class Plugins:
    """All plugins of this process, and what they offer.

    :param blocked: names of plugins that are not loaded.
    :param pack: root of a test pack whose ``plugins/`` folder is loaded too.
    :param trace: print every hook call on standard error.
    """

    def __init__(self, blocked: Iterable[str] = (), pack: Path | None = None, *, trace: bool = False) -> None:
        self.manager = pluggy.PluginManager(hookspecs.NAME)
        self.manager.add_hookspecs(hookspecs)
        self.hook = self.manager.hook
        self.loaded: list[LoadedPlugin] = []
        if trace:
            tracer = Tracer()
            self.manager.add_hookcall_monitoring(tracer.before, tracer.after)
        for name in blocked:
            self.manager.set_blocked(name)
        for entry_point in sorted(metadata.entry_points(group=hookspecs.NAME), key=lambda point: point.name):
            self._load(entry_point.name, entry_point.load, *name_and_version(entry_point.dist))
        if pack is not None:
            self._load_pack(pack)

    def _load_pack(self, pack: Path) -> None:
        for path in _plugin_files(pack / "plugins"):
            name = path.parent.name if path.name == "__init__.py" else path.stem
            module = f"qarunner_pack_plugins.{name}"
            self._load(f"pack:{name}", lambda path=path, module=module: import_file(path, module), str(path), "")

    def _load(self, name: str, load: Any, origin: str, version: str) -> None:
        if self.manager.is_blocked(name):
            return
        try:
            plugin = run_limited(name, "import", IMPORT_LIMIT, load)
            self.register(plugin, name, origin, version)
        except QarunnerError as error:
            self.loaded.append(LoadedPlugin(name, origin, version, problem=str(error)))

    def register(self, plugin: object, name: str, origin: str = "", version: str = "") -> None:
        """Add one plugin; for tests and for plugins made in the same process.

        :raises PluginError: it implements an unknown hook, or was written for another hook interface.
        """
        wanted = str(getattr(plugin, "qarunner_hooks", hookspecs.HOOK_INTERFACE))
        if wanted.split(".", maxsplit=1)[0] != hookspecs.HOOK_INTERFACE.split(".", maxsplit=1)[0]:
            problem = f"plugin {name!r} is written for hook interface {wanted}, this is {hookspecs.HOOK_INTERFACE}"
            raise PluginError(problem, advice_to_block(name))
        self.manager.register(plugin, name)
        hooks = [caller.name for caller in self.manager.get_hookcallers(plugin) or ()]
        for hook in hooks:
            caller = getattr(self.hook, hook)
            if caller.spec is None:
                self.manager.unregister(plugin)
                guess = nearest(hook, (known for known in vars(hookspecs) if known.startswith("qa_")))
                problem = f"plugin {name!r} implements {hook!r}, which is no hook of qarunner"
                raise PluginError(problem, guess or "See docs/reference/hooks.md for all hooks")
            for implementation in caller.get_hookimpls():
                if implementation.plugin is plugin and not implementation.hookwrapper and not implementation.wrapper:
                    implementation.function = guarded(name, hook, implementation.function)
        self.loaded.append(LoadedPlugin(name, origin, version, tuple(sorted(hooks))))

    def check(self) -> None:
        """Raise the first problem of a plugin that could not be loaded.

        :raises PluginError: some plugin is broken.
        """
        for plugin in self.loaded:
            if plugin.problem:
                raise PluginError(plugin.problem)

    def _offers(self, hook: str) -> Iterator[tuple[str, Any]]:
        """Yield (plugin name, offer) of a hook that offers, in the order of loading.

        :raises PluginError: a plugin offers something else.
        """
        for implementation in getattr(self.hook, hook).get_hookimpls():
            caller = self.manager.subset_hook_caller(
                hook, [other for other in self.manager.get_plugins() if other is not implementation.plugin]
            )
            for answer in caller():
                with naming(implementation.plugin_name, hook):
                    offers = offers_of(hook, answer)
                yield from ((implementation.plugin_name, offer) for offer in offers)

    def drivers(self) -> dict[tuple[str, str], tuple[str, Driver]]:
        """Return (capability, scheme) to (plugin name, driver).

        :raises PluginError: two plugins offer the same.
        """
        found: dict[tuple[str, str], tuple[str, Driver]] = {}
        for plugin, driver in self._offers("qa_drivers"):
            _add(found, (driver.capability, driver.scheme), plugin, driver, f"{driver.capability} {driver.scheme}:")
        return found

    def reporters(self) -> dict[str, tuple[str, ReporterDescription]]:
        """Return the reporters' names with (plugin name, description)."""
        found: dict[str, tuple[str, ReporterDescription]] = {}
        for plugin, reporter in self._offers("qa_reporters"):
            _add(found, reporter.name, plugin, reporter, f"reporter {reporter.name}")
        return found

    def commands(self) -> dict[str, tuple[str, Command]]:
        """Return the verbs of the command line with (plugin name, command)."""
        found: dict[str, tuple[str, Command]] = {}
        for plugin, command in self._offers("qa_commands"):
            _add(found, command.name, plugin, command, f"command {command.name}")
        return found

    def dialects(self) -> dict[str, tuple[str, Dialect]]:
        """Return the public APIs that a server speaks, name to (plugin name, dialect)."""
        found: dict[str, tuple[str, Dialect]] = {}
        for plugin, dialect in self._offers("qa_dialects"):
            _add(found, dialect.name, plugin, dialect, f"dialect {dialect.name}")
        return found

    def notifiers(self) -> dict[str, tuple[str, NotifierDescription]]:
        """Return the notifiers' names with (plugin name, description)."""
        found: dict[str, tuple[str, NotifierDescription]] = {}
        for plugin, notifier in self._offers("qa_notifiers"):
            _add(found, notifier.name, plugin, notifier, f"notifier {notifier.name}")
        return found

    def job_engines(self) -> dict[str, tuple[str, JobEngineDescription]]:
        """Return the job engines' names with (plugin name, description)."""
        found: dict[str, tuple[str, JobEngineDescription]] = {}
        for plugin, engine in self._offers("qa_job_engines"):
            _add(found, engine.name, plugin, engine, f"job engine {engine.name}")
        return found

    def nodes(self) -> dict[str, tuple[str, Mapping[str, Any]]]:
        """Return the nodes that plugins offer, id to (plugin name, table)."""
        found: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for plugin, (node, table) in self._offers("qa_nodes"):
            _add(found, node, plugin, table, f"node {node}")
        return found

    def testcase_sources(self) -> list[TestcaseSource]:
        """Return the kinds of testcase files, built-in ones first."""
        return [source for _plugin, source in self._offers("qa_testcase_sources")]


def offers_of(hook: str, answer: Any) -> list[Any]:
    """Return what a hook offers, one by one; for a mapping its items.

    :raises TypeError: it is not what the hook asks for.
    """
    attributes = HOOKS_THAT_OFFER[hook]
    if isinstance(answer, Mapping) == bool(attributes):
        raise TypeError(f"it gives {answer!r}, not {'a list of offers' if attributes else 'a mapping'}")
    offers = list(answer.items() if isinstance(answer, Mapping) else answer)
    for offer in offers:
        missing = [attribute for attribute in attributes if not hasattr(offer, attribute)]
        if missing:
            raise TypeError(f"it offers {offer!r}, which has no {' and no '.join(missing)}")
    return offers


def name_and_version(distribution: metadata.Distribution | None) -> tuple[str, str]:
    """Return both from the head of the metadata: the whole, which holds a README, takes 3 ms to parse."""
    head = (distribution.read_text("METADATA") or "")[:500] if distribution else ""
    found = [re.search(rf"^{field}: (.+)$", head, re.MULTILINE) for field in ("Name", "Version")]
    name, version = (match[1].strip() if match else "" for match in found)
    return name, version


def _add(found: dict[Any, tuple[str, Any]], key: Any, plugin: str, offer: Any, what: str) -> None:
    if key in found:
        problem = f"plugins {found[key][0]!r} and {plugin!r} both offer {what!r}"
        raise PluginError(problem, advice_to_block(plugin))
    found[key] = (plugin, offer)


def _plugin_files(folder: Path) -> list[Path]:
    modules = [path for path in folder.glob("*.py") if not path.name.startswith(("_", "test_", "conftest"))]
    return sorted([*modules, *folder.glob("*/__init__.py")])
