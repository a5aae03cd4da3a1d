"""What columns are, as JSON Schema says it, and what lists can be asked for by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import JSON, Boolean, Date

from qarunner.dialects.qatrack.resources.spec import URI, Link, Made, Plain, Resource
from qarunner.store.types import UtcTime

Schema = Mapping[str, Any]
_TYPES: Mapping[type, Schema] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    str: {"type": "string"},
}
DAY: Schema = {"type": "string", "format": "date"}
TIME: Schema = {"type": "string", "format": "date-time"}
TEXT: Schema = {"type": "string"}


class Parameter(NamedTuple):
    """Something that a list can be asked for by."""

    name: str
    schema: Schema
    means: str


def schema_of(resource: Resource, field: Plain | Made) -> Schema:
    """Return what a field of a resource is."""
    if isinstance(field, Made):
        return field.schema
    column = getattr(resource.table, field.attribute)
    schema = URI if isinstance(field, Link) else column_schema(column)
    nullable = getattr(column.property.columns[0], "nullable", False)  # constants cannot say it
    return {**schema, "nullable": True} if nullable else schema


def column_schema(column: Any) -> Schema:
    """Return what a column holds, apart from null."""
    if isinstance(column.type, UtcTime):
        return TIME
    if isinstance(column.type, JSON):
        return {}
    return DAY if isinstance(column.type, Date) else _TYPES[column.type.python_type]


def parameters_of(resource: Resource) -> Iterator[Parameter]:
    """Return what a list of the resource can be asked for by, of its own columns and those it is related to."""
    for field in resource.fields:
        if isinstance(field, Link):
            yield Parameter(field.name, _TYPES[int], f"the number of its {field.name}")
        elif isinstance(field, Plain):
            yield from _comparisons(field.name, getattr(resource.table, field.attribute))
    for name in resource.searchable:
        yield from _comparisons(name, getattr(resource.table, name))


def _comparisons(name: str, column: Any) -> Iterator[Parameter]:
    if isinstance(column.type, JSON):
        return
    schema = column_schema(column)
    # Any words the rules for dates read are dates here, also such as no format of JSON Schema has.
    value = TEXT if schema in (DAY, TIME) else schema
    yield Parameter(name, value, f"{name} is this")
    yield Parameter(f"{name}__in", TEXT, f"{name} is one of these, separated by commas")
    if isinstance(column.type, Boolean):
        return
    if schema == TEXT:
        yield Parameter(f"{name}__contains", TEXT, f"{name} has this in it")
        yield Parameter(f"{name}__icontains", TEXT, f"{name} has this in it, in small or capital letters")
        return
    yield Parameter(f"{name}__gte", value, f"{name} is this or more")
    yield Parameter(f"{name}__lte", value, f"{name} is this or less")
    if schema in (DAY, TIME):
        yield Parameter(f"{name}_min", TEXT, f"{name} is then or later")
        yield Parameter(f"{name}_max", TEXT, f"{name} is then or earlier")
