"""Makes the reference of ``config/qatrack/*.yaml`` out of the records that these files are read into."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from qarunner.dialects.qatrack.definition import records
from qarunner.dialects.qatrack.definition.defaults import FREQUENCIES, STATUSES

_SHARED: Mapping[str, type[records.Written]] = {"Test": records.Limits, "TestList": records.Done, "Cycle": records.Done}
"""Records that have the words of another one as well."""
_TITLES = {
    "Definition": "A file",
    "Unit": "unit",
    "UnitType": "unit type",
    "TestList": "list",
    "Done": "where a list is done",
    "ListUnit": "unit of a list",
    "Sublist": "list in a list",
    "Cycle": "cycle",
    "Test": "test",
    "Limits": "limits",
    "Tolerance": "tolerance",
    "Category": "category",
    "Frequency": "frequency",
    "Status": "status",
    "ReviewRules": "review rules",
}
"""Headings of the records, in their order."""
_KINDS = {
    "integer": "whole number", "number": "number", "boolean": "true or false", "string": "text", "null": "nothing",
}  # fmt: skip


def definition() -> Iterator[str]:
    """Return the lines: a table per record, then what is there by itself."""
    kinds = [getattr(records, name) for name in _TITLES]
    _schemas, components = msgspec.json.schema_components(kinds)
    for name, title in _TITLES.items():
        kind = getattr(records, name)
        shared = _SHARED.get(name)
        yield from (f"## {title[0].upper()}{title[1:]}", "", inspect.cleandoc(kind.__doc__ or ""), "")
        if shared:
            other = _TITLES[shared.__name__]
            yield from (f"It has the words of [{other}](#{_anchor(other)}) as well.", "")
        yield from ("| word | value | default | meaning |", "| --- | --- | --- | --- |")
        others = {field.name for field in msgspec.structs.fields(shared)} if shared else set()
        needed = components[name].get("required", ())
        for word, schema in components[name]["properties"].items():
            if word not in others:
                yield f"| `{word}` | {_words(schema)} | {_default(schema, word in needed)} | {_meaning(schema)} |"
        yield ""
    yield from _ready_made()


def _ready_made() -> Iterator[str]:
    yield from ("## There by itself", "", "Lists may name these frequencies without a definition of them:", "")
    yield from ("| frequency | recurrences | late until |", "| --- | --- | --- |")
    for frequency in FREQUENCIES.values():
        rule = frequency.recurrences or f"every {frequency.days} days".replace("every 1 days", "every day")
        yield f"| {frequency.name} | {rule} | {frequency.window_end} days after the due date |"
    yield from ("", "An empty store gets these statuses, unless the definition has some:", "")
    yield from ("| status | new results get it | waits for a person | counts |", "| --- | --- | --- | --- |")
    for status in STATUSES:
        cells = (status.default, status.requires_review, status.valid)
        yield f"| {status.name} | {' | '.join('yes' if cell else 'no' for cell in cells)} |"


def _words(schema: Mapping[str, Any]) -> str:
    """Return what a value is, with a link where it is a record of its own."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        title = _TITLES.get(name)
        return f"[{title}](#{_anchor(title)})" if title else f"one of {_enumerated(name)}"
    if "enum" in schema:
        return " or ".join(f"`{choice}`" for choice in schema["enum"])
    if "anyOf" in schema:
        choices = [one for one in schema["anyOf"] if one != {"type": "null"}]
        return " or ".join(_words(choice) for choice in choices)
    if schema.get("type") == "array":
        return f"list of {_words(schema['items'])}"
    if schema.get("type") == "object":
        return f"table of {_words(schema['additionalProperties'])}"
    kind = _KINDS[schema["type"]]
    return "date" if schema.get("format") == "date" else kind


def _enumerated(name: str) -> str:
    return ", ".join(f"`{member}`" for member in getattr(records, name))


def _default(schema: Mapping[str, Any], needed: bool) -> str:  # noqa: FBT001 - a column of the table
    if needed:
        return "needed"
    default = schema.get("default")
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return "" if default in (None, "", [], {}) else f"`{default}`"


def _meaning(schema: Mapping[str, Any]) -> str:
    text = str(schema.get("description", ""))
    return text.replace("|", "\\|")


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")
