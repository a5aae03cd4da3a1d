"""Hosts and the nodes they carry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import Base


class Host(Base):
    """A machine that runs exporters and jobs."""

    __tablename__ = "hosts"

    name: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(default="")
    """How its exporters are reached from the server; empty for the server's own machine."""
    description: Mapped[str] = mapped_column(default="")
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]


class Node(Base):
    """One device under test with everything wired to it, as far as the server knows it."""

    __tablename__ = "nodes"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str | None] = mapped_column(ForeignKey("hosts.name", ondelete="SET NULL"), index=True)
    config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Sections of ``config/test-farm/<node>.conf`` on the main branch: section, name, value."""
    device_type: Mapped[str | None]
    friendly_name: Mapped[str | None]
    last_used_by: Mapped[str | None]
    last_used_time: Mapped[datetime | None]
    online: Mapped[bool] = mapped_column(default=False)
    offline_reason: Mapped[str | None]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime | None]
    """When it was last online; None when it never was."""
    local_ip_address: Mapped[str | None]
    external_ip_address: Mapped[str | None]
    geoip_city: Mapped[str | None]
    geoip_country: Mapped[str | None]
    licence_expiry: Mapped[str | None]
