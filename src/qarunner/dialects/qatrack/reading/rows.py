"""Asks the store for rows of a resource, and makes of them what the API shows: three questions for any list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, literal, select, union_all

from qarunner.dialects.qatrack.resources.spec import Link, Links, Made, Plain, Resource, Row, Shape

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.dialects.qatrack.reading.addresses import Addresses
    from qarunner.dialects.qatrack.reading.paging import Part


def count_rows(connection: Connection, resource: Resource, conditions: Sequence[ColumnElement[bool]]) -> int:
    """Return how many rows fulfil all conditions."""
    query = select(func.count()).select_from(resource.table).where(*conditions)
    return connection.execute(query).scalar_one()


def find_rows(
    connection: Connection,
    resource: Resource,
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[Any],
    part: Part,
) -> list[Row]:
    """Return a part of the rows that fulfil all conditions, by the names of their columns in Python."""
    query = _all_columns(resource).where(*conditions).order_by(*order).limit(part.limit).offset(part.offset)
    return [dict(row) for row in connection.execute(query).mappings()]


def find_row(connection: Connection, resource: Resource, number: int) -> Row | None:
    """Return one row by its number."""
    table: Any = resource.table
    row = connection.execute(_all_columns(resource).where(table.id == number)).mappings().first()
    return None if row is None else dict(row)


def _all_columns(resource: Resource) -> Any:
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
    shapes = []
    for row in rows:
        shape: Shape = {"url": addresses.row(resource.path, row["id"])}
        for field in fields:
            shape[field.name] = (
                lists[field.name, row["id"]] if isinstance(field, Links) else _shown(field, row, addresses)
            )
        shapes.append(shape)
    if resource.complete is not None and rows:
        resource.complete(connection, rows, shapes, addresses)
    return shapes


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
