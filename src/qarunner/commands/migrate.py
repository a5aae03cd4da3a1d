"""``qarunner migrate``: brings a store to the layout of this release, after a backup."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.commands.progress import Progress
from qarunner.commands.server_data import JOB_LOGS, add_data, existing_data
from qarunner.commands.terminal import note, say
from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from qarunner.store.engine import Store

HELP = """\
Stop all servers that use the store first. The backup goes into the folder `backups` of the data folder unless told
otherwise; remove it when you are content. To go back: install the earlier release, and qarunner restore it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.epilog = HELP
    parser.add_argument("--backup", metavar="DIR", help="where the backup goes that is made first")
    parser.add_argument("--no-backup", action="store_true", help="make none: there is one")
    add_data(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0."""
    from qarunner.server.data_folder import DataFolder, private_files
    from qarunner.store.engine import Store
    from qarunner.store.schema import HEAD, known_revisions, refuse_unknown

    if arguments.backup and arguments.no_backup:
        raise ConfigurationError("a backup is to be made, and none", "Give --backup DIR or --no-backup")
    config, data = existing_data(arguments)
    with (
        private_files(),
        DataFolder(data, "a server"),
        Store.open(data, config.database, check=False, create=False) as store,
    ):
        layout = store.layout()
        if layout == HEAD:
            say(f"{data} has the layout of this release already: {HEAD}")
            return 0
        if layout not in known_revisions():
            refuse_unknown(layout)
        folder = None
        if not arguments.no_backup:
            folder = Path(arguments.backup or data / "backups" / f"before-{HEAD}").expanduser().absolute()
            _back_up(store, folder)
        try:
            store.migrate()
        except BaseException:
            if folder:
                note(f"The backup from before is in {folder}")
            raise
    say(f"{data} is migrated from the layout {layout} to {HEAD}")
    return 0


def _back_up(store: Store, folder: Path) -> None:
    from qarunner.store.backup import backup

    with Progress() as progress:
        backup(store, folder, with_keys=True, others=JOB_LOGS, progress=progress)
    os.sync()
    say(f"backup: {folder}")
