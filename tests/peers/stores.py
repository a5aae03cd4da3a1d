"""Stores for tests, each empty and new, in SQLite and in PostgreSQL; the tables are made once per session."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command

from qarunner.store.connect import make_engine, parse_url
from qarunner.store.engine import DATABASE_FILE, Store
from qarunner.store.schema import HEAD, alembic_configuration

if TYPE_CHECKING:
    from tests.peers.postgresql import PostgreSQL

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]


class EmptyStores:
    """Makes empty stores quickly. The one in PostgreSQL is always the same, emptied: one at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._postgresql: PostgreSQL | None = None
        self._database = ""
        self._filled: dict[tuple[str, Callable[[Store], Any]], tuple[Path, str, Any]] = {}
        Store.open(folder).close()

    def new(self, kind: str, data: Path) -> tuple[Path, str]:
        """Return what `Store.open` takes for an empty store: its folder, and its database's address."""
        data.mkdir(exist_ok=True)
        if kind == "sqlite":
            shutil.copy(self._folder / DATABASE_FILE, data)
            return data, ""
        postgresql = self._start()
        if not self._database:
            self._database = postgresql.new_database()
            Store.open(self._folder, postgresql.url(self._database)).close()
        postgresql.empty(self._database, HEAD)
        return data, postgresql.url(self._database)

    @contextmanager
    def filled(self, kind: str, data: Path, fill: Callable[[Store], Any]) -> Iterator[tuple[tuple[Path, str], Any]]:
        """Give what `Store.open` takes for a store as `fill` leaves an empty one, and what `fill` returned.

        It fills one store of each kind; all others are copies, of which there may be any number at a time.
        """
        if (kind, fill) not in self._filled:
            self._filled[kind, fill] = self._fill(kind, fill)
        template, database, made = self._filled[kind, fill]
        shutil.copytree(template, data)
        if kind == "sqlite":
            yield (data, ""), made
            return
        postgresql = self._start()
        copy = postgresql.new_database(template=database)
        try:
            yield (data, postgresql.url(copy)), made
        finally:
            postgresql.drop(copy)

    def _fill(self, kind: str, fill: Callable[[Store], Any]) -> tuple[Path, str, Any]:
        folder = self._folder / f"filled-{len(self._filled)}"
        database = self._start().new_database() if kind == "postgresql" else ""
        with Store.open(folder, self._start().url(database) if database else "") as store:
            return folder, database, fill(store)

    def empty_postgresql(self) -> str:
        """Return the address of a PostgreSQL database without any tables."""
        postgresql = self._start()
        return postgresql.url(postgresql.new_database())

    def before(self, kind: str, data: Path, revision: str) -> tuple[Path, str]:
        """Return what `Store.open` takes for a store as an earlier release left it."""
        data.mkdir()
        url = self.empty_postgresql() if kind == "postgresql" else f"sqlite:///{data / DATABASE_FILE}"
        engine = make_engine(parse_url(url), writes=True)
        with engine.connect() as connection, connection.begin():
            command.upgrade(alembic_configuration(connection), revision)
        engine.dispose()
        return data, url

    def _start(self) -> PostgreSQL:
        if self._postgresql is None:
            from tests.peers.postgresql import PostgreSQL

            self._postgresql = PostgreSQL()
        return self._postgresql

    def end(self) -> None:
        """Stop PostgreSQL, if it was started."""
        if self._postgresql is not None:
            self._postgresql.stop()


@pytest.fixture(params=DATABASES)
def store_address(request: pytest.FixtureRequest, empty_stores: EmptyStores, tmp_path: Path) -> tuple[Path, str]:
    """Folder and database of a new store, for tests that open it themselves or from another process."""
    return empty_stores.new(request.param, tmp_path / "data")


@pytest.fixture
def store(store_address: tuple[Path, str]) -> Iterator[Store]:
    """A new store: the test runs once on SQLite and once on PostgreSQL."""
    with Store.open(*store_address) as opened:
        yield opened


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, empty_stores: EmptyStores) -> Callable[[], tuple[str, ...]]:
    """Give the options of ``qarunner`` for an empty database: none for SQLite, which is in the data folder."""

    def new() -> tuple[str, ...]:
        return () if request.param == "sqlite" else ("--database", empty_stores.empty_postgresql())

    return new
