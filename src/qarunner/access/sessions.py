"""Signed-in browsers as rows: only the hash of the cookie is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from qarunner.access.tokens import hash_of
from qarunner.store.clock import now
from qarunner.store.models import Role, Session, User

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONGEST = timedelta(days=30)
"""After signing in, whatever happens."""
IDLE = timedelta(days=7)
"""Without any request."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that was just made.

    :param secret: the cookie's value, known to the browser only.
    :param csrf: what a page repeats when it changes something.
    """

    secret: str
    csrf: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class FoundSession:
    """What the resolver needs to know of a session and its user."""

    hash: str
    csrf: str
    expires: datetime
    last_used: datetime
    user_id: int
    user: str
    role: Role
    disabled: bool

    @property
    def usable(self) -> bool:
        """Whether it opens a door now."""
        moment = now()
        return not self.disabled and self.expires > moment and self.last_used + IDLE > moment


def add(connection: Connection, user: int, address: str = "", agent: str = "") -> NewSession:
    """Make a session, and forget those that ended."""
    moment = now()
    connection.execute(delete(Session).where(Session.expires < moment))
    made = NewSession(secrets.token_urlsafe(32), secrets.token_urlsafe(24), moment + LONGEST)
    row = {"hash": hash_of(made.secret), "user": user, "csrf": made.csrf, "created": moment, "expires": made.expires}
    where = {"last_used": moment, "address": address[:100], "agent": agent[:300]}
    connection.execute(insert(Session).values(row | where))
    return made


def find(connection: Connection, secret: str) -> FoundSession | None:
    """Return the session, usable or not."""
    columns = (
        Session.hash,
        Session.csrf,
        Session.expires,
        Session.last_used,
        Session.user,
        User.name,
        User.role,
        User.disabled,
    )
    query = select(*columns).join(User, User.id == Session.user).where(Session.hash == hash_of(secret))
    row = connection.execute(query).first()
    return None if row is None else FoundSession(*row)


def used(connection: Connection, session: str) -> None:
    """Note that the session with this hash was used just now."""
    connection.execute(update(Session).where(Session.hash == session).values(last_used=now()))


def end(connection: Connection, secret: str) -> None:
    """End a session."""
    connection.execute(delete(Session).where(Session.hash == hash_of(secret)))


def end_all(connection: Connection, user: int) -> None:
    """End all sessions of a user."""
    connection.execute(delete(Session).where(Session.user == user))
