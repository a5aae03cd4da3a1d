"""Asks the store for rows of a resource, and makes of them what the API shows: three questions for any list.

One is for the rows and how many there are, one for all their lists of URLs; a resource's `complete` has the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, literal, select, union_all

from qarunner.dialects.qatrack.resources.spec import Field, Link, Links, Made, Plain, Resource, Row, Shape

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.dialects.qatrack.reading.addresses import Addresses
    from qarunner.dialects.qatrack.reading.paging import Part

_COUNT = "how many there are"
"""No column is called that."""


def find_rows(
    connection: Connection,
    resource: Resource,
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[Any],
    part: Part,
) -> tuple[list[Row], int]:
    """Return a part of the rows that fulfil all conditions, by the names of their columns, and how many there are."""
    count = select(func.count()).select_from(resource.table).where(*conditions).correlate(None)
    query = all_columns(resource).add_columns(count.scalar_subquery().label(_COUNT)).where(*conditions)
    found = connection.execute(query.order_by(*order).limit(part.limit).offset(part.offset)).mappings().all()
    if found:
        return [dict(row) for row in found], found[0][_COUNT]
    return [], connection.execute(count).scalar_one() if part.offset else 0


def find_row(connection: Connection, resource: Resource, number: int) -> Row | None:
    """Return one row by its number."""
    table: Any = resource.table
    row = connection.execute(all_columns(resource).where(table.id == number)).mappings().first()
    return None if row is None else dict(row)


def all_columns(resource: Resource) -> Any:
    """Return the selection of a resource's rows by the names of their columns in Python."""
    attributes = resource.table.__mapper__.column_attrs
    return select(*(getattr(resource.table, one.key).label(one.key) for one in attributes))


def shapes_of(
    connection: Connection, resource: Resource, rows: Sequence[Row], addresses: Addresses, *, detail: bool
) -> list[Shape]:
    """Return what the API shows of the rows.

    :param detail: whether it is about a single row, of which some resources show more.
    """
    fields = [field for field in resource.fields if detail or field.name not in resource.hidden]
    lists = _lists(connection, [field for field in fields if isinstance(field, Links)], rows, addresses)
    shapes = [
        plain_shape(resource, row, addresses, fields)
        | {field.name: lists[field.name, row["id"]] for field in fields if isinstance(field, Links)}
        for row in rows
    ]
    if resource.complete is not None and rows:
        resource.complete(connection, rows, shapes, addresses)
    return shapes


def plain_shape(resource: Resource, row: Row, addresses: Addresses, fields: Sequence[Field] | None = None) -> Shape:
    """Return what a row shows by itself, without lists of others. :param fields: some of the resource's."""
    shape: Shape = {"url": addresses.row(resource.path, row["id"])}
    for field in resource.fields if fields is None else fields:
        shape[field.name] = [] if isinstance(field, Links) else _shown(field, row, addresses)
    return shape


def _shown(field: Plain | Made, row: Row, addresses: Addresses) -> Any:
    if isinstance(field, Made):
        return field.make(row, addresses)
    value = row[field.attribute]
    if isinstance(field, Link):
        return None if value is None else addresses.row(field.target, value)
    if isinstance(value, datetime):
        return addresses.time(value)
    return value.isoformat() if isinstance(value, date) else value


def _lists(
    connection: Connection, fields: Sequence[Links], rows: Sequence[Row], addresses: Addresses
) -> dict[tuple[str, int], list[str]]:
    """Return the lists of URLs by field and row, all by one question."""
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    numbers = [row["id"] for row in rows]
    if not fields or not numbers:
        return found
    parts = []
    for place, field in enumerate(fields):
        table: Any = field.table
        owner, member = getattr(table, field.owner), getattr(table, field.member)
        order = getattr(table, field.order) if field.order else member
        columns = (literal(place).label("place"), owner.label("owner"), member.label("member"), order.label("position"))
        parts.append(select(*columns).where(owner.in_(numbers)))
    query = union_all(*parts).subquery()
    for place, owner, member, _position in connection.execute(select(query).order_by("place", "owner", "position")):
        field = fields[place]
        found[field.name, owner].append(addresses.row(field.target, member))
    return found
