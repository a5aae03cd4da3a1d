"""``qarunner tests``: the names of a pack's testcases, read from the text of its files."""

from __future__ import annotations

import argparse
from pathlib import Path

from qarunner.commands.context import Context, context_of
from qarunner.commands.terminal import add_json, note, say, say_json
from qarunner.errors import ConfigurationError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument(
        "pack", nargs="?", metavar="PACK", help="folder of the test pack (default: the one around here)"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List them, one a line, as pytest takes them in the pack's root."""
    from qarunner.pack.listing import list_testcases

    context = context_of(arguments)
    pack = _root(context, arguments.pack)
    names = list_testcases(pack, context.plugins.testcase_sources())
    if arguments.json:
        say_json(names)
    elif names:
        say("\n".join(names))
    else:
        folders = " and ".join(f"{source.folder}/*{source.suffix}" for source in context.plugins.testcase_sources())
        note(f"no testcases in {pack}: looked for {folders}")
    return 0


def _root(context: Context, named: str | None) -> Path:
    from qarunner.pack.root import required_root

    if named is None:
        return context.pack or required_root(Path.cwd())
    if not Path(named).is_dir():
        raise ConfigurationError(f"{named} is no folder", "Name the folder of a test pack")
    return required_root(Path(named))
