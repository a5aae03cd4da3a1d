"""Cuts long lists into what one query can take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
MOST = 500


def in_portions(items: Iterable[Item], size: int = MOST) -> Iterator[list[Item]]:
    """Give the items in lists of at most `size`."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some
