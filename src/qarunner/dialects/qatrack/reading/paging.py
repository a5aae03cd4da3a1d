"""Which part of a list is asked for, in which order, and where the parts before and after it are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from qarunner.dialects.qatrack.resources.spec import LARGEST_PAGE

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.resources.spec import Resource

FARTHEST = 10**15
OWN = ("limit", "offset", "ordering", "format", "strict")
"""Parameters that are no filters."""

_SHOWN = 80
Parameters = Sequence[tuple[str, str]]


def read_parameters(query: Iterable[tuple[str, str]]) -> Parameters:
    """Return the parameters of a query by name: of those that are there twice the last, as in the original."""
    return sorted(dict(query).items())


def passed_over(unknown: Iterable[str], empty: Iterable[str], unsorted: Iterable[str]) -> list[str]:
    """Return in words what of a query does not count.

    :param unknown: filters. :param empty: filters without a value. :param unsorted: words of the ordering.
    """
    return [
        *(f"filter {name[:_SHOWN]} is unknown here" for name in unknown),
        *(f"filter {name[:_SHOWN]} is empty" for name in empty),
        *(f"ordering {name[:_SHOWN]} is unknown here" for name in unsorted),
    ]


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
    falling: dict[str, bool] = {}
    unknown: list[str] = []
    for word in order_words(parameters):
        attribute = resource.column(word.removeprefix("-"))
        if attribute is None:
            unknown.append(word)
        else:
            falling.setdefault(attribute, word.startswith("-"))  # a column sorts once
    backwards = next(iter(falling.values()), False)
    falling.setdefault("id", backwards)
    columns = {name: getattr(resource.table, name) for name in falling}
    return [columns[name].desc() if down else columns[name].asc() for name, down in falling.items()], unknown


def order_words(parameters: Parameters) -> list[str]:
    """Return the words of ``ordering``, those for falling with a ``-`` before them."""
    words = (word.strip() for word in dict(parameters).get("ordering", "").split(","))
    return [word for word in words if word.removeprefix("-")]
