"""Reads YAML as people mean it, and remembers on which line everything stands.

A plain ``on``, ``yes`` or ``12:30`` is a text here, as YAML 1.2 has it, not a boolean or 750; a word that stands twice
in one place is refused, and so are anchors: nothing can grow beyond what stands there.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from qarunner.errors import ConfigurationError

LARGEST = 2 * 1024 * 1024
"""Characters of a file."""
DEEPEST = 20
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
FLOAT = re.compile(r"[-+]?(\.[0-9]{1,30}|[0-9]{1,30}(\.[0-9]{0,30})?)([eE][-+]?[0-9]{1,3})?")

_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}
"""Of everything that has none."""

Lines = dict[str, int]
"""The line of each value, from 1, by its path, such as ``$.lists[0].name``."""


class YamlError(ConfigurationError):
    """A text is no YAML, or uses more of it than is needed. `line`: from 1; 0 when it is not known."""

    def __init__(self, line: int, problem: str, advice: str) -> None:
        super().__init__(problem, advice)
        self.line = line


def read_yaml(text: str) -> tuple[Any, Lines]:
    """Return what a text holds, and where; None for an empty one.

    :raises YamlError: says on which line.
    """
    if len(text) > LARGEST:
        raise YamlError(0, f"the file has {len(text)} characters", f"At most {LARGEST} are read; split it")
    lines: Lines = {}
    try:
        _refuse_what_grows(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(filter(None, (error.context, error.problem)))
        advice = "Names with : or # in them stand in quotes; lists and their parts are indented alike"
        raise YamlError(mark.line + 1 if mark else 0, f"it is no YAML: {what}", advice) from error
    except yaml.YAMLError as error:
        raise YamlError(0, f"it is no YAML: {error}", "Is it text in UTF-8?") from error
    return (None if node is None else _value(node, "$", lines)), lines


def _refuse_what_grows(text: str) -> None:
    """Look at the events of the text, one after the other, before anything is made of it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlError(line, "anchors and aliases are not read", "Write it out")
        if isinstance(event, yaml.CollectionStartEvent | yaml.CollectionEndEvent):
            depth += 1 if isinstance(event, yaml.CollectionStartEvent) else -1
        if depth > DEEPEST:
            raise YamlError(line, "it is nested too deeply", f"At most {DEEPEST} deep is read")


def _value(node: Any, path: str, lines: Lines) -> Any:
    lines[path] = node.start_mark.line + 1
    if node.tag not in _TAGS:
        raise YamlError(lines[path], f"the tag {node.tag} is not read", "Write the value alone")
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, f"{path}[{number}]", lines) for number, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    return _plain(node.value, lines[path]) if not node.style else node.value


def _mapping(node: Any, path: str, lines: Lines) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise YamlError(line, "a name is a list or a table here", "A name is one word, or a text in quotes")
        if key.value in found:
            raise YamlError(line, f"{key.value!r} is here a second time", "Put both together")
        found[key.value] = _value(value, f"{path}.{key.value}", lines)
        lines[f"{path}.{key.value}"] = line
    return found


def _plain(text: str, line: int) -> Any:
    """Return what a text without quotes is."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise YamlError(line, f"{text} is too large for a number", "Put a text in quotes")
        return number
    return text


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the quick one, where it is
    """Leaves every plain text alone: what it is follows from `_plain`."""


_Loader.yaml_implicit_resolvers = {}
