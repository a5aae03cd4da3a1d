"""Numbers categories as a nested set, which is what the API shows of their tree."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from qarunner.store.models import qatrack

if TYPE_CHECKING:
    from sqlalchemy import Connection

NUMBERS = ("lft", "rght", "tree_id", "level")


def number_categories(connection: Connection) -> None:
    """Give every category its numbers."""
    table = qatrack.Category
    columns = [getattr(table, name) for name in NUMBERS]
    children: dict[int | None, list[int]] = defaultdict(list)
    before: dict[int, tuple[int, ...]] = {}
    for row in connection.execute(select(table.id, table.parent, *columns).order_by(table.name)):
        children[row.parent].append(row.id)
        before[row.id] = tuple(row[2:])
    for number, numbers in numbered(children).items():
        if before[number] != numbers:
            values = dict(zip(NUMBERS, numbers, strict=True))
            connection.execute(update(table).where(table.id == number).values(**values))


def numbered(children: dict[int | None, list[int]]) -> dict[int, tuple[int, ...]]:
    """Return left, right, tree and level of each.

    :param children: in their order, by the one they are a part of; None for those that are a part of none.
    """
    found: dict[int, tuple[int, ...]] = {}
    for tree, root in enumerate(children.get(None, ()), 1):
        count = 0
        waiting = [(root, 0, 0)]  # number, level, and its left; 0 where that is still to be counted
        while waiting:
            number, level, left = waiting.pop()
            count += 1
            if left:
                found[number] = (left, count, tree, level)
            else:
                waiting.append((number, level, count))
                waiting += [(child, level + 1, 0) for child in reversed(children.get(number, ()))]
    return found
