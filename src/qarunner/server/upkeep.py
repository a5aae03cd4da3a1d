"""What a server does by itself once in a while: deletes what is too old, and throws away what nobody needs any more."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from qarunner.jobs.orders import job_folder
from qarunner.store.clock import now
from qarunner.store.maintenance import Tidied, tidy
from qarunner.store.models import Job, JobState
from qarunner.store.portions import in_portions
from qarunner.store.retention import Retention

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qarunner.jobs.packs import Packs
    from qarunner.server_config import ServerConfig
    from qarunner.store.engine import Store

logger = logging.getLogger(__name__)

GIGABYTE = 10**9
FIRST = 5.0
"""Seconds after the start."""
EVERY = 3600.0
THOROUGH = 24
"""Of so many rounds one is thorough; not the first, so that a start is quick."""
STOP_LIMIT = 10.0


def retention_of(config: ServerConfig) -> Retention:
    """Return the limits of a configuration."""
    return Retention(
        days=config.keep_days or None,
        most_bytes=int(config.keep_gigabytes * GIGABYTE) or None,
        free_bytes=int(config.free_gigabytes * GIGABYTE) or None,
    )


class Upkeep:
    """Works in a thread of its own, from `start` to `close`.

    :param chores: what others want to be done in each round.
    :param first: seconds until the first round.
    :param every: seconds from one round to the next.
    """

    def __init__(
        self,
        store: Store,
        config: ServerConfig,
        *,
        packs: Packs | None = None,
        chores: Sequence[Callable[[], None]] = (),
        first: float = FIRST,
        every: float = EVERY,
    ) -> None:
        self._store, self._packs, self._chores = store, packs, chores
        self._limits = retention_of(config)
        self._pauses = (first, every)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="upkeep", daemon=True)
        self._wait_for_space = float("-inf")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, between two short steps."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_LIMIT)

    def _work(self) -> None:
        pause, number = self._pauses[0], 0
        while not self._stopped.wait(pause):
            try:
                self.round(thorough=number % THOROUGH == 1)
            except Exception:  # such as a full disk or a database that is away: next time is another chance
                logger.exception("the upkeep of the store failed, and is tried again later")
            pause, number = self._pauses[1], number + 1

    def round(self, *, thorough: bool) -> Tidied:
        """Do it once. :param thorough: with what is worth it once a day."""
        limits = self._limits
        if time.monotonic() < self._wait_for_space:
            limits = Retention(limits.days, limits.most_bytes)
        before = shutil.disk_usage(self._store.contents.folder).free
        done = tidy(self._store, limits, thorough=thorough, stopped=self._stopped.is_set)
        freed = done.collected.bytes if done.collected else 0
        if done.results or freed:
            logger.info("deleted %d old results, and %d bytes of artifacts that nobody has", done.results, freed)
        if limits.free_bytes is not None and done.results:
            self._see_whether_it_helped(before, freed)
        if limits.days is not None:
            drop_job_folders(self._store, limits.days)
        if thorough and self._packs is not None and (trees := self._packs.collect()):
            logger.info("removed %d exported trees that nobody has used for a week", trees)
        for chore in self._chores:
            chore()
        return done

    def _see_whether_it_helped(self, before: int, freed: int) -> None:
        """Delete no more for a day where deleting does not make room: a backup on the same disk keeps the blocks."""
        gained = shutil.disk_usage(self._store.contents.folder).free - before
        if gained < freed / 2:
            self._wait_for_space = time.monotonic() + THOROUGH * EVERY
            logger.warning(
                "deleting results did not make room on the disk of %s, and is not tried again for a day: "
                "does a backup on the same disk hold their artifacts, or does something else fill it?",
                self._store.contents.folder,
            )


def drop_job_folders(store: Store, days: float) -> int:
    """Remove the logs of jobs that ended longer ago than so many days; return how many."""
    folder = store.data / "jobs"
    there = (int(entry.name) for entry in folder.iterdir() if entry.name.isdecimal()) if folder.is_dir() else iter(())
    dropped = 0
    for some in in_portions(there):
        with store.read() as connection:
            old = (Job.state == JobState.EXITED, Job.ended < now() - timedelta(days=days))
            ended = connection.execute(select(Job.number).where(Job.number.in_(some), *old)).scalars().all()
        for number in ended:
            shutil.rmtree(job_folder(store.data, number), ignore_errors=True)
        dropped += len(ended)
    return dropped
