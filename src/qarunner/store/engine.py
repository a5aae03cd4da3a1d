"""The store's two doors: `Store.read` and `Store.write`.

Neither may be held while waiting for a network, a long poll, a person or a large file: SQLite has one writer at a time,
and every open transaction keeps old pages alive. Fetch first, then write; read, close, then send.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import inspect

from qarunner.store.connect import make_engine, parse_url
from qarunner.store.contents import ContentFiles
from qarunner.store.errors import StoreError
from qarunner.store.faults import explained
from qarunner.store.schema import create_if_empty, refuse_other_schema, revision, upgrade

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

    from qarunner.store.submission import Namer

DATABASE_FILE = "qarunner.db"


class Store:
    """A quality store: a data folder, and a database in it or in PostgreSQL. Made by `open`; safe for threads.

    :param data: the folder; artifacts, keys and, with SQLite, the database are in it.
    :param url: of the database.
    """

    def __init__(self, data: Path, url: URL) -> None:
        self.data = data
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._reader = make_engine(url, writes=False)
        self._writer = make_engine(url, writes=True)
        self.contents = ContentFiles(data / "artifacts")
        """The bytes of artifacts."""
        self.namers: dict[str, Namer] = {}
        """What makes each dialect's names of new results, by the dialect's word."""
        self._turn = threading.Lock()
        self._writing_thread: int | None = None

    @classmethod
    def open(cls, data: Path | str, url: str = "", *, check: bool = True, create: bool = True) -> Self:
        """Open the store in the folder `data`, which is made when it is not there; an empty database gets its tables.

        :param url: ``postgresql://...`` for a database elsewhere; empty for SQLite in the folder.
        :param check: False opens a database of another release as well: to migrate it, or to make a backup.
        :param create: False leaves an empty database empty: for `qarunner.store.restore.restore`.
        :raises ConfigurationError: when the address is not usable.
        :raises SchemaError: when the database is of an older or newer release; its advice says what to do.
        """
        folder = Path(data).absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = cls(folder, parse_url(url or f"sqlite:///{folder / DATABASE_FILE}"))
        try:
            with explained(store.url):
                if create:
                    create_if_empty(store._writer, folder)
                if check:
                    refuse_other_schema(store._reader, folder)
        except BaseException:
            store.close()
            raise
        return store

    @property
    def database_file(self) -> Path | None:
        """The file of an SQLite database."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one unchanging state of the database and can change nothing."""
        with explained(self.url), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together when the block ends, and none of them if it raises.

        With SQLite one thread of the process is in here at a time, and other processes wait as well.

        :raises StoreBusyError: when another process held the database for ten seconds.
        :raises StorageFullError: when the disk is full.
        """
        with explained(self.url), self._one_writer(), self._writer.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        me = threading.get_ident()
        if self._writing_thread == me:
            raise StoreError("a write was begun inside another write", "Hand the open connection on instead.")
        with self._turn:
            self._writing_thread = me
            try:
                yield
            finally:
                self._writing_thread = None

    def is_empty(self) -> bool:
        """Whether the database has no tables at all. Asks nothing, and so makes nothing, where there is no file yet."""
        if self.database_file is not None and not self.database_file.exists():
            return True
        with self.read() as connection:
            return not inspect(connection).get_table_names()

    def layout(self) -> str:
        """Return the revision of the tables; empty when there are none of ours."""
        with self.read() as connection:
            return revision(connection)

    def optimize(self) -> None:
        """Let SQLite look at what it has, so that it chooses indexes better; worth it once a day. Takes a second."""
        if self.is_sqlite:
            with self.write() as connection:
                connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
                connection.exec_driver_sql("PRAGMA optimize")

    def migrate(self) -> tuple[str, str]:
        """Bring the tables to this release's layout; return the revisions before and after. Make a backup first."""
        return upgrade(self._writer, self.data)

    def close(self) -> None:
        """Close all connections."""
        self._reader.dispose()
        self._writer.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
