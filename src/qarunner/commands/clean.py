"""``qarunner clean``: deletes old results of a server, after a look at what would go."""

from __future__ import annotations

import argparse
import shutil
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner.commands.progress import Progress, size
from qarunner.commands.server_data import add_data, existing_data
from qarunner.commands.terminal import add_json, counted, note, say, say_json
from qarunner.errors import ConfigurationError, QarunnerError

if TYPE_CHECKING:
    from qarunner.server_config import ServerConfig
    from qarunner.store.retention import Plan, Retention

LIMITS = {"days": "keep_days", "gigabytes": "keep_gigabytes", "free": "free_gigabytes"}
"""Arguments, and what [server] says where they are not given."""
HELP = """\
Without --delete it only says what would go. What is deleted answers "gone"; counters keep what it was. A server does
the same by itself every hour, with keep_days, keep_gigabytes and free_gigabytes in [server] of qarunner.toml, which
are also the limits here when none is given."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.epilog = HELP
    parser.add_argument("--days", type=float, metavar="DAYS", help="results older than this go")
    parser.add_argument("--gigabytes", type=float, metavar="GB", help="the oldest go until the artifacts need no more")
    parser.add_argument("--free", type=float, metavar="GB", help="the oldest go until so much of the disk is free")
    parser.add_argument("--delete", action="store_true", help="do it")
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Look, and with ``--delete`` do it; 0."""
    from qarunner.server.upkeep import drop_job_folders
    from qarunner.store.artifacts import collect_garbage
    from qarunner.store.engine import Store
    from qarunner.store.errors import StoreBusyError
    from qarunner.store.retention import carry_out, plan

    config, data = existing_data(arguments)
    limits = _limits(arguments, config)
    with Store.open(data, config.database) as store:
        planned = plan(store, limits)
        if not arguments.delete:
            _say(planned, arguments)
            return 0
        with Progress() as progress:
            deleted, freed = carry_out(store, planned, progress=progress), 0
            try:
                progress("removing artifacts that nobody has", 0, 0)
                freed = collect_garbage(store).bytes
            except StoreBusyError as error:
                note(f"{error.problem}: the artifacts go when it has ended")
            logs = drop_job_folders(store, limits.days) if limits.days else 0
        left = shutil.disk_usage(store.contents.folder).free
    if arguments.json:
        say_json({"deleted": deleted, "freed": freed, "job_logs": logs, "free": left})
    else:
        say(f"{counted(deleted, 'result')} deleted; {size(freed)} of artifacts are gone, {size(left)} are free")
    return 0


def _limits(arguments: argparse.Namespace, config: ServerConfig) -> Retention:
    """Return the limits that are given, else those of the configuration.

    :raises QarunnerError: there are none, or one is below 0.
    """
    from qarunner.server.upkeep import retention_of

    given: dict[str, Any] = {name: getattr(arguments, name) for name in LIMITS}
    for name, value in given.items():
        if value is not None and not value > 0:
            raise QarunnerError(f"--{name} {value:g} is no limit", "Give a number above 0")
    if any(value is not None for value in given.values()):
        config = msgspec.structs.replace(config, **{LIMITS[name]: value or 0 for name, value in given.items()})
    if not any(getattr(config, name) for name in LIMITS.values()):
        advice = "Give --days, --gigabytes or --free; or keep_days and the like in [server] of qarunner.toml"
        raise ConfigurationError("nothing says what is too old", advice)
    return retention_of(config)


def _say(planned: Plan, arguments: argparse.Namespace) -> None:
    if arguments.json:
        oldest, newest = planned.oldest, planned.newest
        say_json({"results": planned.results, "bytes": planned.freed, "oldest": oldest, "newest": newest})
    elif not planned.results or planned.oldest is None or planned.newest is None:
        say("nothing is too old")
    else:
        span = f"from {planned.oldest:%Y-%m-%d} to {planned.newest:%Y-%m-%d}"
        say(f"{counted(planned.results, 'result')} {span} would go, with {size(planned.freed)} of artifacts")
        note("Nothing is deleted yet: add --delete")
