"""A real PostgreSQL of the test session's own: a cluster in a temporary folder, reached by a Unix socket."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

PROGRAMS = "/usr/lib/postgresql/*/bin"

EMPTY_ALL_TABLES = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica; -- in any order
    SET LOCAL lock_timeout = '10s';
    FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND relname <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S';
END $$
"""


class PostgreSQL:
    """A cluster that ends with the session."""

    def __init__(self) -> None:
        [self._programs, *_] = sorted(Path("/").glob(PROGRAMS[1:]), reverse=True)
        # A socket's path has 107 bytes at most, so not in pytest's own folder.
        self.folder = Path(tempfile.mkdtemp(prefix="qa-pg-"))
        self._as_user: list[str] = []
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:  # it refuses to run as root
            self.user = next(name for name in ("postgres", "nobody") if _exists(name))
            account = pwd.getpwnam(self.user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as_user = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        self._numbers = itertools.count(1)
        self._run("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "cluster")
        settings = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off -c shared_buffers=32MB"
        self._run("pg_ctl", "-D", "cluster", "-w", "-l", "log", "-o", f"{settings} -c max_connections=100", "start")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._programs / program), *arguments]
        # A pipe would be held by the server that pg_ctl leaves behind.
        with (self.folder / f"{program}.log").open("ab") as log:
            subprocess.run(command, cwd=self.folder, check=True, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def url(self, database: str) -> str:
        """Return the address of a database, as `qarunner.store` takes it."""
        return f"postgresql://{self.user}@/{database}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """Make a database and return its name. :param template: one to copy, to which nobody is connected."""
        name = f"store{next(self._numbers)}"
        with self._connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        with self._connect("postgres") as connection:
            connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)'.encode())

    def empty(self, database: str, revision: str) -> None:
        """Take all rows out of a database: a tenth of the time that a new one takes."""
        with self._connect(database) as connection:
            connection.execute(EMPTY_ALL_TABLES)
            connection.execute("UPDATE alembic_version SET version_num = %s", [revision])

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(f"host={self.folder} user={self.user} dbname={database}", autocommit=True)

    def stop(self) -> None:
        """End it and remove everything."""
        self._run("pg_ctl", "-D", "cluster", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
