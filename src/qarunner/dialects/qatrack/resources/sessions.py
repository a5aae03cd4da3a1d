"""What was done: list instances and test instances, with comments and files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from qarunner.dialects.qatrack.resources.limits import EDITED
from qarunner.dialects.qatrack.resources.spec import (
    NO_URI,
    URI,
    Link,
    Links,
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

TEST_INSTANCE = (
    "review_date pass_fail value string_value date_value datetime_value json_value skipped comment work_started"
    " work_completed order"
)
LIST_INSTANCE = (
    "work_started work_completed due_date in_progress flagged user_key include_for_scheduling reviewed all_reviewed day"
)
FILE = "label comment"
DEFINITIONS = ("test", "testlist", "testlistcycle")
"""What files of the original may belong to as well; ours belong to what was done."""


def attachment_shape(row: Any, addresses: Addresses) -> Shape:
    """Return a file as list instances show it."""
    return {
        "url": addresses.row("attachments/attachments", row.id),
        "attachment": addresses.file(row.id, row.label),
        "label": row.label,
        "comment": row.comment,
        **dict.fromkeys(DEFINITIONS),
        "testinstance": None if row.test_instance is None else addresses.row("qa/testinstances", row.test_instance),
        "testlistinstance": addresses.row("qa/testlistinstances", row.list_instance),
        "created": addresses.time(row.created),
        "created_by": None if row.created_by is None else addresses.row("auth/users", row.created_by),
    }


def add_attachments(connection: Connection, rows: Sequence[Row], shapes: Sequence[Shape], addresses: Addresses) -> None:
    """Add the files of list instances that belong to none of their tests."""
    file = qatrack.Attachment
    query = select(
        file.id, file.list_instance, file.test_instance, file.label, file.comment, file.created, file.created_by
    ).where(file.list_instance.in_([row["id"] for row in rows]), file.test_instance.is_(None))
    found: dict[int, list[Shape]] = defaultdict(list)
    for one in connection.execute(query.order_by(file.id)):
        found[one.list_instance].append(attachment_shape(one, addresses))
    for row, shape in zip(rows, shapes, strict=True):
        shape["attachments"] = found[row["id"]]


RESOURCES = (
    Resource(
        "qa/testinstances",
        qatrack.TestInstance,
        (
            Links("attachments", qatrack.Attachment, "test_instance", "id", "attachments/attachments", order="id"),
            *(Plain(name) for name in TEST_INSTANCE.split()),
            Link("status", target="qa/testinstancestatus"),
            Link("reviewed_by", target="auth/users"),
            Link("reference", target="qa/references"),
            Link("tolerance", target="qa/tolerances"),
            Link("unit_test_info", target="qa/unittestinfos"),
            Link("test_list_instance", "list_instance", target="qa/testlistinstances"),
            *EDITED,
        ),
    ),
    Resource(
        "qa/testlistinstances",
        qatrack.ListInstance,
        (
            Links("comments", qatrack.Comment, "list_instance", "id", "comments/comments", order="id"),
            Links("test_instances", qatrack.TestInstance, "list_instance", "id", "qa/testinstances", order="order"),
            Made("site_url", lambda row, addresses: addresses.session(row["id"]), URI),
            *(Plain(name) for name in LIST_INSTANCE.split()),
            Link("unit_test_collection", "collection", target="qa/unittestcollections"),
            Link("test_list", target="qa/testlists"),
            Link("reviewed_by", target="auth/users"),
            *EDITED,
        ),
        page=10,
        relations={"attachments": Relation("attachments/attachments", "id", other="list_instance")},
        complete=add_attachments,
        added={"attachments": {"type": "array", "items": {"type": "object"}}},
    ),
    Resource(
        "attachments/attachments",
        qatrack.Attachment,
        (
            Made("attachment", lambda row, addresses: addresses.file(row["id"], row["label"]), URI),
            *(Plain(name) for name in FILE.split()),
            *(Made(name, lambda _row, _addresses: None, NO_URI) for name in DEFINITIONS),
            Plain("created"),
            Link("created_by", target="auth/users"),
            Link("testinstance", "test_instance", target="qa/testinstances"),
            Link("testlistinstance", "list_instance", target="qa/testlistinstances"),
        ),
    ),
    Resource(
        "comments/comments",
        qatrack.Comment,
        (
            Plain("submit_date"),
            Plain("comment"),
            Link("user", target="auth/users"),
            Link("testlistinstance", "list_instance", target="qa/testlistinstances"),
        ),
    ),
)
