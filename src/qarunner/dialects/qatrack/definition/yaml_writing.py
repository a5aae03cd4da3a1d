"""Writes values as YAML that people like to read, and that `yaml_text` reads as the same."""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from qarunner.dialects.qatrack.definition.yaml_text import FLOAT, INTEGER

FIRST = ("name", "macro", "node", "unit", "list", "display_name", "type")
"""Words that stand first in a table: what it is known by."""
MOST_IN_LINE = 4
"""Values of a table that stands in one line."""
WIDTH = 120
_TAG = "tag:yaml.org,2002:"


def as_yaml(value: Any) -> str:
    """Return a record, or what JSON could hold, as YAML."""
    built = _ordered(msgspec.to_builtins(value))
    return str(yaml.dump(built, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH))


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        words = sorted(value, key=lambda word: FIRST.index(word) if word in FIRST else len(FIRST))
        return {word: _ordered(value[word]) for word in words}
    return [_ordered(one) for one in value] if isinstance(value, list) else value


class _Dumper(yaml.SafeDumper):
    """Puts a text in quotes that somebody's YAML, ours included, would take for something else."""

    def increase_indent(self, flow: Any = None, indentless: Any = None) -> None:  # noqa: ARG002 - as yaml calls it
        """Indent entries of lists, too."""
        super().increase_indent(bool(flow), indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as yaml calls it
        """Write everything out."""
        return True


def _table(dumper: _Dumper, value: dict[str, Any]) -> yaml.Node:
    simple = len(value) <= MOST_IN_LINE and not any(isinstance(one, dict | list) for one in value.values())
    return dumper.represent_mapping(f"{_TAG}map", value, flow_style=simple)


def _list(dumper: _Dumper, value: list[Any]) -> yaml.Node:
    return dumper.represent_sequence(f"{_TAG}seq", value, flow_style=not value)


_Dumper.add_representer(dict, _table)
_Dumper.add_representer(list, _list)
_Dumper.add_implicit_resolver(f"{_TAG}float", FLOAT, None)
_Dumper.add_implicit_resolver(f"{_TAG}int", INTEGER, None)
