"""Notifications, and the store's own settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import NUMBERED, Base, Number
from qarunner.store.types import RowNumber


class Notification(Base):
    """Something people want to be told, once per cause."""

    __tablename__ = "notifications"

    id: Mapped[Number]
    cause: Mapped[str] = mapped_column(unique=True)
    """``job finished:/node/0a23/972``; a second notification of the same cause is not made."""
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created: Mapped[datetime]

    __table_args__ = (NUMBERED,)


class NotificationDelivery(Base):
    """A notification on its way through one channel."""

    __tablename__ = "notification_deliveries"

    notification: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("notifications.id", ondelete="CASCADE"), primary_key=True
    )
    channel: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    """pending, sent or rejected."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")

    __table_args__ = (Index("ix_notification_deliveries_state_next_attempt", "state", "next_attempt"),)


class Setting(Base):
    """One thing the server remembers for itself."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
