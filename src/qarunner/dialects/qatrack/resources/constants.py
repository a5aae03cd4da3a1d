"""What the API shows as rows though no table holds it: groups of users (our roles) and kinds of content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, String, literal_column, select, union_all
from sqlalchemy.orm import DeclarativeBase, Mapped

from qarunner.dialects.qatrack.groups import GROUPS, permissions_of
from qarunner.dialects.qatrack.resources.spec import URIS, Made, Plain, Resource, Row, Shape
from qarunner.store.models import User

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.dialects.qatrack.reading.addresses import Addresses

TEST_LIST, CYCLE = 1, 2
"""Numbers of the two kinds of content that a collection can be of."""
CONTENT_TYPES = {TEST_LIST: "testlist", CYCLE: "testlistcycle"}


def _rows(name: str, rows: dict[int, dict[str, str]]) -> Any:
    """Return a question whose answer is always these rows, which filters can take for a table."""
    return union_all(
        *(
            select(
                literal_column(str(number), Integer).label("id"),
                *(literal_column(f"'{text}'", String).label(column) for column, text in columns.items()),
            )
            for number, columns in rows.items()
        )
    ).subquery(name)


class _Constant(DeclarativeBase):
    """Something mapped to constant rows."""


class Group(_Constant):
    """A group: one of the server's roles."""

    __table__ = _rows("groups", {number: {"name": str(role)} for number, role in enumerate(GROUPS, 1)})
    __mapper_args__ = {"primary_key": [__table__.c.id]}

    id: Mapped[int]
    name: Mapped[str]


class ContentType(_Constant):
    """What a collection can be of."""

    __table__ = _rows("content_types", {n: {"app_label": "qa", "model": model} for n, model in CONTENT_TYPES.items()})
    __mapper_args__ = {"primary_key": [__table__.c.id]}

    id: Mapped[int]
    app_label: Mapped[str]
    model: Mapped[str]


def add_members(connection: Connection, rows: Sequence[Row], shapes: Sequence[Shape], addresses: Addresses) -> None:
    """Say who is in a group, where it is shown alone."""
    for row, shape in zip(rows, shapes, strict=True):
        if "permissions" in shape:
            members = select(User.id).where(User.role == GROUPS[row["id"] - 1]).order_by(User.id)
            shape["user_set"] = [addresses.row("auth/users", user) for user in connection.execute(members).scalars()]


RESOURCES = (
    Resource(
        "auth/groups",
        Group,
        (
            Plain("name"),
            Made(
                "permissions",
                lambda row, _addresses: permissions_of(GROUPS[row["id"] - 1]),
                {"type": "array", "items": {"type": "string"}},
            ),
        ),
        hidden=frozenset({"permissions", "user_set"}),
        complete=add_members,
        added={"user_set": URIS},
    ),
    Resource("contenttypes/contenttypes", ContentType, (Plain("app_label"), Plain("model"))),
)
