"""Ownership of nodes: one record per node in the store, whoever holds it and for whatever.

The record's key is the node, so the database itself lets only one of two holders in, whichever process they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from qarunner.jobs.errors import (
    BadRequestError,
    NodeInUseError,
    NotYourReservationError,
    ReservationEndedError,
    UnknownReservationError,
)
from qarunner.jobs.rules import Action, Holder, reason_of, refusal
from qarunner.store.clock import now
from qarunner.store.models import HolderKind, Reservation
from qarunner.store.models import Ownership as Record
from qarunner.store.upsert import insert_new

if TYPE_CHECKING:
    from qarunner.store.engine import Store

LONGEST = timedelta(days=3650)
ADVICE = "Wait for it, or interrupt the reservation with a message to its owner"


@dataclass(frozen=True)
class ReservationInfo:
    """A reservation. `ended` is None while it holds; `interruption` is what the one who ended it told the owner."""

    id: int
    node: str
    user: str
    message: str
    started: datetime
    expires: datetime | None
    ended: datetime | None = None
    ended_by: str | None = None
    interruption: str | None = None


class Ownership:
    """Reservations, desk sessions, and the record that says who has a node now. Safe for threads and processes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def holder(self, node: str) -> Holder | None:
        """Return who holds a node now, or None."""
        with self._store.read() as connection:
            return read_holder(connection, node)

    def holders(self) -> dict[str, Holder]:
        """Return who holds which node now."""
        with self._store.read() as connection:
            found = [_present(Holder(*row)) for row in connection.execute(select(*_COLUMNS))]
        return {holder.node: holder for holder in found if holder is not None}

    def check(self, node: str, user: str, action: Action) -> None:
        """Raise `NodeInUseError` unless `user` may do this now."""
        reason = refusal(self.holder(node), user, action)
        if reason:
            raise NodeInUseError(reason, ADVICE)

    def reserve(
        self, nodes: Sequence[str], user: str, message: str, seconds: float | None = None
    ) -> list[ReservationInfo]:
        """Reserve nodes, all of them or none; return the reservations in the order of `nodes`.

        :param seconds: until they end by themselves; None for never.
        :raises NodeInUseError: one of them is reserved or busy, be it by the same user; says which and by whom.
        """
        if len(set(nodes)) != len(nodes) or not nodes:
            raise BadRequestError("the nodes to reserve are none, or one is named twice", "Name each node once")
        length = None if seconds is None else _length(seconds)
        started = now()
        expires = None if length is None else started + length
        made = {}
        with self._store.write() as connection:
            self._expire(connection)
            for node in sorted(nodes):  # one order for everybody, so that two transactions never wait for each other
                row = {"node": node, "username": user, "message": message, "started": started, "expires": expires}
                identifier = connection.execute(insert(Reservation).values(row).returning(Reservation.id)).scalar_one()
                self._claim(
                    connection, Holder(node, HolderKind.RESERVATION, user, message, started, expires, identifier)
                )
                made[node] = ReservationInfo(identifier, node, user, message, started, expires)
        return [made[node] for node in nodes]

    def _claim(self, connection: Connection, holder: Holder) -> None:
        """Make the record of a node that nobody holds.

        :raises NodeInUseError: somebody does.
        """
        row = {
            "node": holder.node,
            "kind": holder.kind,
            "holder": holder.user,
            "reason": holder.reason,
            "since": holder.since or now(),
            "until": holder.until,
            "reservation": holder.reservation,
            "job": holder.job,
            "lease": holder.lease,
        }
        made = connection.execute(insert_new(connection, Record).values(row).returning(Record.node)).first()
        if made is None:
            present = read_holder(connection, holder.node)
            raise NodeInUseError(reason_of(present) if present else f"Node {holder.node} is in use", ADVICE)

    def extend(self, identifier: int, user: str, seconds: float) -> ReservationInfo:
        """Let a reservation end so many seconds later.

        :raises UnknownReservationError: there is none. :raises NotYourReservationError: it is another user's.
        :raises ReservationEndedError: it is over, or never ends.
        """
        length = _length(seconds)
        with self._store.write() as connection:
            self._expire(connection)
            found = _reservation(connection, identifier)
            _only_owner(found, user, "extend")
            if found.ended is not None:
                raise ReservationEndedError(f"reservation {identifier} has ended", "Reserve the node again")
            if found.expires is None:
                raise ReservationEndedError(f"reservation {identifier} never ends, so it cannot be extended")
            expires = found.expires + length
            if expires - now() > LONGEST:
                raise BadRequestError("a reservation cannot be extended for more than ten years")
            connection.execute(update(Reservation).where(Reservation.id == identifier).values(expires=expires))
            connection.execute(update(Record).where(Record.reservation == identifier).values(until=expires))
            return _reservation(connection, identifier)

    def end(self, identifier: int, user: str) -> None:
        """End one's own reservation; nothing happens when it has ended already.

        :raises UnknownReservationError: there is none. :raises NotYourReservationError: it is another user's.
        """
        with self._store.write() as connection:
            found = _reservation(connection, identifier)
            _only_owner(found, user, "end")
            self._end(connection, identifier, user, None)

    def interrupt(self, identifier: int, user: str, message: str) -> None:
        """End anybody's reservation, with a message to its owner; nothing happens when it has ended already.

        :raises UnknownReservationError: there is none.
        """
        if not message.strip():
            raise BadRequestError("an interruption needs a message", "Tell the owner why")
        with self._store.write() as connection:
            self._expire(connection)
            _reservation(connection, identifier)
            self._end(connection, identifier, user, message)

    def _end(self, connection: Connection, identifier: int, user: str | None, interruption: str | None) -> None:
        connection.execute(
            update(Reservation)
            .where(Reservation.id == identifier, Reservation.ended.is_(None))
            .values(ended=now(), ended_by=user, interruption=interruption)
        )
        release(connection, Record.reservation == identifier)

    def _expire(self, connection: Connection) -> None:
        """End what has run out."""
        moment = now()
        over = (Reservation.ended.is_(None), Reservation.expires <= moment)
        for identifier in connection.execute(select(Reservation.id).where(*over)).scalars().all():
            ended = Reservation.expires
            connection.execute(update(Reservation).where(Reservation.id == identifier).values(ended=ended))
            release(connection, Record.reservation == identifier)
        connection.execute(delete(Record).where(Record.kind == HolderKind.DESK, Record.until <= moment))

    def expire(self) -> None:
        """Write down the end of reservations and desk sessions whose time is over; readers see it without this."""
        with self._store.write() as connection:
            self._expire(connection)

    def reservation(self, identifier: int) -> ReservationInfo:
        """Return a reservation, past or present.

        :raises UnknownReservationError: there is none.
        """
        with self._store.read() as connection:
            return _reservation(connection, identifier)

    def interruptions(self, user: str) -> list[ReservationInfo]:
        """Return the reservations of a user that others ended and whose message was not yet seen, oldest first."""
        unseen = (Reservation.interruption.is_not(None), Reservation.interruption_seen.is_(None))
        query = select(*_RESERVATION).where(Reservation.user == user, *unseen).order_by(Reservation.id)
        with self._store.read() as connection:
            return [ReservationInfo(*row) for row in connection.execute(query)]

    def seen(self, identifier: int, user: str) -> None:
        """Note that the owner has seen the message."""
        mine = (Reservation.id == identifier, Reservation.user == user)
        with self._store.write() as connection:
            connection.execute(update(Reservation).where(*mine).values(interruption_seen=now()))

    def begin_desk(self, node: str, user: str, reason: str, *, lease: str = "", seconds: float | None = None) -> None:
        """Let a user drive a node from a desk; again by the same user with the same lease: for that long from now.

        :raises NodeInUseError: somebody else has the node, or a job runs on it.
        """
        until = None if seconds is None else now() + _length(seconds)
        with self._store.write() as connection:
            self._expire(connection)
            present = read_holder(connection, node)
            if present and present.kind is HolderKind.DESK and (present.user, present.lease) == (user, lease):
                connection.execute(update(Record).where(Record.node == node).values(until=until, reason=reason))
                return
            reason_not = refusal(present, user, Action.DESK)
            if reason_not:
                raise NodeInUseError(reason_not, ADVICE)
            if present is None:  # within one's own reservation, that stays the record
                self._claim(connection, Holder(node, HolderKind.DESK, user, reason, now(), until, lease=lease))

    def end_desk(self, node: str, user: str) -> None:
        """End a desk session; nothing happens when there is none."""
        desk = (Record.node == node, Record.kind == HolderKind.DESK, Record.holder == user)
        with self._store.write() as connection:
            connection.execute(delete(Record).where(*desk))

    def begin_job(self, connection: Connection, node: str, user: str, job: str) -> None:
        """Note in an open transaction that a job runs on a node.

        :raises NodeInUseError: the node is not free for this user.
        """
        self._expire(connection)
        present = read_holder(connection, node)
        reason = refusal(present, user, Action.RUN)
        if reason:
            raise NodeInUseError(reason, ADVICE)
        if present is None:
            self._claim(connection, Holder(node, HolderKind.JOB, user, job=job))
            return
        free = (Record.node == node, Record.holder == user, Record.job.is_(None))
        if connection.execute(update(Record).where(*free).values(job=job)).rowcount != 1:
            raise NodeInUseError(f"Node {node} is in use", ADVICE)


