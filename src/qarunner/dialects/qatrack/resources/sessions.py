"""What was done: list instances and test instances. Their parts are shown whole, as the original does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from qarunner.dialects.qatrack.reading.rows import all_columns, plain_shape
from qarunner.dialects.qatrack.resources.attached import ATTACHMENTS, COMMENTS, attached_to
from qarunner.dialects.qatrack.resources.limits import EDITED
from qarunner.dialects.qatrack.resources.spec import URI, Link, Made, Plain, Relation, Resource, Row, Shape
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
MOST_SESSIONS = 1000
"""Of a page: each has all its tests."""


def add_files(connection: Connection, rows: Sequence[Row], shapes: Sequence[Shape], addresses: Addresses) -> None:
    """Add their files to test instances."""
    file: Any = qatrack.Attachment
    query = all_columns(ATTACHMENTS).where(file.test_instance.in_([row["id"] for row in rows])).order_by(file.id)
    found = _grouped(connection.execute(query).mappings(), "test_instance")
    for row, shape in zip(rows, shapes, strict=True):
        shape["attachments"] = [plain_shape(ATTACHMENTS, one, addresses) for one in found[row["id"]]]


def add_parts(connection: Connection, rows: Sequence[Row], shapes: Sequence[Shape], addresses: Addresses) -> None:
    """Add to list instances their tests, their comments, and the files that belong to none of the tests."""
    numbers = [row["id"] for row in rows]
    test: Any = qatrack.TestInstance
    query = all_columns(TEST_INSTANCES).where(test.list_instance.in_(numbers))
    tests = _grouped(connection.execute(query.order_by(test.list_instance, test.order)).mappings(), "list_instance")
    files, comments = attached_to(connection, numbers)
    of_test = _grouped(files, "test_instance")
    of_session = _grouped((file for file in files if file["test_instance"] is None), "list_instance")
    said = _grouped(comments, "list_instance")

    def shown(resource: Resource, found: Iterable[Row]) -> list[Shape]:
        return [plain_shape(resource, one, addresses) for one in found]

    for number, shape in zip(numbers, shapes, strict=True):
        shape["attachments"] = shown(ATTACHMENTS, of_session[number])
        shape["comments"] = shown(COMMENTS, said[number])
        shape["test_instances"] = [
            plain_shape(TEST_INSTANCES, one, addresses) | {"attachments": shown(ATTACHMENTS, of_test[one["id"]])}
            for one in tests[number]
        ]


def _grouped(rows: Iterable[Any], by: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[by]].append(row)
    return found


def _whole(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


TEST_INSTANCES = Resource(
    "qa/testinstances",
    qatrack.TestInstance,
    (
        *(Plain(name) for name in TEST_INSTANCE.split()),
        Link("status", target="qa/testinstancestatus"),
        Link("reviewed_by", target="auth/users"),
        Link("reference", target="qa/references"),
        Link("tolerance", target="qa/tolerances"),
        Link("unit_test_info", target="qa/unittestinfos"),
        Link("test_list_instance", "list_instance", target="qa/testlistinstances"),
        *EDITED,
    ),
    relations={"attachments": Relation("attachments/attachments", "id", "test_instance")},
    complete=add_files,
    added={"attachments": _whole("attachments")},
)
LIST_INSTANCES = Resource(
    "qa/testlistinstances",
    qatrack.ListInstance,
    (
        Made("site_url", lambda row, addresses: addresses.session(row["id"]), URI),
        *(Plain(name) for name in LIST_INSTANCE.split()),
        Link("unit_test_collection", "collection", target="qa/unittestcollections"),
        Link("test_list", target="qa/testlists"),
        Link("reviewed_by", target="auth/users"),
        *EDITED,
    ),
    page=10,
    largest=MOST_SESSIONS,
    relations={
        "attachments": Relation("attachments/attachments", "id", "list_instance"),
        "comments": Relation("comments/comments", "id", "list_instance"),
        "test_instances": Relation("qa/testinstances", "id", "list_instance"),
    },
    complete=add_parts,
    added={
        "attachments": _whole("attachments"),
        "comments": _whole("comments"),
        "test_instances": _whole("testinstances"),
    },
)
RESOURCES = (TEST_INSTANCES, LIST_INSTANCES)
