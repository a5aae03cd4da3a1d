"""The one place that knows who somebody is and what they may do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from qarunner.access import audit, sessions, tokens, users
from qarunner.access.accounts import Accounts
from qarunner.access.doors import Credential, Environ, find_credential
from qarunner.access.errors import WrongCredentialsError
from qarunner.access.identity import Identity
from qarunner.access.limits import PasswordLimit, RequestLimit
from qarunner.access.passwords import Passwords
from qarunner.access.server_key import derive, load_server_key
from qarunner.store.clock import now
from qarunner.store.errors import StoreError
from qarunner.store.models import User

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.store.engine import Store

FRESH = 1.0
"""Seconds for which a token need not be read again; another process may have revoked it."""
MOST_NOTED = 10_000
"""Tokens and sessions remembered at a time."""
COARSE = 300.0
"""Seconds between two notes that a token or session was used, so that reading does not write each time."""


class Access(Accounts):
    """Users, tokens, sessions and limits of a store. One object per process, safe for threads.

    :param key: of the server; read from the data folder when it is None.
    """

    def __init__(
        self,
        store: Store,
        *,
        key: bytes | None = None,
        passwords: PasswordLimit | None = None,
        requests: RequestLimit | None = None,
        hashing: Passwords | None = None,
    ) -> None:
        super().__init__(store, hashing or Passwords())
        self._key = load_server_key(store.data) if key is None else key
        self._wrong = passwords or PasswordLimit()
        self._requests = requests or RequestLimit()
        self._noted: dict[str, float] = {}
        self._noting = threading.Lock()
        self._fresh: dict[str, tuple[tokens.FoundToken, float]] = {}

    def resolve(self, environ: Environ, doors: Sequence[str]) -> Identity | None:
        """Return who makes the request, None when it brings no credential to any of the doors.

        :raises WrongCredentialsError: it brings one that is not good.
        :raises TooManyRequestsError: too many passwords were wrong.
        """
        found = find_credential(environ, doors)
        if found is None:
            return None
        if found.door in ("session", "session-id"):
            return self._by_session(found)
        if found.door == "basic" and not found.secret.startswith(tokens.PREFIX):
            return self.sign_in(found.user, found.secret, address_of(environ), door="basic")
        return self._by_token(found)

    def sign_in(self, name: str, password: str, address: str = "", door: str = "basic") -> Identity:
        """Check a password: the only way to do it, so that all doors share one limit.

        :raises WrongCredentialsError: wrong password, unknown or disabled user alike.
        :raises TooManyRequestsError: there were 100 wrong ones within a minute from this address or for this user.
        """
        keys = (f"address {address}", f"user {name}")
        self._wrong.check(*keys)
        with self.store.read() as connection:
            columns = (User.id, User.name, User.role, User.password_hash, User.disabled)
            row = connection.execute(select(*columns).where(User.name == name.replace("\0", "?"))).first()
        good = self._passwords.verify(row.password_hash if row is not None else None, password)
        if row is None or not good or row.disabled:
            self._wrong.count(*keys)
            raise WrongCredentialsError
        return Identity(row.id, row.name, row.role, door)

    def begin_session(self, identity: Identity, address: str = "", agent: str = "") -> sessions.NewSession:
        """Sign a browser in."""
        with self.store.write() as connection:
            users.change(connection, identity.user_id, last_login=now())
            audit.note(connection, identity.user, "session.begin", address=address)
            return sessions.add(connection, identity.user_id, address, agent)

    def end_session(self, secret: str) -> None:
        """Sign a browser out; `secret` is its cookie's value."""
        with self.store.write() as connection:
            sessions.end(connection, secret)

    def begin_request(self, key: str, kind: str) -> Callable[[], None]:
        """Count a request; call what is returned when it is over. `key`: `Identity.key`, or an address.

        :raises TooManyRequestsError: too many overlap.
        """
        return self._requests.begin(key, kind)

    def job_token(self, user: str, job: str, lifetime: timedelta = timedelta(days=30)) -> str:
        """Return a new token that may deliver the results of one job, and nothing else."""
        secret = tokens.new_secret()
        with self.store.write() as connection:
            owner = users.get(connection, user)
            tokens.add(connection, owner.id, f"job {job}", secret, now() + lifetime, job)
        return secret

    def end_job_tokens(self, job: str) -> None:
        """Make the tokens of a job worthless: it has ended."""
        with self.changing() as connection:
            tokens.revoke_job(connection, job)

    def derived_token(self, user: str, purpose: str) -> str:
        """Return a user's token that is the same each time, for an API whose log-in returns always the same.

        :param purpose: the dialect's name. A revoked one is never returned again: a new one is derived.
        :raises UnknownUserError: no such user.
        """
        with self.store.read() as connection:
            owner = users.get(connection, user)
            secret = derive(self._key, purpose, owner.id, owner.generation)
            found = tokens.find(connection, secret)
        if found is not None and found.revoked is None:
            return secret
        with self.changing() as connection:
            return self._derive_new(connection, user, purpose)

    def _derive_new(self, connection: Connection, user: str, purpose: str) -> str:
        owner = users.get(connection, user)
        secret = derive(self._key, purpose, owner.id, owner.generation)
        found = tokens.find(connection, secret)
        if found is not None and found.revoked is not None:
            users.change(connection, owner.id, generation=User.generation + 1)
            secret = derive(self._key, purpose, owner.id, owner.generation + 1)
            found = tokens.find(connection, secret)
        if found is None:
            tokens.add(connection, owner.id, purpose, secret)
        return secret

    def note(
        self,
        identity: Identity | None,
        action: str,
        subject: str = "",
        details: Mapping[str, Any] | None = None,
        address: str = "",
    ) -> None:
        """Add a line to the log of who did what, in a write of its own; see `qarunner.access.audit.note`."""
        with self.store.write() as connection:
            audit.note(connection, identity.user if identity else "", action, subject, details, address)

    def _by_token(self, found: Credential) -> Identity:
        token = self._token(found.secret)
        if token is None or not token.usable:
            raise WrongCredentialsError
        self._note_use(f"token {token.id}", token.last_used, lambda connection: tokens.used(connection, token.id))
        return Identity(token.user_id, token.user, token.role, found.door, token.id, token.job)

    def _token(self, secret: str) -> tokens.FoundToken | None:
        hashed = tokens.hash_of(secret)
        token, read = self._fresh.get(hashed, (None, 0.0))
        if time.monotonic() - read > FRESH:
            self._fresh.pop(hashed, None)
            read = time.monotonic()
            with self.store.read() as connection:
                token = tokens.find(connection, secret)
            if token is not None and len(self._fresh) < MOST_NOTED:
                self._fresh[hashed] = token, read
        return token

    def forget(self) -> None:
        """Read users and tokens anew: they may have changed."""
        self._fresh.clear()

    def _by_session(self, found: Credential) -> Identity:
        with self.store.read() as connection:
            session = sessions.find(connection, found.secret)
        if session is None or not session.usable:
            raise WrongCredentialsError
        self._note_use(session.hash, session.last_used, lambda connection: sessions.used(connection, session.hash))
        return Identity(session.user_id, session.user, session.role, found.door, csrf=session.csrf)

    def _note_use(self, name: str, last: datetime | None, write: Callable[[Connection], None]) -> None:
        if last is not None and (now() - last).total_seconds() < COARSE:
            return
        with self._noting:
            if time.monotonic() - self._noted.get(name, -COARSE) < COARSE:
                return
            if len(self._noted) > MOST_NOTED:
                self._noted.clear()
            self._noted[name] = time.monotonic()
        # Reading goes on when the database cannot be written at this moment.
        with suppress(StoreError), self.store.write() as connection:
            write(connection)


def address_of(environ: Environ) -> str:
    """Return the client's address as the server in front, when there is one that is trusted, told it."""
    return str(environ.get("REMOTE_ADDR", ""))
