"""The layout of the tables: which revision a database has, how it gets its first and its next one.

Alembic is loaded only to create or to migrate: opening a store that is up to date reads one row.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, inspect, text

from qarunner._version import __version__
from qarunner.store.errors import SchemaError

HEAD = "0007"
"""The revision this release works with: the newest file in ``migrations/versions``."""
MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_FILE = "schema.lock"


def refuse_other_schema(engine: Engine, data: Path) -> None:
    """Raise `SchemaError` unless the database has this release's layout.

    :param data: the data folder, to be named in the advice.
    """
    with engine.connect() as connection, connection.begin():
        found = revision(connection)
    if found == HEAD:
        return
    if found in known_revisions():
        raise SchemaError(
            f"the database has the older layout {found}, this release needs {HEAD}",
            f"Stop the servers that use it, then run: qarunner migrate --data {data} (it makes a backup first).",
        )
    refuse_unknown(found)


def refuse_unknown(layout: str, what: str = "the database") -> NoReturn:
    """Raise `SchemaError` for a layout that this release does not know."""
    if layout.isdecimal() and layout > HEAD:
        problem = f"{what} was written by a newer qarunner: its layout is {layout}, this release knows {HEAD}"
        raise SchemaError(problem, f"Update: pip install --upgrade qarunner (this is {__version__}).")
    problem = f"{what} has the layout {layout or 'of something else'}, which this release does not know"
    raise SchemaError(problem, "Name the database of a quality store, or an empty one.")


def revision(connection: Connection) -> str:
    """Return the revision of the tables; empty when there are none of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def known_revisions() -> list[str]:
    """Return the revisions this release can start from, oldest first."""
    return sorted(file.stem.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def create_if_empty(engine: Engine, data: Path) -> None:
    """Make the tables in a database that has none. Processes that open it together wait for each other."""
    if not _is_empty(engine):
        return
    with _alone(data):
        if _is_empty(engine):
            _run_migrations(engine)


def upgrade(engine: Engine, data: Path) -> tuple[str, str]:
    """Bring the tables to this release's layout; return the revisions before and after."""
    with _alone(data):
        with engine.connect() as connection, connection.begin():
            before = revision(connection)
        if before != HEAD:
            if before and before not in known_revisions():
                refuse_unknown(before)
            _run_migrations(engine)
        return before, HEAD


def alembic_configuration(connection: Connection | None = None) -> Any:
    """Return the configuration that Alembic's own functions take, for our packaged revisions."""
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def _is_empty(engine: Engine) -> bool:
    with engine.connect() as connection, connection.begin():
        return not inspect(connection).get_table_names()


def _run_migrations(engine: Engine) -> None:
    from alembic import command

    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Rebuilding a table drops the old one, which would cascade into the tables that refer to it. Said to the
            # driver itself: within a transaction SQLite passes it over.
            driver: Any = connection.connection.dbapi_connection
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                command.upgrade(alembic_configuration(connection), "head")
        finally:
            connection.invalidate()


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    with (data / LOCK_FILE).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
