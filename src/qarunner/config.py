"""The configuration: which value won, and where it came from.

In the order of winning: command line, environment, ``qarunner.toml`` (working directory upwards, then the system's),
the pack's ``config/test-farm/<node>.conf``, its ``.stbt.conf``, plugins, defaults.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from qarunner import config_sources as sources
from qarunner.config_sources import Key, Table, Value
from qarunner.errors import ConfigurationError, UnknownNodeError, nearest
from qarunner.node_config import DriverConfig, NodeConfig
from qarunner.server_config import ServerConfig
from qarunner.settings import BY_NAME, SETTINGS

SYSTEM_FILE = Path("/etc/qarunner/qarunner.toml")
FILE_NAME = "qarunner.toml"
BY_PLUGIN = "plugin "
"""How the source of what a plugin says begins."""
SMALLEST, LARGEST = 16, 8192
"""Pixels of a frame's width and height."""


class Configuration:
    """All sources, merged. Make one with `load`.

    :param tables: the sources, winner first.
    :param pack: root of the test pack, or None.
    """

    def __init__(self, tables: list[Table], pack: Path | None = None) -> None:
        self.tables = tables
        self.pack = pack

    def all(self, key: Key) -> list[Value]:
        """Return every value given for `key`, winner first."""
        return [table[key] for table in self.tables if key in table]

    def get(self, name: str) -> Any:
        """Return the value of a setting, checked.

        :raises ConfigurationError: the value does not fit; says where it stands.
        """
        setting = BY_NAME[name]
        found = self.all((name,))
        return _checked(found[0], setting.kind, name) if found else setting.default

    def check(self) -> None:
        """Check every setting now rather than when it is first used.

        :raises ConfigurationError: the first that does not fit.
        """
        for setting in SETTINGS:
            self.get(setting.name)

    def node_ids(self) -> list[str]:
        """Return the ids of all nodes that are known, sorted."""
        return sorted({key[1] for table in self.tables for key in table if key[0] == "nodes"})

    def node(self, node: str) -> NodeConfig:
        """Return a node's configuration.

        :raises UnknownNodeError: no source knows it; the advice lists the known and the nearest.
        :raises ConfigurationError: a value of it does not fit.
        """
        fields = {key[2] for table in self.tables for key in table if key[:2] == ("nodes", node)}
        if not fields & {"capture", "remote", "power", "browser"}:
            known = self.node_ids()
            guess = nearest(node, known)
            listed = f"known: {', '.join(known)}" if known else "none is configured; see `qarunner nodes --help`"
            raise UnknownNodeError(f"there is no node {node!r}", f"{guess} {listed}".strip())
        settings: dict[str, Any] = {}
        for field in fields:
            value = self.all(("nodes", node, field))[0]
            name = f"nodes.{node}.{field}"
            if field in ("capture", "remote", "power", "browser"):
                settings[field] = _driver(value, name)
            elif field == "frame_size":
                settings[field] = _frame_size(value, name)
            elif field == "device":
                settings[field] = self._device(node)
            elif field == "strategy":
                settings[field] = self.strategy(node)
            else:
                settings[field] = _checked(value, {"linger": float, "listen": str}[field], name)
        return NodeConfig(id=node, pack=self._pack_of(node, fields), **settings)

    def _pack_of(self, node: str, fields: set[str]) -> str:
        """Return the test pack whose plugins and files the drivers of a node may need.

        A plugin that configures a node by itself knows no pack; so its exporter is the same for every pack, and for a
        server that has another one, or none.
        """
        if self.pack is None:
            return ""
        drivers = [self.all(("nodes", node, field))[0] for field in fields & {"capture", "remote", "power", "browser"}]
        by_plugin = all(driver.source.startswith(BY_PLUGIN) for driver in drivers)
        return "" if by_plugin and not (self.pack / "plugins").is_dir() else str(self.pack)

    def strategy(self, node: str) -> str:
        """Return the strategy that a node names, ``module:name``, or an empty string.

        :raises ConfigurationError: it is not of that form.
        """
        found = self.all(("nodes", node, "strategy"))
        return _strategy(found[0], f"nodes.{node}.strategy") if found else ""

    def _device(self, node: str) -> dict[str, str]:
        """Merge all that is said of the device, property by property."""
        merged: dict[str, str] = {}
        for value in reversed(self.all(("nodes", node, "device"))):
            merged.update(_checked(value, dict[str, str], f"nodes.{node}.device"))
        if "device_type" in merged:  # the platform's own word for it, where nobody names a model
            merged.setdefault("model", merged["device_type"])
        return merged

    def reporter_options(self, reporter: str) -> tuple[dict[str, Any], str]:
        """Return the table ``[reporters.NAME]`` with secrets fetched, and where it stands."""
        return self._options("reporters", reporter)

    def notifier_options(self, notifier: str) -> tuple[dict[str, Any], str]:
        """Return the table ``[notifiers.NAME]`` with secrets fetched, and where it stands."""
        return self._options("notifiers", notifier)

    def dialect_options(self, dialect: str) -> tuple[dict[str, Any], str]:
        """Return the table ``[dialects.NAME]`` with secrets fetched, and where it stands."""
        return self._options("dialects", dialect)

    def job_engine_options(self, engine: str) -> tuple[dict[str, Any], str]:
        """Return the table ``[job_engines.NAME]`` with secrets fetched, and where it stands."""
        return self._options("job_engines", engine)

    def _options(self, kind: str, name: str) -> tuple[dict[str, Any], str]:
        found = self.all((kind, name))
        if not found:
            return {}, ""
        table, source = found[0].value, found[0].source
        return {key: _secret(value, source) for key, value in table.items()}, source

    def server(self, given: Mapping[str, Any] | None = None) -> ServerConfig:
        """Return the table ``[server]``, checked.

        :param given: what the command line says, by name; it wins.
        :raises ConfigurationError: a value does not fit; says where it stands.
        """
        settings: dict[str, Any] = {}
        for field, kind in get_type_hints(ServerConfig, include_extras=True).items():
            value = Value(given[field], "command line") if given and field in given else None
            for found in (value, *self.all(("server", field))):
                if found is not None:
                    secret = Value(_secret(found.value, found.source), found.source)
                    settings[field] = _checked(secret, kind, f"server.{field}")
                    break
        return ServerConfig(**settings)

    def explain(self) -> Iterator[tuple[str, Any, str, list[str]]]:
        """Yield (name, value, source, sources it was overridden in... most important first) for every value."""
        for setting in SETTINGS:
            found = self.all((setting.name,))
            value = self.get(setting.name)
            yield setting.name, value, found[0].source if found else "default", [v.source for v in found[1:]]
        keys = sorted({key for table in self.tables for key in table if len(key) > 1})
        for key in keys:
            found = self.all(key)
            yield ".".join(key), found[0].value, found[0].source, [v.source for v in found[1:]]

    def with_plugin_nodes(self, nodes: Mapping[str, tuple[str, Mapping[str, Any]]]) -> Configuration:
        """Return a configuration that also knows the nodes which plugins offer, below all other sources."""
        table: Table = {}
        for node, (plugin, fields) in nodes.items():
            for field, value in fields.items():
                table["nodes", node, field] = Value(value, f"{BY_PLUGIN}{plugin}")
        return Configuration([*self.tables, table], self.pack)


