"""What values are held against, how often they are taken, and how results are reviewed."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import COMPACT, NUMBERED, Base, Number
from qarunner.store.models.qatrack.columns import Edited, belongs_to, refers_to


class Reference(Edited, Base):
    """The value that a test should give."""

    __tablename__ = "qatrack_references"

    id: Mapped[Number]
    name: Mapped[str]
    type: Mapped[str]
    """``boolean`` or ``numerical``."""
    value: Mapped[float]

    __table_args__ = (NUMBERED,)


class Tolerance(Edited, Base):
    """How far from its reference a value may be."""

    __tablename__ = "qatrack_tolerances"

    id: Mapped[Number]
    name: Mapped[str]
    type: Mapped[str]
    """``absolute``, ``percent``, ``multchoice`` or ``boolean``."""
    act_low: Mapped[float | None]
    tol_low: Mapped[float | None]
    tol_high: Mapped[float | None]
    act_high: Mapped[float | None]
    mc_pass_choices: Mapped[str | None]
    """Comma-separated texts."""
    mc_tol_choices: Mapped[str | None]
    bool_warning_only: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (NUMBERED,)


class Category(Base):
    """What a test is about. Categories form trees; the numbers of a nested set are what the API shows of them."""

    __tablename__ = "qatrack_categories"

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    parent: Mapped[int | None] = refers_to("categories")
    lft: Mapped[int] = mapped_column(default=1)
    rght: Mapped[int] = mapped_column(default=2)
    tree_id: Mapped[int] = mapped_column(default=1)
    level: Mapped[int] = mapped_column(default=0)

    __table_args__ = (NUMBERED,)


class Frequency(Base):
    """How often a list is due."""

    __tablename__ = "qatrack_frequencies"

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    recurrences: Mapped[str]
    """Recurrence rules as RFC 5545 writes them."""
    nominal_interval: Mapped[float]
    """Days."""
    window_start: Mapped[int | None]
    """Days before the due date from which a run counts; None: whenever."""
    window_end: Mapped[int]
    """Days after the due date until which it is only late."""

    __table_args__ = (NUMBERED,)


class Status(Base):
    """A state of review."""

    __tablename__ = "qatrack_statuses"

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    is_default: Mapped[bool] = mapped_column(default=False)
    requires_review: Mapped[bool] = mapped_column(default=True)
    export_by_default: Mapped[bool] = mapped_column(default=True)
    valid: Mapped[bool] = mapped_column(default=True)
    colour: Mapped[str] = mapped_column(default="rgba(60,141,188,1)")

    __table_args__ = (NUMBERED,)


class AutoReviewRule(Base):
    """Which status a result gets by itself."""

    __tablename__ = "qatrack_review_rules"

    id: Mapped[Number]
    pass_fail: Mapped[str]
    status: Mapped[int] = refers_to("statuses")

    __table_args__ = (NUMBERED,)


class AutoReviewRuleSet(Base):
    """Rules that apply together."""

    __tablename__ = "qatrack_review_rule_sets"

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)
    is_default: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (NUMBERED,)


class AutoReviewRuleInSet(Base):
    """One rule of a set."""

    __tablename__ = "qatrack_review_members"

    rule_set: Mapped[int] = belongs_to("review_rule_sets", primary_key=True)
    rule: Mapped[int] = refers_to("review_rules", primary_key=True)

    __table_args__ = (COMPACT,)
