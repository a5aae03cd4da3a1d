"""``qarunner config``: each value and where it came from, overridden ones too; secrets are masked."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner import config
from qarunner.commands.context import Context, context_of, problem_of
from qarunner.commands.offers import look_at
from qarunner.commands.terminal import add_json, note, painted, say, say_json
from qarunner.config_sources import SECRET_WORDS
from qarunner.errors import QarunnerError, UnknownNodeError
from qarunner.node_config import NodeConfig
from qarunner.settings import SETTINGS

if TYPE_CHECKING:
    from qarunner.config import Configuration

MASK = "********"
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^/@:\s]*):[^/@\s]+@")
_SECRET_IN_QUERY = re.compile(r"([?&][^=&]*(?:password|passwd|secret|token|key)[^=&]*=)[^&]+", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One value, or what it overrides."""

    value: Any
    source: str


@dataclass(frozen=True)
class Entry:
    """One key with the value that won first, then what that overrides; `problem` when the value does not fit."""

    name: str
    value: Any
    source: str
    overridden: list[Line]
    problem: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument(
        "node", nargs="?", metavar="NODE", help="as it is on this node, with the pack's config/test-farm/NODE.conf"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show it; 1 when some value is not usable."""
    context = context_of(arguments)
    configuration = _configuration(context, arguments.node)
    if arguments.node and isinstance(error := problem_of(lambda: configuration.node(arguments.node)), UnknownNodeError):
        raise error
    entries = list(explain(configuration, arguments.node))
    if arguments.json:
        say_json(entries)
    else:
        for entry in entries:
            _say(entry)
    problems = [entry.problem for entry in entries if entry.problem]
    return 1 if problems else 0


def _configuration(context: Context, node: str | None) -> Configuration:
    """Return the configuration with the nodes of those plugins that are not broken."""
    offered = look_at(context.plugins)
    nodes = {node: (offers.plugin.name, table) for offers in offered for node, table in offers.nodes.items()}
    broken = [offers.plugin.name for offers in offered if offers.problems]
    if broken:
        note(f"without what these broken plugins would add: {', '.join(broken)} (`qarunner plugins` says why)")
    sources = config.load({"node": node}, context.pack) if node else context.sources
    return sources.with_plugin_nodes(nodes)


def explain(configuration: Configuration, node: str | None) -> Iterator[Entry]:
    """Yield every setting, then what is said of nodes (only `node`, if given) and reporters."""
    yield from _settings(configuration)
    keys = {key for table in configuration.tables for key in table if len(key) > 1}
    if node:
        keys = {key for key in keys if key[0] != "nodes" or key[1] == node}
    nodes = {key[1] for key in keys if key[0] == "nodes"}
    problems = {known: problem_of(lambda known=known: configuration.node(known)) for known in nodes}
    for key in sorted(keys):
        problem = problems.get(key[1]) if key[0] == "nodes" else None
        blamed = problem is not None and f"{'.'.join(key)} " in f"{problem.problem} "
        yield _entry(key, _lines(configuration, key), problem if blamed else None)
    if node:
        defaults = {field.name: field.default for field in msgspec.structs.fields(NodeConfig)}
        width, height = defaults["frame_size"]
        for name, value in (("frame_size", f"{width}x{height}"), ("linger", defaults["linger"])):
            if ("nodes", node, name) not in keys:
                yield _entry(("nodes", node, name), [Line(value, "default")])


def _settings(configuration: Configuration) -> Iterator[Entry]:
    for setting in SETTINGS:
        problem = problem_of(lambda name=setting.name: configuration.get(name))
        first, *others = _lines(configuration, (setting.name,)) or [Line(setting.default, "default")]
        winner = first if problem else Line(masked(setting.name, configuration.get(setting.name)), first.source)
        yield _entry((setting.name,), [winner, *others], problem)


def _lines(configuration: Configuration, key: tuple[str, ...]) -> list[Line]:
    return [Line(masked(key[-1], found.value), found.source) for found in configuration.all(key)]


def _entry(key: tuple[str, ...], lines: list[Line], problem: QarunnerError | None = None) -> Entry:
    return Entry(".".join(key), lines[0].value, lines[0].source, lines[1:], masked("", str(problem or "")))


def masked(name: str, value: Any) -> Any:
    """Return a value as it may be shown: what a name or an address says is secret is masked.

    ``{env = "NAME"}`` and ``{file = "PATH"}`` say where a secret is kept, and are shown.
    """
    if isinstance(value, dict):
        is_reference = set(value) in ({"env"}, {"file"})
        return value if is_reference else {key: masked(str(key), item) for key, item in value.items()}
    if value and SECRET_WORDS.search(name):
        return MASK
    if isinstance(value, list | tuple):
        return [masked("", item) for item in value]
    if isinstance(value, str):
        return _SECRET_IN_QUERY.sub(rf"\1{MASK}", _PASSWORD_IN_URL.sub(rf"\1:{MASK}@", value))
    return value


def _say(entry: Entry) -> None:
    chosen = entry.source != "default"
    say(f"{painted(entry.name, 'bold') if chosen else entry.name} = {_written(entry.value)}  {_from(entry.source)}")
    for line in entry.overridden:
        say(f"    overrides {_written(line.value)}  {_from(line.source)}")
    if entry.problem:
        say(painted(textwrap.indent(entry.problem, "    "), "red"))


def _from(source: str) -> str:
    return painted(f"# {source}", "dim")


def _written(value: Any) -> str:
    """Return a value as it would be written in ``qarunner.toml``."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "(not set)"
    return f'"{value}"' if isinstance(value, str) else str(value)
