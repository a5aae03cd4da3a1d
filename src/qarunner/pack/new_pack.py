"""Makes a test pack with one testcase and one feature, which pass on the virtual set-top box."""

from __future__ import annotations

import argparse
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from qarunner.errors import ConfigurationError

TEMPLATE = Path(__file__).parent / "template"
SUFFIX = ".txt"
"""Of the templates, so that no tool takes them for what they will be; ``dot.`` at their beginning becomes a dot."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``qarunner new-pack``."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="made where it does not exist; must be empty")
    parser.add_argument("--name", help="of the pack (default: that of the folder)")


def run(arguments: argparse.Namespace) -> int:
    """Make the pack and say what to do with it.

    :raises ConfigurationError: the folder is not empty.
    """
    directory: Path = arguments.directory
    files = new_pack(directory, arguments.name or directory.absolute().name)
    for path in files:
        sys.stdout.write(f"{directory / path}\n")
    sys.stdout.write(f"\nTry it:\n  cd {directory}\n  pytest --qa-node=virtual-stb\n")
    return 0


def new_pack(directory: Path, name: str) -> list[Path]:
    """Write a test pack into `directory` and return its files, relative to it.

    :raises ConfigurationError: `directory` is a file, cannot be written, or is not empty (a repository without any
        files is).
    """
    if directory.exists() and not directory.is_dir():
        raise ConfigurationError(f"{directory} is a file", "Name a folder that does not exist yet")
    if directory.is_dir() and any(path.name != ".git" for path in directory.iterdir()):
        raise ConfigurationError(f"{directory} is not empty", "Name a folder that does not exist yet, or is empty")
    written = []
    for template, path in _templates():
        text = string.Template(template.read_text(encoding="utf-8")).substitute(name=name)
        try:
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(text, encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(f"{directory / path} cannot be written: {error}", "Name another folder") from error
        written.append(path)
    return written


def _templates() -> Iterator[tuple[Path, Path]]:
    """Yield each template with the path it is written to, relative to the pack."""
    for template in sorted(TEMPLATE.rglob(f"*{SUFFIX}")):
        path = template.relative_to(TEMPLATE)
        name = path.name.removesuffix(SUFFIX)
        yield template, path.with_name(f".{name.removeprefix('dot.')}" if name.startswith("dot.") else name)
