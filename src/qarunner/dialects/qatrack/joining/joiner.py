"""Takes the results of sessions in, outside of the requests that stored those."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from msgspec import structs

from qarunner.dialects.qatrack.joining.waiting import MOST, made_before, note_done, waiting_sessions
from qarunner.errors import QarunnerError
from qarunner.store.ingest import ingest_batch
from qarunner.store.submission import RejectedResultError

if TYPE_CHECKING:
    from qarunner.store.engine import Store
    from qarunner.store.submission import Submission

logger = logging.getLogger(__name__)


class Joiner:
    """Makes results of sessions, in whichever thread asks for it. One at a time; what comes meanwhile goes along.

    :param zone: the server's time zone.
    """

    def __init__(self, store: Store, zone: tzinfo) -> None:
        self._store = store
        self._zone = zone
        self._turn = threading.Lock()
        self._asked = threading.Event()

    def work(self) -> None:
        """Make results of all sessions that wait; return at once where another thread is at it, and goes on then.

        What fails is logged and tried again the next time: the sessions themselves are stored.
        """
        self._asked.set()
        while self._asked.is_set() and self._turn.acquire(blocking=False):
            try:
                self._asked.clear()
                while join_some(self._store, self._zone):
                    pass
            except QarunnerError as error:
                logger.warning("results of sessions are made later: %s", error)
            except Exception:  # the answer is out, nobody else hears of it
                logger.exception("no results could be made of sessions")
            finally:
                self._turn.release()


def join_some(store: Store, zone: tzinfo) -> bool:
    """Make results of some sessions that wait; return whether there may be more of them."""
    with store.read() as connection:
        waiting = waiting_sessions(connection, zone)
        ours = made_before(connection, [one for one in waiting if one.changed])
    if not waiting:
        return False
    every = [structs.replace(one, amends=one.result.id in ours) for many in waiting for one in many.submissions]
    try:
        ingest_batch(store, every)
    except RejectedResultError:
        _ingest_each(store, every)
    with store.write() as connection:
        note_done(connection, waiting)
    return len(waiting) == MOST


def _ingest_each(store: Store, submissions: Sequence[Submission]) -> None:
    """Take in what can be, and say what cannot: it would be in the way of all others for ever."""
    for one in submissions:
        try:
            ingest_batch(store, [one])
        except RejectedResultError as error:
            logger.warning("session %s has a test that cannot be a result: %s", one.result.tags, error)
