"""Names the scenarios of a behave feature file from its text, with behave's own parser and behave's own row names."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qarunner.pack.root import find_root
from qarunner.pack.scenario_names import unique_names

CONFIG_FILES = ("behave.ini", ".behaverc", "setup.cfg", "tox.ini", "pyproject.toml")
MOST_REPAIRS = 20
"""Lines behave cannot parse that are passed over before the rest of a file is given up; each costs a new parse."""


@dataclass(frozen=True)
class NamingSettings:
    """What of a pack's behave configuration decides how its scenarios are called."""

    row_name: str = "{name} -- @{row.id} {examples.name}"
    language: str | None = None


def feature_names(text: bytes, path: Path | None = None) -> Sequence[str]:
    """Return the names of all scenarios and outline rows of one feature file's content, in its order, all different.

    Whatever the bytes are, it never fails: lines that behave refuses are passed over.

    :param path: of the file; the configuration of behave in its pack may change the language and the rows' names.
    """
    settings = read_settings(find_root(path.parent)) if path is not None else NamingSettings()
    feature = _parse_tolerantly(text.decode("utf-8-sig", errors="replace"), settings.language)
    return unique_names(scenarios_of(feature, settings.row_name)) if feature is not None else []


def scenarios_of(container: Any, row_name: str, rule: str = "") -> Iterator[tuple[str, str, int]]:
    """Yield (name of the rule, name, line) of a parsed feature's scenarios and outline rows, in its order."""
    from behave.model import Rule, ScenarioOutline

    for item in container.run_items:
        if isinstance(item, Rule):
            yield from scenarios_of(item, row_name, item.name)
        elif isinstance(item, ScenarioOutline):
            yield from ((rule, name, line) for name, line in _rows_of(item, row_name))
        else:
            yield rule, item.name, item.line


def _rows_of(outline: Any, row_name: str) -> Iterator[tuple[str, int]]:
    """Name an outline's rows as behave will, without building the scenario of each with all its steps."""
    from behave.model import ScenarioOutlineBuilder

    builder = ScenarioOutlineBuilder(row_name)
    for examples_index, examples in enumerate(outline.examples, 1):
        examples.index = examples_index
        for row_index, row in enumerate(examples.table or (), 1):
            row.index = row_index
            row.id = f"{examples_index}.{row_index}"
            placeholders = {"examples.index": str(examples_index), "row.index": str(row_index), "row.id": row.id}
            yield builder.make_scenario_name(outline.name, examples, row, placeholders), row.line


def _parse_tolerantly(text: str, language: str | None) -> Any:
    """Return behave's model of a feature, or None; what does not parse is cut out line by line."""
    from behave.parser import Parser, ParserError

    lines = text.splitlines()
    for _repair in range(MOST_REPAIRS):
        parser = Parser(language)
        try:
            return parser.parse("\n".join(lines))
        except ParserError as error:
            number = error.line or 0
        except Exception:  # noqa: BLE001 - an unknown language or a broken table ends in any of several
            number = parser.line
        if not (0 < number <= len(lines) and lines[number - 1].strip()):
            break
        lines[number - 1] = ""
    return parser.feature


def read_settings(pack: Path | None) -> NamingSettings:
    """Read from the pack's own files what behave would read; files that cannot be read say nothing."""
    for name in CONFIG_FILES if pack is not None else ():
        assert pack is not None
        section = _behave_section(pack / name)
        if section:
            default = NamingSettings()
            row_name = str(section.get("scenario_outline_annotation_schema") or default.row_name).strip()
            return NamingSettings(row_name, str(section["lang"]) if section.get("lang") else None)
    return NamingSettings()


def _behave_section(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        if path.suffix == ".toml":
            section = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("behave", {})
            return section if isinstance(section, dict) else {}
        parser = configparser.RawConfigParser()
        parser.read(path, encoding="utf-8")
        return dict(parser.items("behave")) if parser.has_section("behave") else {}
    except (OSError, ValueError, configparser.Error):
        return {}
