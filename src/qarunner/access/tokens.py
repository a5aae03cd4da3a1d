"""Access tokens as rows: only their hashes are kept. Each function works within the caller's transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, insert, select, update

from qarunner.access.errors import UnknownTokenError
from qarunner.store.clock import now
from qarunner.store.models import Role, Token, User

if TYPE_CHECKING:
    from sqlalchemy import Connection

PREFIX = "qar_"
"""Begins each token, so that scanners for leaked secrets know it."""


class TokenView(msgspec.Struct, frozen=True):
    """A token as it is listed; the secret itself was shown once, when it was made."""

    id: int
    name: str
    user: str
    job: str | None
    created: datetime
    expires: datetime | None
    last_used: datetime | None
    revoked: datetime | None


@dataclass(frozen=True, slots=True)
class FoundToken:
    """What the resolver needs to know of a token and its user."""

    id: int
    job: str | None
    expires: datetime | None
    last_used: datetime | None
    revoked: datetime | None
    user_id: int
    user: str
    role: Role
    disabled: bool

    @property
    def usable(self) -> bool:
        """Whether it opens a door now."""
        return self.revoked is None and not self.disabled and (self.expires is None or self.expires > now())


def new_secret() -> str:
    """Return a token that nobody can guess."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """Return what is stored. The secret is random and long, so a quick hash is enough."""
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def add(
    connection: Connection, user: int, name: str, secret: str, expires: datetime | None = None, job: str | None = None
) -> int:
    """Store a token and return its number."""
    row = {"hash": hash_of(secret), "name": name, "user": user, "job": job, "created": now(), "expires": expires}
    result = connection.execute(insert(Token).values(row).returning(Token.id))
    return int(result.scalar_one())


_FIND = (
    select(
        Token.id,
        Token.job,
        Token.expires,
        Token.last_used,
        Token.revoked,
        Token.user,
        User.name,
        User.role,
        User.disabled,
    )
    .join(User, User.id == Token.user)
    .where(Token.hash == bindparam("wanted"))
)


def find(connection: Connection, secret: str) -> FoundToken | None:
    """Return the token, usable or not; None when it was never given out."""
    row = connection.execute(_FIND, {"wanted": hash_of(secret)}).first()
    return None if row is None else FoundToken(*row)


def listing(connection: Connection, user: str = "") -> list[TokenView]:
    """Return the tokens of a user, or all; tokens of single jobs are left out."""
    columns = (
        Token.id,
        Token.name,
        User.name,
        Token.job,
        Token.created,
        Token.expires,
        Token.last_used,
        Token.revoked,
    )
    query = select(*columns).join(User, User.id == Token.user).where(Token.job.is_(None)).order_by(Token.id)
    if user:
        query = query.where(User.name == user)
    return [TokenView(*row) for row in connection.execute(query)]


def revoke(connection: Connection, token: int, user: int | None = None) -> None:
    """Make a token worthless.

    :param user: whose it must be; None for anybody's.
    :raises UnknownTokenError: there is none with this number, or it is somebody else's.
    """
    change = update(Token).where(Token.id == token).values(revoked=now())
    if user is not None:
        change = change.where(Token.user == user)
    if not connection.execute(change).rowcount:
        raise UnknownTokenError(f"there is no token number {token}", "qarunner token list")


def revoke_job(connection: Connection, job: str) -> None:
    """Make the tokens of a job worthless."""
    connection.execute(update(Token).where(Token.job == job, Token.revoked.is_(None)).values(revoked=now()))


def used(connection: Connection, token: int) -> None:
    """Note that it was used just now."""
    connection.execute(update(Token).where(Token.id == token).values(last_used=now()))
