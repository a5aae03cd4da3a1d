"""Encrypted texts in the database get the new key when keys rotate."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, MetaData, Table, insert, select

from qarunner.store.engine import Store
from qarunner.store.keys import KEY_FILE, Keys
from qarunner.store.sealed import Sealed, place_of, seal_again, texts_by_key
from qarunner.store.types import Words

METADATA = MetaData()
CONNECTIONS = Table(
    "trial_connections",
    METADATA,
    Column("team", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("password", Sealed),
)


@pytest.fixture
def keys(store: Store) -> Iterator[Keys]:
    """The keys of a store with a table of passwords, such as a plugin may bring along."""
    with store.write() as connection:
        METADATA.create_all(connection)
    yield Keys.open(store.data / KEY_FILE)
    with store.write() as connection:
        METADATA.drop_all(connection)


def add(store: Store, name: str, text: str | None) -> None:
    with store.write() as connection:
        connection.execute(insert(CONNECTIONS).values(team="a", name=name, password=text))


def place(name: str) -> str:
    return place_of("trial_connections", "password", "a", name)


def passwords(store: Store) -> dict[str, str]:
    with store.read() as connection:
        rows = connection.execute(select(CONNECTIONS.c.name, CONNECTIONS.c.password)).all()
    return {name: password for name, password in rows}  # noqa: C416 - rows are no pairs to dict


def test_all_texts_get_the_new_key_and_can_still_be_read(store: Store, keys: Keys) -> None:
    for name in ("one", "two"):
        add(store, name, keys.encrypt(name.encode(), place(name)))
    add(store, "none", None)
    old = keys.current
    new = keys.rotate()
    assert texts_by_key(store, METADATA) == {old: 2}
    assert seal_again(store, keys, METADATA) == (2, [])
    assert texts_by_key(store, METADATA) == {new: 2}
    assert seal_again(store, keys, METADATA) == (0, [])
    keys.forget()
    kept = passwords(store)
    assert kept.pop("none") is None
    assert {name: keys.decrypt(text, place(name)) for name, text in kept.items()} == {"one": b"one", "two": b"two"}


def test_a_text_that_no_key_fits_is_named_and_left_alone(store: Store, keys: Keys) -> None:
    lost = keys.encrypt(b"x", place("lost"))
    keys.rotate()
    keys.forget()
    add(store, "lost", lost)
    add(store, "moved", keys.encrypt(b"x", place("elsewhere")))
    keys.rotate()
    assert seal_again(store, keys, METADATA) == (0, [place("lost"), place("moved")])
    assert passwords(store)["lost"] == lost


def test_a_new_store_has_no_encrypted_texts(store: Store) -> None:
    assert texts_by_key(store) == {}
