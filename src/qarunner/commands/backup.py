"""``qarunner backup``: copies a server's store to a folder, also while it serves."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.commands.progress import Progress
from qarunner.commands.server_data import JOB_LOGS, add_data, existing_data
from qarunner.commands.terminal import add_json, counted, note, say, say_json

if TYPE_CHECKING:
    from qarunner.store.manifest import Manifest

HELP = """\
A backup has the database, all artifacts and the logs of jobs. The next one into the same folder copies only what is
new. It may be copied anywhere as a folder; `qarunner restore` brings it back. Every night, for example:
  0 3 * * *  qarunner backup /mnt/backup/farm --data /var/lib/qarunner/data"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.epilog = HELP
    parser.add_argument(
        "folder", metavar="DIR", help="where to: a new folder, or one with an older backup of this store"
    )
    parser.add_argument("--with-keys", action="store_true", help="copy the keys as well: it then tells every secret")
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0."""
    from qarunner.errors import ConfigurationError
    from qarunner.server.data_folder import private_files
    from qarunner.store.backup import backup
    from qarunner.store.engine import Store

    config, data = existing_data(arguments)
    folder = Path(arguments.folder).expanduser().absolute()
    with (
        private_files(),
        Progress() as progress,
        Store.open(data, config.database, check=False, create=False) as store,
    ):
        if store.is_empty():
            raise ConfigurationError(f"there is no store in {data}", "Give the --data and --database of the server.")
        manifest = backup(store, folder, with_keys=arguments.with_keys, others=JOB_LOGS, progress=progress)
    os.sync()  # a backup that a power cut takes away is none
    if arguments.json:
        say_json(manifest)
    else:
        _say(manifest, folder, data)
    return 0


def _say(manifest: Manifest, folder: Path, data: Path) -> None:
    seconds = (manifest.finished - manifest.started).total_seconds()
    say(f"{folder}: all that was stored before {manifest.started:%Y-%m-%d %H:%M:%S} UTC, in {seconds:.1f} s")
    say(f"  {counted(manifest.contents, 'artifact')}, {manifest.new} of them new")
    if manifest.linked:
        note(f"{manifest.linked} of them are links, for it is the same disk: copy the folder to another one as well.")
    if not manifest.keys:
        note(f"The keys are not in it: keep a copy of {data / 'keys'} elsewhere, or use --with-keys.")
