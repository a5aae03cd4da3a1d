"""Which list is done on which unit, with the limits of its tests there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, select

from qarunner.dialects.qatrack.groups import GROUPS
from qarunner.dialects.qatrack.resources.constants import CYCLE, TEST_LIST
from qarunner.dialects.qatrack.resources.spec import (
    NUMBER,
    URI,
    URIS,
    Link,
    Made,
    Plain,
    Relation,
    Resource,
    Row,
    Shape,
)
from qarunner.store.models import qatrack

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.dialects.qatrack.reading.addresses import Addresses


def _object(row: Row, addresses: Addresses) -> str:
    if row["test_list"] is not None:
        return addresses.row("qa/testlists", row["test_list"])
    return addresses.row("qa/testlistcycles", row["cycle"])


def _object_id(row: Row, _addresses: Addresses) -> int:
    number: int = row["cycle"] if row["test_list"] is None else row["test_list"]
    return number


def _content_type(row: Row, addresses: Addresses) -> str:
    return addresses.row("contenttypes/contenttypes", TEST_LIST if row["cycle"] is None else CYCLE)


def _everybody(_row: Row, addresses: Addresses) -> list[str]:
    """Return all groups: whoever may read results may read these."""
    return [addresses.row("auth/groups", number) for number in range(1, len(GROUPS) + 1)]


def add_next_day(connection: Connection, rows: Sequence[Row], shapes: Sequence[Shape], addresses: Addresses) -> None:
    """Say which list comes next: of a cycle the one after the day that was done last."""
    following = _following(connection, [row["id"] for row in rows if row["cycle"] is not None])
    for row, shape in zip(rows, shapes, strict=True):
        alone: tuple[int, int | None] = (0, row["test_list"])
        day, test_list = following.get(row["id"], alone)
        shape["next_day"] = day
        shape["next_test_list"] = None if test_list is None else addresses.row("qa/testlists", test_list)


def _following(connection: Connection, collections: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return day and list that come next, by the number of the collection; one question for all."""
    if not collections:
        return {}
    collection, member, last = qatrack.Collection, qatrack.CycleMembership, qatrack.ListInstance
    query: Any = (
        select(collection.id, member.order, member.test_list)
        .join(member, member.cycle == collection.cycle)
        .outerjoin(last, last.id == collection.last_instance)
        .where(collection.id.in_(collections))
        # The first day after the last one; when there is none, the first of all.
        .order_by(collection.id, case((member.order > last.day, 0), else_=1), member.order)
    )
    found: dict[int, tuple[int, int]] = {}
    for number, day, test_list in connection.execute(query):
        found.setdefault(number, (day, test_list))
    return found


RESOURCES = (
    Resource(
        "qa/unittestinfos",
        qatrack.UnitTestInfo,
        (
            Plain("active"),
            Link("unit", target="units/units"),
            Link("test", target="qa/tests"),
            Link("reference", target="qa/references"),
            Link("tolerance", target="qa/tolerances"),
            Link("assigned_to", target="auth/groups"),
        ),
    ),
    Resource(
        "qa/unittestcollections",
        qatrack.Collection,
        (
            Made("tests_object", _object, URI),
            Plain("due_date"),
            Plain("auto_schedule"),
            Plain("active"),
            Made("object_id", _object_id, NUMBER),
            Plain("name"),
            Link("unit", target="units/units"),
            Link("frequency", target="qa/frequencies"),
            Link("assigned_to", target="auth/groups"),
            Made("content_type", _content_type, URI),
            Link("last_instance", target="qa/testlistinstances"),
            Made("visible_to", _everybody, URIS),
        ),
        page=10,
        relations={
            "test_list": Relation("qa/testlists", "test_list"),
            "test_list_cycle": Relation("qa/testlistcycles", "cycle"),
            "content_type": Relation(
                "contenttypes/contenttypes", case((qatrack.Collection.test_list.is_(None), CYCLE), else_=TEST_LIST)
            ),
            "visible_to": Relation("auth/groups", None),
        },
        complete=add_next_day,
        added={"next_day": NUMBER, "next_test_list": {**URI, "nullable": True}},
    ),
)
