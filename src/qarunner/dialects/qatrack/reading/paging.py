"""Which part of a list is asked for, in which order, and where the parts before and after it are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from qarunner.dialects.qatrack.resources.spec import LARGEST_PAGE

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.resources.spec import Resource

FARTHEST = 10**15
OWN = ("limit", "offset", "ordering", "format", "strict")
"""Parameters that are no filters."""

Parameters = Sequence[tuple[str, str]]


class Part(NamedTuple):
    """A part of a list."""

    limit: int
    offset: int


def read_part(parameters: Parameters, page: int, largest: int = LARGEST_PAGE) -> Part:
    """Return what part a query asks for. What is no number counts as not said, as in the original."""
    asked = dict(parameters)
    limit = _number(asked.get("limit", ""))
    return Part(min(limit, largest) if limit else page, min(_number(asked.get("offset", "")) or 0, FARTHEST))


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def links(url: str, parameters: Parameters, part: Part, count: int) -> tuple[str | None, str | None]:
    """Return the addresses of the next part and of the previous one; None where there is none.

    :param url: of the list, without a query.
    """
    following = before = None
    if part.offset + part.limit < count:
        following = _address(url, parameters, part.limit, part.offset + part.limit)
    if part.offset > 0:
        before = _address(url, parameters, part.limit, part.offset - part.limit)
    return following, before


def _address(url: str, parameters: Parameters, limit: int, offset: int) -> str:
    kept = [(name, value) for name, value in parameters if name not in ("limit", "offset")]
    place = [("limit", str(limit)), *([("offset", str(offset))] if offset > 0 else [])]
    return f"{url}?{urlencode(sorted(kept + place))}"


def read_order(resource: Resource, parameters: Parameters) -> tuple[list[Any], list[str]]:
    """Return what to sort by, and the words that are unknown: only columns of the row itself can be sorted by.

    The row's number comes last, so that no row is on two pages.
    """
    order: list[Any] = []
    unknown: list[str] = []
    for word in ",".join(value for name, value in parameters if name == "ordering").split(","):
        name = word.strip().removeprefix("-")
        attribute = resource.column(name) if name else None
        if attribute is None:
            unknown += [word.strip()] if name else []
            continue
        column = getattr(resource.table, attribute)
        order.append(column.desc() if word.strip().startswith("-") else column.asc())
    number: Any = resource.table
    backwards = bool(order) and order[0].modifier is not None and "desc" in str(order[0].modifier)
    return [*order, number.id.desc() if backwards else number.id], unknown
