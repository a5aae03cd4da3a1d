"""What the API shows as rows though no table holds it: groups of users (our roles) and kinds of content."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, String, literal_column, select, union_all
from sqlalchemy.orm import DeclarativeBase, Mapped

from qarunner.dialects.qatrack.groups import GROUPS, permissions_of
from qarunner.dialects.qatrack.resources.spec import Made, Plain, Resource
from qarunner.store.models import qatrack

CONTENT_TYPES = {qatrack.TEST_LIST: "testlist", qatrack.CYCLE: "testlistcycle"}


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
        hidden=frozenset({"permissions"}),
    ),
    Resource("contenttypes/contenttypes", ContentType, (Plain("app_label"), Plain("model"))),
)
