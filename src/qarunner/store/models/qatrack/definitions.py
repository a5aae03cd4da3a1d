"""Tests, the lists they stand in, and cycles of lists."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import NUMBERED, Base, Number
from qarunner.store.models.qatrack.columns import Edited, belongs_to, refers_to


class Test(Edited, Base):
    """One thing that is checked or measured."""

    __tablename__ = "qatrack_tests"
    __test__ = False  # pytest takes a class of this name for one of its own

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str | None]
    slug: Mapped[str] = mapped_column(index=True)
    """The macro's name: a Python identifier, unique within each list only."""
    description: Mapped[str | None]
    procedure: Mapped[str | None]
    """Address of a page that says how it is done."""
    type: Mapped[str]
    choices: Mapped[str | None]
    """Comma-separated, of a test of type ``multchoice``."""
    constant_value: Mapped[float | None]
    wrap_low: Mapped[float | None]
    wrap_high: Mapped[float | None]
    calculation_procedure: Mapped[str | None]
    formatting: Mapped[str] = mapped_column(default="")
    flag_when: Mapped[bool | None]
    hidden: Mapped[bool] = mapped_column(default=False)
    skip_without_comment: Mapped[bool] = mapped_column(default=False)
    require_comment: Mapped[bool] = mapped_column(default=False)
    display_image: Mapped[bool] = mapped_column(default=False)
    chart_visibility: Mapped[bool] = mapped_column(default=True)
    category: Mapped[int] = refers_to("categories")
    autoreviewruleset: Mapped[int | None] = refers_to("review_rule_sets")

    __table_args__ = (NUMBERED,)


class TestList(Edited, Base):
    """Tests that are done together."""

    __tablename__ = "qatrack_test_lists"
    __test__ = False

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    javascript: Mapped[str | None]
    """Kept for clients that ask for it; never run."""
    warning_message: Mapped[str | None]

    __table_args__ = (NUMBERED,)


class Membership(Base):
    """A test in a list."""

    __tablename__ = "qatrack_memberships"

    id: Mapped[Number]
    test_list: Mapped[int] = belongs_to("test_lists")
    test: Mapped[int] = refers_to("tests", index=True)
    order: Mapped[int]

    __table_args__ = (Index("uq_qatrack_memberships_test_list_test", "test_list", "test", unique=True), NUMBERED)


class Sublist(Base):
    """A list within a list: its tests count as the outer one's."""

    __tablename__ = "qatrack_sublists"

    id: Mapped[Number]
    parent: Mapped[int] = belongs_to("test_lists")
    child: Mapped[int] = refers_to("test_lists", index=True)
    order: Mapped[int]
    outline: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index("uq_qatrack_sublists_parent_child", "parent", "child", unique=True), NUMBERED)


class Cycle(Edited, Base):
    """Lists that take turns, a day each."""

    __tablename__ = "qatrack_cycles"

    id: Mapped[Number]
    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    javascript: Mapped[str | None]
    drop_down_label: Mapped[str] = mapped_column(default="Choose Day")
    day_option_text: Mapped[str] = mapped_column(default="day")

    __table_args__ = (NUMBERED,)


class CycleMembership(Base):
    """A list in a cycle."""

    __tablename__ = "qatrack_cycle_memberships"

    id: Mapped[Number]
    cycle: Mapped[int] = belongs_to("cycles")
    test_list: Mapped[int] = refers_to("test_lists", index=True)
    order: Mapped[int]
    """The day, from 0."""

    __table_args__ = (Index("uq_qatrack_cycle_memberships_cycle_order", "cycle", "order", unique=True), NUMBERED)
