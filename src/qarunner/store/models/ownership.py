"""Who holds a node: one record per node, and the reservations that were made."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import NUMBERED, Base, Number
from qarunner.store.types import RowNumber, WordOf


class HolderKind(enum.StrEnum):
    """What a node is held for."""

    DESK = "desk"
    JOB = "job"
    RESERVATION = "reservation"


class Reservation(Base):
    """A reservation, past or present. Its number is the public reservation_id."""

    __tablename__ = "reservations"

    id: Mapped[Number]
    node: Mapped[str]
    user: Mapped[str] = mapped_column("username")
    message: Mapped[str]
    """Markdown, as it was given."""
    started: Mapped[datetime]
    expires: Mapped[datetime | None]
    """None when it never expires."""
    ended: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    interruption: Mapped[str | None]
    """What the person who interrupted it told the owner."""
    interruption_seen: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_reservations_node_id", "node", "id"),
        Index("ix_reservations_username_id", "username", "id"),
        NUMBERED,
    )


class Ownership(Base):
    """The present holder of a node; a node that nobody holds has no row."""

    __tablename__ = "ownership"

    node: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[HolderKind] = mapped_column(WordOf(HolderKind))
    holder: Mapped[str]
    """A user's name."""
    reason: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    """When it ends by itself; None for never."""
    reservation: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("reservations.id"))
    job: Mapped[str | None]
    """The uid of the job which runs on the node now, also within its user's reservation."""
    lease: Mapped[str | None]
    """What the exporter calls the desk lease."""
