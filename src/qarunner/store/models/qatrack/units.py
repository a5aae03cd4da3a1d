"""Units: the devices under test, and what they are grouped by."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import COMPACT, NUMBERED, Base, Number
from qarunner.store.models.qatrack.columns import belongs_to, refers_to


class Site(Base):
    """Where units stand."""

    __tablename__ = "qatrack_sites"

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)

    __table_args__ = (NUMBERED,)


class Vendor(Base):
    """Who makes units."""

    __tablename__ = "qatrack_vendors"

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)
    notes: Mapped[str] = mapped_column(default="")

    __table_args__ = (NUMBERED,)


class UnitClass(Base):
    """A kind of devices, such as "television"."""

    __tablename__ = "qatrack_unit_classes"

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)

    __table_args__ = (NUMBERED,)


class UnitType(Base):
    """A model."""

    __tablename__ = "qatrack_unit_types"

    id: Mapped[Number]
    name: Mapped[str]
    model: Mapped[str | None]
    vendor: Mapped[int | None] = refers_to("vendors")
    unit_class: Mapped[int | None] = refers_to("unit_classes")
    collapse: Mapped[bool] = mapped_column(default=False)
    """Whether lists of units show this type folded."""

    __table_args__ = (NUMBERED,)


class Modality(Base):
    """Something a unit can do, such as "HDR"."""

    __tablename__ = "qatrack_modalities"

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)

    __table_args__ = (NUMBERED,)


class Unit(Base):
    """A device under test."""

    __tablename__ = "qatrack_units"

    id: Mapped[Number]
    number: Mapped[int] = mapped_column(unique=True)
    """What people and scripts call it."""
    name: Mapped[str] = mapped_column(unique=True)
    node: Mapped[str] = mapped_column(default="", index=True)
    """The node whose device it is; empty for none."""
    type: Mapped[int] = refers_to("unit_types")
    site: Mapped[int | None] = refers_to("sites")
    serial_number: Mapped[str | None]
    location: Mapped[str | None]
    install_date: Mapped[date | None]
    date_acceptance: Mapped[date]
    active: Mapped[bool] = mapped_column(default=True)
    is_serviceable: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (NUMBERED,)


class UnitModality(Base):
    """One modality of a unit."""

    __tablename__ = "qatrack_unit_modalities"

    unit: Mapped[int] = belongs_to("units", primary_key=True)
    modality: Mapped[int] = refers_to("modalities", primary_key=True)

    __table_args__ = (COMPACT,)
