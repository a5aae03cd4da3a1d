"""Texts in the database that are encrypted, and how they get a new key.

A column of the type `Sealed` holds what `qarunner.store.keys.Keys.encrypt` made with the context that `place_of` gives,
so that every such text can be found, and encrypted again when the keys rotate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import MetaData, Table, inspect, select, update
from sqlalchemy.types import TypeDecorator

from qarunner.store.keys import KeysError, key_of
from qarunner.store.models import Base
from qarunner.store.types import Words

if TYPE_CHECKING:
    from qarunner.store.engine import Store
    from qarunner.store.keys import Keys


class Sealed(TypeDecorator[str]):
    """The column type of encrypted texts."""

    impl = Words
    cache_ok = True


class SealedAgain(NamedTuple):
    """What `seal_again` did."""

    texts: int
    """How many have the current key now."""
    unreadable: list[str]
    """Places of those that no key fits: they were so before."""


def place_of(table: str, column: str, *key: object) -> str:
    """Return the context of a text: it can be read in this place only. :param key: the row's primary key."""
    return f"{table}.{column}:{'/'.join(str(part) for part in key)}"


def seal_again(store: Store, keys: Keys, metadata: MetaData = Base.metadata) -> SealedAgain:
    """Encrypt all texts with the current key that have an older one. Others may read and write them meanwhile."""
    texts, unreadable = 0, []
    for table, column, row in _all_texts(store, metadata):
        *key, text = row
        place = place_of(table.name, column.name, *key)
        if not keys.needs_rotation(text):
            continue
        try:
            again = keys.encrypt(keys.decrypt(text, place), place)
        except KeysError:
            unreadable.append(place)
            continue
        same = [part == value for part, value in zip(table.primary_key, key, strict=True)]
        with store.write() as connection:  # unless somebody has changed it in the meantime
            connection.execute(update(table).where(*same, column == text).values({column: again}))
        texts += 1
    return SealedAgain(texts, unreadable)


def texts_by_key(store: Store, metadata: MetaData = Base.metadata) -> Counter[str]:
    """Return how many texts each key has encrypted, by the keys' ids."""
    return Counter(key_of(row[-1]) for _table, _column, row in _all_texts(store, metadata))


def _all_texts(store: Store, metadata: MetaData) -> Iterator[tuple[Table, Any, Any]]:
    """Give the table, the column and (primary key..., text) of each text."""
    with store.read() as connection:
        there = set(inspect(connection).get_table_names())
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Sealed) and table.name in there:
                query = select(*table.primary_key, column).where(column.is_not(None))
                with store.read() as connection:
                    rows = connection.execute(query).all()
                yield from ((table, column, row) for row in rows)
