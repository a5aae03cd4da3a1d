"""Users, tokens, sessions, and the log of who did what."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import NUMBERED, Base, Number
from qarunner.store.types import RowNumber, WordOf


class Role(enum.StrEnum):
    """What a user may do."""

    ADMIN = "admin"
    WRITE = "write"
    READ = "read"
    MANUAL = "manual"
    """Manual control of nodes only."""


class User(Base):
    """Somebody, or some script, with a name."""

    __tablename__ = "users"

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    """argon2; None for a user who has tokens only."""
    role: Mapped[Role] = mapped_column(WordOf(Role))
    email: Mapped[str] = mapped_column(default="")
    disabled: Mapped[bool] = mapped_column(default=False)
    generation: Mapped[int] = mapped_column(default=1)
    """Counted up to make tokens that are derived from the user's name worthless."""
    created: Mapped[datetime]
    last_login: Mapped[datetime | None]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (NUMBERED,)


class Token(Base):
    """An access token, as a hash."""

    __tablename__ = "tokens"

    id: Mapped[Number]
    hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    user: Mapped[int] = mapped_column("user_id", RowNumber, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    job: Mapped[str | None] = mapped_column(index=True)
    """The uid of the only job it is good for; None for a user's ordinary token."""
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    last_used: Mapped[datetime | None]
    revoked: Mapped[datetime | None]

    __table_args__ = (NUMBERED,)


class Session(Base):
    """A signed-in browser."""

    __tablename__ = "sessions"

    hash: Mapped[str] = mapped_column(primary_key=True)
    """Of the cookie's value."""
    user: Mapped[int] = mapped_column("user_id", RowNumber, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str]
    created: Mapped[datetime]
    expires: Mapped[datetime] = mapped_column(index=True)
    last_used: Mapped[datetime]
    address: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")


class AuditEntry(Base):
    """Who did what, when and from where. Rows are only ever added."""

    __tablename__ = "audit_log"

    id: Mapped[Number]
    time: Mapped[datetime] = mapped_column(index=True)
    user: Mapped[str] = mapped_column("username")
    """A name, kept when the user is gone."""
    action: Mapped[str]
    """``job.stop``, ``user.create``, ..."""
    subject: Mapped[str] = mapped_column(default="")
    """The uid, id or name of what it was done to."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    address: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        Index("ix_audit_log_username_id", "username", "id"),
        Index("ix_audit_log_subject_id", "subject", "id"),
        NUMBERED,
    )