def end_job(connection: Connection, job: str) -> None:
    """Note in an open transaction that a job is over: its node is free, or its user's reservation goes on."""
    connection.execute(delete(Record).where(Record.job == job, Record.kind == HolderKind.JOB))
    connection.execute(update(Record).where(Record.job == job).values(job=None))


def release(connection: Connection, which: Any) -> None:
    """Free the nodes of reservations that end; a job that runs goes on and keeps its node."""
    connection.execute(delete(Record).where(which, Record.job.is_(None)))
    gone = {"kind": HolderKind.JOB, "reservation": None, "until": None, "reason": ""}
    connection.execute(update(Record).where(which).values(gone))


_COLUMNS = (
    Record.node,
    Record.kind,
    Record.holder,
    Record.reason,
    Record.since,
    Record.until,
    Record.reservation,
    Record.job,
    Record.lease,
)
_RESERVATION = (
    Reservation.id,
    Reservation.node,
    Reservation.user,
    Reservation.message,
    Reservation.started,
    Reservation.expires,
    Reservation.ended,
    Reservation.ended_by,
    Reservation.interruption,
)


def read_holder(connection: Connection, node: str) -> Holder | None:
    """Return who holds a node now, as an open transaction sees it."""
    row = connection.execute(select(*_COLUMNS).where(Record.node == node)).one_or_none()
    return None if row is None else _present(Holder(*row))


