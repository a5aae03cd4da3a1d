"""Files and comments, which sessions and their tests show whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal, null, select, union_all

from qarunner.dialects.qatrack.resources.spec import NO_URI, URI, Link, Made, Plain, Resource, Row
from qarunner.store.models import qatrack

if TYPE_CHECKING:
    from sqlalchemy import Connection

ATTACHMENTS = Resource(
    "attachments/attachments",
    qatrack.Attachment,
    (
        Made("attachment", lambda row, addresses: addresses.file(row["id"], row["label"]), URI),
        Plain("label"),
        Plain("comment"),
        # In the original those have files as well.
        *(Made(name, lambda _row, _addresses: None, NO_URI) for name in ("test", "testlist", "testlistcycle")),
        Link("testinstance", "test_instance", target="qa/testinstances"),
        Link("testlistinstance", "list_instance", target="qa/testlistinstances"),
        Plain("created"),
        Link("created_by", target="auth/users"),
    ),
)
COMMENTS = Resource(
    "comments/comments",
    qatrack.Comment,
    (
        Link("user", target="auth/users"),
        Plain("submit_date"),
        Plain("comment"),
        Link("testlistinstance", "list_instance", target="qa/testlistinstances"),
    ),
)
RESOURCES = (ATTACHMENTS, COMMENTS)


def attached_to(connection: Connection, sessions: Sequence[int]) -> tuple[list[Row], list[Row]]:
    """Return the rows of the files and of the comments of list instances, in order; one question for both.

    A file has the number of its test instance, if it is one's.
    """
    file, comment = qatrack.Attachment, qatrack.Comment
    files: Any = select(
        literal(value=True).label("is_file"),
        file.id.label("id"),
        file.list_instance.label("list_instance"),
        file.test_instance.label("test_instance"),
        file.label.label("label"),
        file.comment.label("comment"),
        file.created.label("moment"),
        file.created_by.label("user"),
    ).where(file.list_instance.in_(sessions))
    said = select(
        literal(value=False),
        comment.id,
        comment.list_instance,
        null(),
        literal(""),
        comment.comment,
        comment.submit_date,
        comment.user,
    ).where(comment.list_instance.in_(sessions))
    found: tuple[list[Row], list[Row]] = ([], [])
    for row in connection.execute(union_all(files, said).order_by("id")).mappings():
        names = ("created", "created_by") if row["is_file"] else ("submit_date", "user")
        found[0 if row["is_file"] else 1].append({**row, **dict(zip(names, (row["moment"], row["user"]), strict=True))})
    return found