def load(
    command_line: Mapping[str, Any] | None = None,
    pack: Path | None = None,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Configuration:
    """Read all sources except plugins.

    :param command_line: settings that were given there, by name.
    :param directory: where the search for ``qarunner.toml`` starts; default the working directory.
    :raises ConfigurationError: a source cannot be read or holds what means nothing.
    """
    environment = os.environ if environment is None else environment
    tables: list[Table] = [{(name,): Value(value, "command line") for name, value in (command_line or {}).items()}]
    tables.append(sources.read_environment(environment))
    tables.extend(sources.read_toml(path) for path in _files(directory or Path.cwd(), environment))
    if pack is not None:
        chosen = Configuration(tables).get("node")
        tables.append(sources.read_pack(pack, chosen))
    return Configuration(tables, pack)


def _files(directory: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    named = environment.get("QARUNNER_CONFIG")
    if named:
        if not Path(named).is_file():
            raise ConfigurationError(f"QARUNNER_CONFIG names {named}, which is no file", "Mend or unset the variable")
        yield Path(named)
    else:
        folders = (folder / FILE_NAME for folder in (directory.resolve(), *directory.resolve().parents))
        found = next((path for path in folders if path.is_file()), None)
        if found:
            yield found
    if SYSTEM_FILE.is_file():
        yield SYSTEM_FILE


def _checked(value: Value, kind: Any, name: str) -> Any:
    try:
        return msgspec.convert(value.value, kind, strict=False)
    except msgspec.ValidationError as error:
        problem = f"{value.source}: {name} = {value.value!r}: {error}"
        setting = BY_NAME.get(name)
        raise ConfigurationError(problem, f"It means: {setting.help}" if setting else "") from error


def _driver(value: Value, name: str) -> DriverConfig:
    content = {"uri": value.value} if isinstance(value.value, str) else dict(_checked(value, dict[str, Any], name))
    uri = content.pop("uri", None)
    if not isinstance(uri, str) or ":" not in uri:
        problem = f"{value.source}: {name} = {uri!r} is no driver's address"
        advice = 'Write scheme:address, such as "virtual:" or {uri = "v4l2:/dev/video0", fps = 60}'
        raise ConfigurationError(problem, advice)
    return DriverConfig(
        uri=uri,
        options={key: _secret(item, value.source) for key, item in content.items()},
        fetched=tuple(sorted(key for key, item in content.items() if _is_fetched(item))),
    )


def _frame_size(value: Value, name: str) -> tuple[int, int]:
    parts = value.value.lower().split("x") if isinstance(value.value, str) else value.value
    try:
        width, height = (int(part) for part in parts)
    except (TypeError, ValueError):
        width = height = 0
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        problem = f"{value.source}: {name} = {value.value!r} is no size of a picture"
        raise ConfigurationError(problem, f'Write it as "1280x720"; each from {SMALLEST} to {LARGEST}')
    return width, height


def _strategy(value: Value, name: str) -> str:
    module, _, attribute = value.value.partition(":") if isinstance(value.value, str) else ("", "", "")
    if not attribute.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        problem = f"{value.source}: {name} = {value.value!r} names no strategy"
        raise ConfigurationError(problem, "Write MODULE:NAME, such as tests.strategies.box:box")
    return f"{module}:{attribute}"


def _is_fetched(value: Any) -> bool:
    """Whether a value is ``{env = "NAME"}`` or ``{file = "PATH"}``."""
    return isinstance(value, dict) and set(value) in ({"env"}, {"file"})


def _secret(value: Any, source: str) -> Any:
    """Fetch a value that is to be fetched; anything else is the value itself."""
    if not _is_fetched(value):
        return value
    if "env" in value:
        found = os.environ.get(str(value["env"]))
        if found is None:
            problem = f"{source}: environment variable {value['env']} is not set"
            raise ConfigurationError(problem, "Set it, or name another")
        return found
    path = Path(str(value["file"])).expanduser()
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        problem = f"{source}: the secret cannot be read: {error}"
        raise ConfigurationError(problem, "Make the file, readable by you") from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigurationError(f"{source}: {path} can be read by others", f"chmod 600 {path}")
    return text
