"""Tells people what happened: each cause once, through every notifier that is configured, until it is taken."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import and_, insert, select, update

from qarunner.errors import DeliveryRejectedError, QarunnerError
from qarunner.notifiers import Notice, Notifier
from qarunner.server.live.causes import notice_of
from qarunner.server.live.feed import Feed
from qarunner.store.clock import now
from qarunner.store.models import Notification, NotificationDelivery
from qarunner.store.upsert import insert_new

if TYPE_CHECKING:
    from qarunner.store.engine import Store

logger = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0
"""Seconds until the second attempt, and at most between two; each wait is twice the one before."""
MOST_ATTEMPTS = 20
LOOK_EVERY = 1.0
AT_ONCE = 50
PENDING, SENT, REJECTED = "pending", "sent", "rejected"


class Notices:
    """Watches the store and tells people, in a thread of its own, from `start` until `close`.

    :param notifiers: by name.
    :param url: gives the server's, for links; empty as long as it is not known.
    """

    def __init__(
        self, store: Store, notifiers: Mapping[str, Notifier], url: Callable[[], str], *, every: float = LOOK_EVERY
    ) -> None:
        self._store = store
        self._notifiers = dict(notifiers)
        self._url = url
        self._every = every
        self._stopping = threading.Event()
        self._feed = Feed(store, self._stopping, every=every)
        self._thread = threading.Thread(target=self._watch, name="notices", daemon=True)

    def start(self) -> None:
        """Begin; what an earlier server did not get rid of is sent first."""
        self._feed.join()
        self._thread.start()

    def close(self) -> None:
        """End; what is not sent yet stays in the store."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _watch(self) -> None:
        last = 0
        while not self._stopping.is_set():
            found = self._feed.after(last, self._every)
            last = self._feed.last if found is None else found[-1][0] if found else last
            try:
                for _number, change in found or ():
                    with self._store.read() as connection:
                        notice = notice_of(change, connection, self._url())
                    if notice is not None:
                        self.tell(notice)
                self.send_due()
            except QarunnerError as error:
                logger.warning("notices wait: %s", error.problem)

    def tell(self, notice: Notice) -> bool:
        """Note something to tell; return False when this cause was noted before."""
        payload = msgspec.to_builtins(notice, builtin_types=())
        with self._store.write() as connection:
            row = {"cause": notice.cause, "kind": notice.kind, "payload": payload, "created": notice.time}
            new = insert_new(connection, Notification).values(row).returning(Notification.id)
            number = connection.execute(new).scalar()
            if number is None:
                return False
            rows = [
                {"notification": number, "channel": name, "state": PENDING, "attempts": 0, "next_attempt": notice.time}
                for name in self._notifiers
            ]
            if rows:
                connection.execute(insert(NotificationDelivery).values([row | {"answer": ""} for row in rows]))
        return True

    def send_due(self) -> int:
        """Send what is due now; return how much was sent."""
        columns = (NotificationDelivery.notification, NotificationDelivery.channel, NotificationDelivery.attempts)
        due = and_(NotificationDelivery.state == PENDING, NotificationDelivery.next_attempt <= now())
        mine = NotificationDelivery.channel.in_(list(self._notifiers))
        query = select(*columns, Notification.payload).join(
            Notification, Notification.id == NotificationDelivery.notification
        )
        with self._store.read() as connection:
            rows: Sequence[Any] = connection.execute(query.where(due, mine).limit(AT_ONCE)).all()
        return sum(self._send(number, channel, attempts, payload) for number, channel, attempts, payload in rows)

    def _send(self, number: int, channel: str, attempts: int, payload: dict[str, Any]) -> bool:
        if self._stopping.is_set():
            return False
        values: dict[str, Any] = {"attempts": attempts + 1, "answer": "", "next_attempt": None}
        try:
            self._notifiers[channel].send(msgspec.convert(payload, Notice))
            values["state"] = SENT
        except DeliveryRejectedError as error:
            values |= {"state": REJECTED, "answer": error.problem[:500]}
            logger.warning("notifier %s rejected a notice: %s", channel, error.problem)
        except Exception as error:  # noqa: BLE001 - a plugin may raise what it likes, and the others go on
            values |= self._later(attempts + 1, error)
            logger.warning("notifier %s failed, attempt %d: %s", channel, attempts + 1, type(error).__name__)
        key = and_(NotificationDelivery.notification == number, NotificationDelivery.channel == channel)
        with self._store.write() as connection:
            connection.execute(update(NotificationDelivery).where(key).values(values))
        return bool(values["state"] == SENT)

    def _later(self, attempts: int, error: Exception) -> dict[str, Any]:
        answer = f"{type(error).__name__}: {error}"[:500]
        if attempts >= MOST_ATTEMPTS:
            return {"state": REJECTED, "answer": answer}
        wait = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
        return {"state": PENDING, "answer": answer, "next_attempt": now() + timedelta(seconds=wait)}
