"""What a list is on a unit: everything a session is judged by, with the numbers of the rows it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.rules.records import ListDefinition

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.rules.due_dates import Frequency
    from qarunner.dialects.qatrack.rules.records import ListedTest, PassFail
    from qarunner.dialects.qatrack.rules.review import Status

ReviewRules = Mapping["PassFail", "Status"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A test of a list on a unit."""

    test: ListedTest
    number: int
    """Of its row among the tests."""
    info: int
    """Number of the row that says which limits it has on the unit."""
    reference: int | None
    tolerance: int | None
    review: ReviewRules | None
    """None where it is never reviewed by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayList:
    """The list of one day of a cycle; of a plain list, the only one."""

    number: int
    name: str
    slug: str
    members: tuple[Member, ...]
    rules: ListDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Statuses:
    """The states of review by their numbers."""

    known: Mapping[int, Status]
    default: Status | None
    """Of new results; None when nobody defined one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A list, or a cycle of lists, on a unit."""

    revision: int | None
    """Of all definitions, when this one was read."""
    collection: int
    unit_number: int
    node: str
    """The node whose device the unit is; empty for none."""
    cycle: bool
    days: tuple[DayList, ...]
    frequency: Frequency | None
    """None where nobody lets the due date follow the work."""
    statuses: Statuses


def rules_of(members: tuple[Member, ...]) -> ListDefinition:
    """Return the tests as the rules take them."""
    return ListDefinition(tuple(member.test for member in members))
