"""``qarunner restore``: makes a store out of a backup, or an existing one what it was then."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.commands.progress import Progress
from qarunner.commands.server_data import add_data, refuse_other_owner, server_config
from qarunner.commands.terminal import counted, note, say
from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from qarunner.store.engine import Store
    from qarunner.store.manifest import Manifest
    from qarunner.store.restore import Restored

OURS = {"artifacts", "keys", "jobs", "packs", "backups", "files", "server.lock", "schema.lock"}
"""What may be in a data folder that has no database yet."""
INCOMPLETE = 1
HELP = """\
Into a new data folder:   qarunner restore /mnt/backup/farm --data /var/lib/qarunner/data
What is newer than the backup is lost with --replace. It may be used while the server works, when no job runs; restart
the server afterwards."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.epilog = HELP
    parser.add_argument("folder", metavar="DIR", help="the backup")
    parser.add_argument("--replace", action="store_true", help="replace the store that is there")
    add_data(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0, or 1 when the backup has lost artifacts."""
    from qarunner.server.data_folder import private_files, serving_process
    from qarunner.store.engine import Store
    from qarunner.store.manifest import read_manifest
    from qarunner.store.restore import check_kind, restore

    folder = Path(arguments.folder).expanduser().absolute()
    manifest = read_manifest(folder)
    config, data = server_config(arguments)
    with private_files(), Progress() as progress:
        _check_folder(data)
        with Store.open(data, config.database, check=False, create=False) as store:
            check_kind(store, folder, manifest)
            server = serving_process(data)
            if not store.is_empty():
                _check_store(store, manifest, server, replace=arguments.replace)
            restored = restore(store, folder, progress=progress)
            _forget_newer_jobs(store)
    _say(restored, data, server)
    return INCOMPLETE if restored.missing else 0


def _check_folder(data: Path) -> None:
    """Refuse a folder that is somebody else's.

    :raises ConfigurationError: it is not empty, and no data folder.
    """
    if not data.exists():
        return
    refuse_other_owner(data)
    there = {entry.name for entry in data.iterdir()}
    strange = {name for name in there - OURS if not name.startswith("qarunner.db")}
    if strange:
        problem = f"{data} is not empty, and no data folder of a server: {min(strange)}"
        raise ConfigurationError(problem, "Name a new folder with --data.")


def _check_store(store: Store, manifest: Manifest, server: str, *, replace: bool) -> None:
    """Refuse to replace what should not be.

    :raises ConfigurationError: says why.
    """
    from qarunner.store.schema import HEAD

    if not replace:
        problem = f"there is a store in {store.data} already"
        advice = "Name a new folder with --data; --replace makes it what it was then, and what is newer is lost."
        raise ConfigurationError(problem, advice)
    if not server:
        return
    if manifest.layout != HEAD:
        problem = f"the server (process {server}) cannot work with the backup, which is of an earlier release"
        raise ConfigurationError(problem, "Stop the server, restore, then run qarunner migrate.")
    if running := _running_job(store):
        problem = f"the server (process {server}) runs a job: {running}"
        raise ConfigurationError(problem, "Stop the job or the server, or wait for its end.")


def _running_job(store: Store) -> str | None:
    from sqlalchemy import select

    from qarunner.store.models import Job, JobState

    with store.read() as connection:
        return connection.execute(select(Job.uid).where(Job.state == JobState.RUNNING).limit(1)).scalar()


def _forget_newer_jobs(store: Store) -> None:
    """Remove the folders of jobs that are unknown now: their numbers will be given again."""
    from sqlalchemy import func, select

    from qarunner.store.models import Job

    with store.read() as connection:
        newest = connection.execute(select(func.max(Job.number))).scalar() or 0
    for entry in (store.data / "jobs").glob("[0-9]*"):
        if entry.name.isdecimal() and int(entry.name) > newest:
            shutil.rmtree(entry, ignore_errors=True)


def _say(restored: Restored, data: Path, server: str) -> None:
    manifest = restored.manifest
    say(f"{data} is what it was at {manifest.started:%Y-%m-%d %H:%M:%S} UTC")
    say(f"  {counted(manifest.contents, 'artifact')}")
    if restored.missing:
        note(f"warning: the backup has lost {counted(restored.missing, 'artifact')}, which will be missing")
    if not manifest.keys and not (data / "keys").exists():
        note(f"The keys are not in the backup: put your copy of them into {data / 'keys'} before you start the server.")
    if restored.migrate:
        note(f"It is of an earlier release. Next: qarunner migrate --data {data}")
    elif server:
        note(f"Restart the server (process {server}): it has to look after the jobs that ran then.")
