"""The file that a new node is added to. Text is only appended: what is there, comments included, stays as it is."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qarunner.config import FILE_NAME
from qarunner.config_sources import read_toml
from qarunner.errors import ConfigurationError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


def check_name(name: str) -> None:
    """Refuse what is no id of a node.

    :raises ConfigurationError: says what one looks like.
    """
    if not NAME.fullmatch(name):
        problem = f"{name[:80]!r} is no name of a node"
        raise ConfigurationError(problem, "Use letters, digits, - and _, at most 63, such as living-room")


def file_in_use(directory: Path, pack: Path | None) -> Path:
    """Return the ``qarunner.toml`` that is read here, or where a new one belongs: the pack's root, or this folder."""
    named = os.environ.get("QARUNNER_CONFIG")
    if named:
        return Path(named)
    folders = (directory, *directory.parents)
    known = next((folder / FILE_NAME for folder in folders if (folder / FILE_NAME).is_file()), None)
    return known or (pack or directory) / FILE_NAME


def check_file(path: Path) -> None:
    """Refuse a file that is broken, or that cannot be written, before a person has answered questions.

    :raises ConfigurationError: says why.
    """
    if path.is_file():
        read_toml(path)
    elif path.exists() or not path.parent.is_dir():
        raise ConfigurationError(f"{path} can be no file", "Name another with --file PATH, in a folder that is there")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ConfigurationError(f"{path} cannot be written by you", "Name another with --file PATH")


def text_of(name: str, table: Mapping[str, str], model: str = "") -> str:
    """Return the lines that describe a node.

    :param table: URIs by capability.
    """
    lines = [f"[nodes.{name}]", *(f"{key} = {_quoted(value)}" for key, value in table.items())]
    if model:
        lines.append(f"device = {{model = {_quoted(model)}}}")
    return "".join(f"{line}\n" for line in lines)


def _quoted(text: str) -> str:
    """Return a basic string of TOML, which is JSON's but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def append(path: Path, name: str, text: str) -> int:
    """Add a node's lines to the end of a file, which is made when it is not there; return the line they begin on.

    :raises ConfigurationError: the file has such a node, or cannot take one at its end, or is broken, or not writable.
    """
    old = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    before = "" if not old else "\n" if old.endswith("\n") else "\n\n"
    if old:
        read_toml(path)
    known: dict[str, Any] = tomllib.loads(old)
    if name in known.get("nodes", {}):
        raise ConfigurationError(f"{path} has a node {name!r} already", "Give the new one another name")
    try:
        whole = tomllib.loads(old + before + text)
    except tomllib.TOMLDecodeError as error:
        problem = f"{path} cannot take a node at its end: {error}"
        raise ConfigurationError(problem, f"Does it keep its nodes in one line? Add by hand:\n\n{text}") from error
    added = whole["nodes"].pop(name)
    assert tomllib.loads(text)["nodes"][name] == added
    try:
        with path.open("a", encoding="utf-8") as file:  # not a new file in its place: owner, mode and links stay
            file.write(before + text)
    except OSError as error:
        problem = f"{path} cannot be written: {error.strerror}"
        raise ConfigurationError(problem, "Name another with --file PATH") from error
    return (old + before).count("\n") + 1
