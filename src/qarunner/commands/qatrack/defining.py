"""Compares the definition of a test pack with a server, or with the data folder of one, and applies it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner.commands.server_data import add_data, existing_data
from qarunner.commands.terminal import add_json, counted, note, painted, say, say_json
from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.definition.completing import Part

ROUTE = "/qatrack/definition"
LOOKS = {"+": "green", "~": "yellow", "-": "red"}
EPILOG = """
What is defined nowhere is left alone, and what was recorded is never deleted: a list that is no longer done on a unit
is inactive there. The token of --server is in QARUNNER_SERVER_TOKEN, in --token-file, or where [reporters.server] of
qarunner.toml says; its user's role is admin or write. With --data the store is changed in its folder, also while it
serves.
""".strip()


class Planned(msgspec.Struct, frozen=True):
    """What is or would be done, as our API answers it."""

    applied: bool
    changes: list[dict[str, Any]]
    lines: list[str]
    remarks: list[str] = []


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.epilog = EPILOG
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="of the definition (default: config/qatrack/*.yaml of the test pack)"
    )
    parser.add_argument("--server", dest="server_url", metavar="URL", help="of the server (default: as configured)")
    parser.add_argument("--token-file", metavar="PATH", help="file that holds the token")
    add_data(parser, "of a server on this machine: use its folder instead of asking it")
    add_json(parser)


def carry_out(arguments: argparse.Namespace, *, dry_run: bool) -> int:
    """Compare, and apply unless `dry_run`; 0.

    :raises QarunnerError: the definition cannot be used, or the server cannot be asked.
    """
    if arguments.data and arguments.server_url:
        raise ConfigurationError("--data and --server exclude each other", "The server has its own data folder")
    part = _definition(arguments.files)
    locally = arguments.data or arguments.database
    planned = _in_folder(arguments, part, dry_run=dry_run) if locally else _at_server(arguments, part, dry_run=dry_run)
    if arguments.json:
        say_json(planned)
    else:
        _say(planned)
    return 0


def _definition(files: Iterable[str]) -> Part:
    """Return what is defined; it has been looked at as far as that can be done without the store."""
    from qarunner.dialects.qatrack.definition.completing import complete
    from qarunner.dialects.qatrack.definition.merging import merged
    from qarunner.dialects.qatrack.definition.reading import definition_files, read_files
    from qarunner.dialects.qatrack.definition.records import Definition
    from qarunner.pack.root import required_root

    named = [Path(name) for name in files]
    root = None if named else required_root(Path.cwd())
    named = named if root is None else definition_files(root)
    part = merged(read_files(named, root))
    if part.definition == Definition():
        shown = [str(path.relative_to(root) if root else path) for path in named]
        advice = "Write units and lists, or let them be proposed: qarunner qatrack plan"
        raise ConfigurationError(f"nothing is defined in {', '.join(shown)}", advice)
    complete([part])
    return part


def _in_folder(arguments: argparse.Namespace, part: Part, *, dry_run: bool) -> Planned:
    from qarunner.dialects.qatrack.definition.applying import apply, plan_for
    from qarunner.dialects.qatrack.definition.completing import complete
    from qarunner.dialects.qatrack.definition.endpoints import shown_plan
    from qarunner.store.engine import Store

    config, data = existing_data(arguments)
    wanted = complete([part])
    with Store.open(data, config.database) as store:
        plan = plan_for(store, wanted) if dry_run else apply(store, wanted)
    return msgspec.convert(msgspec.to_builtins(shown_plan(plan, applied=not dry_run)), Planned)


def _at_server(arguments: argparse.Namespace, part: Part, *, dry_run: bool) -> Planned:
    from qarunner.commands.remote.address import address_of
    from qarunner.commands.remote.client import API, Server
    from qarunner.commands.remote.trouble import ServerRefusedError
    from qarunner.config import load
    from qarunner.dialects.qatrack.definition.merging import with_places

    given = {} if arguments.server_url is None else {"server_url": arguments.server_url}
    server = Server(*address_of(load(given), arguments.token_file))
    try:
        body = {"definition": part.definition, "dry_run": dry_run}
        return server.ask(Planned, "POST", f"{API}{ROUTE}", body=body, patience=30.0)
    except ServerRefusedError as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        said = ". ".join(filter(None, (error.problem, error.advice)))
        raise ConfigurationError(with_places(said, part)) from error
    finally:
        server.close()


def _say(planned: Planned) -> None:
    for line in planned.lines:
        say(painted(line, LOOKS.get(line.strip()[:1], "")) if line.startswith(" ") else painted(line, "bold"))
    if not planned.changes:
        say("everything is as it is defined")
    elif planned.applied:
        say(f"{counted(len(planned.changes), 'change')} made")
    else:
        note(f"{counted(len(planned.changes), 'change')}; nothing is changed yet: qarunner qatrack apply")
