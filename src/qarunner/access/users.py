"""Users as rows: made, listed, changed. Each function works within the caller's transaction."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import insert, select, update

from qarunner.access.errors import AccessError, UnknownUserError
from qarunner.errors import nearest
from qarunner.store.clock import now
from qarunner.store.models import Role, User

if TYPE_CHECKING:
    from sqlalchemy import Connection

NAME = re.compile(r"[^\s:/\\<>\"'\x00-\x1f\x7f]{1,100}")
"""No colon: Basic separates the password with one."""


class UserView(msgspec.Struct, frozen=True):
    """A user, without any secret."""

    id: int
    name: str
    role: Role
    email: str
    disabled: bool
    generation: int
    created: datetime
    last_login: datetime | None
    has_password: bool


_COLUMNS = (
    User.id,
    User.name,
    User.role,
    User.email,
    User.disabled,
    User.generation,
    User.created,
    User.last_login,
    User.password_hash.is_not(None),
)


def add(connection: Connection, name: str, role: Role, password_hash: str | None, email: str = "") -> UserView:
    """Make a user.

    :raises AccessError: the name is taken, or is none.
    """
    if not NAME.fullmatch(name):
        advice = "Use 1 to 100 letters, digits and the like; no space, colon, slash or quote."
        raise AccessError(f"{name[:120]!r} is no name for a user", advice)
    if connection.execute(select(User.id).where(User.name == name)).first():
        raise AccessError(f"there is a user {name!r} already", "Choose another name.")
    row = {"name": name, "role": role, "password_hash": password_hash, "email": email, "created": now()}
    connection.execute(insert(User).values(row | {"disabled": False, "generation": 1, "settings": {}}))
    return get(connection, name)


def get(connection: Connection, name: str) -> UserView:
    """Return a user by name.

    :raises UnknownUserError: there is none.
    """
    row = connection.execute(select(*_COLUMNS).where(User.name == name)).first()
    if row is None:
        known = [found.name for found in listing(connection)]
        raise UnknownUserError(f"there is no user {name!r}", nearest(name, known) or "qarunner user list")
    return UserView(*row)


def listing(connection: Connection) -> list[UserView]:
    """Return all users by name."""
    return [UserView(*row) for row in connection.execute(select(*_COLUMNS).order_by(User.name))]


def change(connection: Connection, user: int, **values: Any) -> None:
    """Set columns of a user."""
    connection.execute(update(User).where(User.id == user).values(**values))


def enabled_admins(connection: Connection) -> list[str]:
    """Return the names of the admins who can sign in."""
    query = select(User.name).where(User.role == Role.ADMIN, User.disabled.is_(False))
    return list(connection.execute(query).scalars())


def count(connection: Connection) -> int:
    """Return how many users there are."""
    return len(connection.execute(select(User.id)).all())
