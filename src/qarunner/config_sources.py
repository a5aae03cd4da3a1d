"""Reads the sources of configuration into flat tables that remember where each value stands.

A table maps a key such as ``("time_limit",)`` or ``("nodes", "living-room", "capture")`` to a `Value`.
"""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qarunner.errors import ConfigurationError, nearest
from qarunner.server_config import SERVER_FIELDS
from qarunner.settings import BY_NAME, SETTINGS

Key = tuple[str, ...]
NODE_FIELDS = ("capture", "remote", "power", "browser", "frame_size", "linger", "listen", "device", "strategy")
TABLES = ("notifiers", "job_engines", "dialects")
"""Of tables by name, whose keys are checked by who uses them; ``[reporters.NAME]`` are such as well."""
LONGEST_TAG = 500
_TAG_NAME = re.compile(r"[^/\-._:$<>\x00-\x1f\x7f][^:$<>\x00-\x1f\x7f]*")
SECRET_WORDS = re.compile(r"password|passwd|secret|token|private_key|api_key", re.IGNORECASE)


@dataclass(frozen=True)
class Value:
    """A value and the place it comes from, such as ``/home/me/qarunner.toml:12``."""

    value: Any
    source: str


Table = dict[Key, Value]


def read_toml(path: Path) -> Table:
    """Read a ``qarunner.toml``.

    :raises ConfigurationError: not TOML, or a key that means nothing; says the line.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        problem = f"{path}{':' + line[1] if line else ''}: {error}"
        raise ConfigurationError(problem, "See docs/reference/configuration.md for the format") from error
    table: Table = {}
    for name, value in content.items():
        place = f"{path}:{_toml_line(text, (), name)}"
        if name == "nodes":
            for node, fields in _expect_table(value, "nodes", place).items():
                node_place = f"{path}:{_toml_line(text, ('nodes',), node)}"
                for key, item in _expect_table(fields, f"nodes.{node}", node_place).items():
                    place = f"{path}:{_toml_line(text, ('nodes', node), key)}"
                    _known(key, NODE_FIELDS, place, f"nodes.{node}")
                    table["nodes", node, key] = Value(item, place)
        elif name in TABLES or (name == "reporters" and isinstance(value, dict)):
            for one, options in _expect_table(value, name, place).items():
                place = f"{path}:{_toml_line(text, (name,), one)}"
                table[name, one] = Value(_expect_table(options, f"{name}.{one}", place), place)
        elif name == "server":
            for key, item in _expect_table(value, "server", place).items():
                place = f"{path}:{_toml_line(text, ('server',), key)}"
                _known(key, SERVER_FIELDS, place, "server")
                table["server", key] = Value(item, place)
        else:
            _known(name, (*BY_NAME, "nodes", "server", *TABLES), place, "the file")
            table[name,] = Value(value, place)
    return table


def read_environment(environment: Mapping[str, str]) -> Table:
    """Read ``QARUNNER_<SETTING>``; lists are separated by commas, tags are ``name=value,name=value``."""
    table: Table = {}
    for setting in SETTINGS:
        text = environment.get(setting.variable)
        if text is None:
            continue
        value: Any = text
        if setting.kind == list[str]:
            value = [part.strip() for part in text.split(",") if part.strip()]
        elif setting.kind == dict[str, str]:
            value = parse_tags([part for part in text.split(",") if part.strip()])
        table[setting.name,] = Value(value, f"environment variable {setting.variable}")
    for field in SERVER_FIELDS:
        variable = f"QARUNNER_SERVER_{field.upper()}"
        if variable in environment:
            table["server", field] = Value(environment[variable], f"environment variable {variable}")
    return table


def read_pack(pack: Path, node: str) -> Table:
    """Read what a pack's ``.stbt.conf`` and ``config/test-farm/<node>.conf`` say about settings and the node."""
    table: Table = {}
    for path in (pack / ".stbt.conf", pack / "config" / "test-farm" / f"{node}.conf"):
        if not node and path.parent != pack:
            continue
        parser = read_ini(path)
        for setting in SETTINGS:
            section, _, key = setting.stbt.partition(".")
            if key and parser.has_option(section, key):
                table[setting.name,] = Value(parser.get(section, key), _ini_place(path, section, key))
        for field in NODE_FIELDS:
            if node and field != "device" and parser.has_option("node", field):
                place = _ini_place(path, "node", field)
                table["nodes", node, field] = Value(parser.get("node", field), place)
        device = dict(parser.items("device_under_test")) if parser.has_section("device_under_test") else {}
        if node and device:
            table["nodes", node, "device"] = Value(device, f"{path}: [device_under_test]")
    return table


def read_ini(path: Path) -> configparser.ConfigParser:
    """Parse one ``.conf`` of a pack; an absent file is empty.

    :raises ConfigurationError: not parseable, or it holds secrets; says the line.
    """
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        parser.read_string(text, source=str(path))
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or (getattr(error, "errors", None) or [(0, "")])[0][0]
        problem = f"{path}:{line}: {str(error).splitlines()[0]}"
        raise ConfigurationError(problem, "Write [section] and key = value") from error
    for section in parser.sections():
        for key in parser.options(section):
            if section == "secrets" or (section in ("node", "test_pack") and SECRET_WORDS.search(key)):
                problem = f"{_ini_place(path, section, key)}: a test pack must not hold secrets ({section}.{key})"
                advice = "Keep it in the environment, or in a file only you can read, and name that in qarunner.toml"
                raise ConfigurationError(problem, advice)
    return parser


def parse_tags(texts: list[str]) -> dict[str, str]:
    """``["build=1.2", "smoke"]`` gives ``{"build": "1.2", "smoke": ""}``.

    :raises ConfigurationError: a name is blank, starts with ``/ - . _``, is 500 characters or longer, or contains one
        of ``: $ < >`` or a control character.
    """
    tags: dict[str, str] = {}
    for text in texts:
        name, _, value = text.partition("=")
        name = name.strip()
        if not _TAG_NAME.fullmatch(name) or max(len(name), len(value)) >= LONGEST_TAG:
            problem = f"{text[:80]!r} is not a usable tag"
            advice = "Write NAME=VALUE; the name has no ':', '$', '<', '>' and does not begin with / - . or _"
            raise ConfigurationError(problem, advice)
        tags[name] = value.strip()
    return tags


def _known(key: str, names: tuple[str, ...], place: str, where: str) -> None:
    if key not in names:
        guess = nearest(key, names)
        problem = f"{place}: {key!r} means nothing in {where}"
        raise ConfigurationError(problem, guess or f"Known here: {', '.join(names)}")


def _expect_table(value: Any, name: str, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigurationError(f"{place}: {name} must be a table", f"Write [{name}] on a line of its own")
    return value


def _toml_line(text: str, table: Key, key: str) -> int:
    """Return the line on which `key` of `table` stands, as well as it can be seen without a full parser."""
    header, current, best = ".".join((*table, key)), "", 1
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            current = stripped.strip("[] ").replace('"', "").replace("'", "")
            if current == header or current.startswith(header + "."):
                return number
            if current == ".".join(table):
                best = number
        elif current == ".".join(table) and re.match(rf"""["']?{re.escape(key)}["']?\s*[=.]""", stripped):
            return number
    return best


def _ini_place(path: Path, section: str, key: str) -> str:
    current = ""
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            current = stripped.strip("[] ")
        elif current == section and re.match(rf"{re.escape(key)}\s*[=:]", stripped, re.IGNORECASE):
            return f"{path}:{number}"
    return str(path)
