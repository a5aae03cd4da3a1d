"""Managing users and their tokens, each change with its line in the log."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from qarunner.access import audit, sessions, tokens, users
from qarunner.access.errors import AccessError
from qarunner.store.clock import now
from qarunner.store.models import Role, User

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.access.passwords import Passwords
    from qarunner.access.tokens import TokenView
    from qarunner.access.users import UserView
    from qarunner.store.engine import Store


class Accounts:
    """Users and tokens of a store.

    Where a method takes `by`, it is the name of whoever makes the change; ``command line`` for the machine's owner.
    """

    def __init__(self, store: Store, passwords: Passwords) -> None:
        self.store = store
        self._passwords = passwords

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Give the connection for a change of what somebody may do; it holds from the next request on."""
        with self.store.write() as connection:
            yield connection
        self.forget()

    def forget(self) -> None:
        """Read users and tokens anew: they may have changed."""

    def add_user(
        self, name: str, role: Role, password: str | None = None, email: str = "", by: str = "command line"
    ) -> UserView:
        """Make a user; without a password only tokens let them in.

        :raises AccessError: the name is taken or unusable, or the password too short.
        """
        hashed = None if password is None else self._passwords.hash(password)
        with self.changing() as connection:
            made = users.add(connection, name, role, hashed, email)
            audit.note(connection, by, "user.create", name, {"role": str(role)})
            return made

    def user(self, name: str) -> UserView:
        """Return a user.

        :raises UnknownUserError: there is none of this name.
        """
        with self.store.read() as connection:
            return users.get(connection, name)

    def users(self) -> list[UserView]:
        """Return all users by name."""
        with self.store.read() as connection:
            return users.listing(connection)

    def set_role(self, name: str, role: Role, by: str = "command line") -> None:
        """Give a user another role.

        :raises AccessError: it is the last admin.
        """
        with self.changing() as connection:
            user = users.get(connection, name)
            users.change(connection, user.id, role=role)
            _keep_an_admin(connection)
            audit.note(connection, by, "user.role", name, {"role": str(role)})

    def set_disabled(self, name: str, *, disabled: bool, by: str = "command line") -> None:
        """Let a user in no more, or again. Sessions end at once; tokens are refused as long as it lasts.

        :raises AccessError: it is the last admin.
        """
        with self.changing() as connection:
            user = users.get(connection, name)
            users.change(connection, user.id, disabled=disabled)
            _keep_an_admin(connection)
            if disabled:
                sessions.end_all(connection, user.id)
            audit.note(connection, by, "user.disable" if disabled else "user.enable", name)

    def set_password(self, name: str, password: str | None, by: str = "command line") -> None:
        """Set or remove a password. Sessions end, and tokens derived from the user's name change.

        :raises AccessError: the password is too short or too long.
        """
        hashed = None if password is None else self._passwords.hash(password)
        with self.changing() as connection:
            user = users.get(connection, name)
            users.change(connection, user.id, password_hash=hashed, generation=User.generation + 1)
            sessions.end_all(connection, user.id)
            audit.note(connection, by, "user.password", name)

    def create_token(
        self, user: str, name: str, expires: datetime | None = None, by: str = "command line"
    ) -> tuple[int, str]:
        """Return the number of a new token, and the token itself, which is shown this one time.

        :raises AccessError: the name is empty or too long, or `expires` is past.
        """
        if not 0 < len(name) <= 200:  # noqa: PLR2004 - what fits a line
            raise AccessError("a token needs a name of at most 200 characters", "Name what uses it.")
        if expires is not None and expires <= now():
            raise AccessError(
                f"the token would have expired at {expires:%Y-%m-%d %H:%M} already", "Choose a later time."
            )
        secret = tokens.new_secret()
        with self.changing() as connection:
            owner = users.get(connection, user)
            number = tokens.add(connection, owner.id, name, secret, expires)
            audit.note(connection, by, "token.create", str(number), {"user": user, "name": name})
        return number, secret

    def tokens(self, user: str = "") -> list[TokenView]:
        """Return the tokens of one user, or of all."""
        with self.store.read() as connection:
            return tokens.listing(connection, user)

    def revoke_token(self, token: int, user: str = "", by: str = "command line") -> None:
        """Make a token worthless.

        :param user: whose it must be; empty for anybody's.
        :raises UnknownTokenError: there is no such token.
        """
        with self.changing() as connection:
            owner = users.get(connection, user).id if user else None
            tokens.revoke(connection, token, owner)
            audit.note(connection, by, "token.revoke", str(token))

    def make_first_admin(self) -> tuple[str, str, str] | None:
        """Make an admin with a password and a token when there are no users yet; return name, password and token."""
        password, secret = secrets.token_urlsafe(12), tokens.new_secret()
        hashed = self._passwords.hash(password)
        with self.changing() as connection:
            if users.count(connection):
                return None
            admin = users.add(connection, "admin", Role.ADMIN, hashed)
            tokens.add(connection, admin.id, "first token", secret)
            audit.note(connection, "command line", "user.create", "admin", {"role": str(Role.ADMIN)})
        return admin.name, password, secret


def _keep_an_admin(connection: Connection) -> None:
    if not users.enabled_admins(connection):
        raise AccessError("nobody would be left who may manage users", "Make another admin first.")