def _present(holder: Holder) -> Holder | None:
    """Return the holder without what has run out."""
    if holder.until is None or holder.until > now():
        return holder
    return (
        None
        if holder.job is None
        else Holder(holder.node, HolderKind.JOB, holder.user, since=holder.since, job=holder.job)
    )


def _reservation(connection: Connection, identifier: int) -> ReservationInfo:
    known = -(2**63) <= identifier < 2**63
    row = connection.execute(select(*_RESERVATION).where(Reservation.id == identifier)).one_or_none() if known else None
    if row is None:
        raise UnknownReservationError(f"there is no reservation {identifier}")
    found = ReservationInfo(*row)
    if found.ended is None and found.expires is not None and found.expires <= now():
        return ReservationInfo(*row[:6], ended=found.expires)
    return found


def _only_owner(found: ReservationInfo, user: str, verb: str) -> None:
    if found.user != user:
        problem = f"reservation {found.id} of node {found.node} is @{found.user}'s"
        raise NotYourReservationError(problem, f"Only its owner can {verb} it; others interrupt it with a message")


def _length(seconds: float) -> timedelta:
    if not 0 < seconds <= LONGEST.total_seconds():
        raise BadRequestError(f"{seconds!r} seconds is no duration", "Give more than 0 and at most ten years")
    return timedelta(seconds=seconds)
