"""What the verbs share that work in the data folder of a server."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qarunner.commands.context import context_of
from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from qarunner.server_config import ServerConfig

OPTIONS = ("data", "database", "test_pack", "host", "port", "tls_cert", "tls_key", "external_url")
JOB_LOGS = ("jobs/*/job.log",)
"""What a backup has of the data folder besides the store, as patterns."""


def add_data(parser: argparse.ArgumentParser, data: str = "the folder of all state (default: qarunner-data)") -> None:
    """Add ``--data`` and ``--database``. :param data: what the help says of the former."""
    parser.add_argument("--data", metavar="DIR", help=data)
    parser.add_argument("--database", metavar="URL", help="postgresql://...; without it SQLite in the data folder")


def given_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the command line says of ``[server]``."""
    values = {name: getattr(arguments, name, None) for name in OPTIONS}
    return {name: value for name, value in values.items() if value is not None}


def server_config(arguments: argparse.Namespace) -> tuple[ServerConfig, Path]:
    """Return the configuration, and the data folder, wherever it is."""
    config = context_of(arguments).sources.server(given_of(arguments))
    return config, Path(config.data).expanduser().absolute()


def existing_data(arguments: argparse.Namespace) -> tuple[ServerConfig, Path]:
    """Return the configuration and the data folder for a verb that works on that of a server.

    :raises ConfigurationError: there is no such folder, or it belongs to another user.
    """
    config, folder = server_config(arguments)
    if not folder.is_dir():
        advice = "Give the server's --data, or make it: qarunner serve --data DIR."
        raise ConfigurationError(f"there is no data folder {folder}", advice)
    refuse_other_owner(folder)
    return config, folder


def refuse_other_owner(folder: Path) -> None:
    """Raise `ConfigurationError` where files that we make would be useless to the server."""
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        name = name_of(owner)
        problem = f"the data folder {folder} belongs to {name}, who could not use what you make in it"
        raise ConfigurationError(problem, f"Run it as that user: sudo -u {name} qarunner ...")


def name_of(user: int) -> str:
    """Return the name of an OS user, or the number of one without."""
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"
