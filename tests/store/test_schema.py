"""The layout of the tables: made when empty, refused when foreign, the same by migration and by the models."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text
from tests.peers.sample_results import sample
from tests.peers.stores import DATABASES

from qarunner.store.clock import now
from qarunner.store.engine import Store
from qarunner.store.errors import SchemaError
from qarunner.store.ingest import ingest
from qarunner.store.models import Base, Host
from qarunner.store.schema import HEAD, alembic_configuration, known_revisions
from qarunner.store.submission import Submission

if TYPE_CHECKING:
    from tests.peers.stores import EmptyStores

OTHER_PROCESS = "import sys; from qarunner.store.engine import Store; Store.open(*sys.argv[1:]).close()"


def ours(_object: Any, name: str | None, kind: str, *_others: Any) -> bool:
    """Leave out what the search keeps for itself."""
    return not (name or "").startswith(("results_text", "ix_results_failure_text_trigrams")) or kind == "column"


def test_migrations_make_exactly_what_the_models_say(store: Store) -> None:
    with store.write() as connection:
        options = {"compare_type": True, "include_object": ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_the_history_is_one_line_and_ends_where_the_release_stands() -> None:
    scripts = ScriptDirectory.from_config(alembic_configuration())
    assert scripts.get_heads() == [HEAD]
    assert [script.revision for script in reversed(list(scripts.walk_revisions()))] == known_revisions()
    assert not any(script.is_branch_point or script.is_merge_point for script in scripts.walk_revisions())


def set_revision(store: Store, revision: str) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_an_older_layout_is_refused_and_the_advice_names_the_command(store: Store) -> None:
    set_revision(store, "0001")
    with pytest.raises(SchemaError, match="older layout 0001") as caught:
        Store.open(store.data, store.url.render_as_string(hide_password=False))
    assert f"qarunner migrate --data {store.data}" in caught.value.advice


def test_a_newer_layout_is_refused_and_not_migrated(store: Store) -> None:
    set_revision(store, "9999")
    address = store.url.render_as_string(hide_password=False)
    with pytest.raises(SchemaError, match="newer qarunner: its layout is 9999") as caught:
        Store.open(store.data, address)
    assert "pip install --upgrade qarunner" in caught.value.advice
    with Store.open(store.data, address, check=False) as unchecked, pytest.raises(SchemaError, match="9999"):
        unchecked.migrate()


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(tmp_path / "qarunner.db")
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(SchemaError, match="something else"):
        Store.open(tmp_path)


def test_processes_that_open_a_new_store_together_all_find_it_whole(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OTHER_PROCESS, str(tmp_path)]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    said = [process.communicate(timeout=60)[1].decode() for process in processes]
    assert said == ["", "", ""]
    with Store.open(tmp_path) as store:
        assert store.migrate() == (HEAD, HEAD)


@pytest.mark.needs("postgresql")
def test_an_empty_postgresql_database_gets_its_tables(empty_stores: EmptyStores, tmp_path: Path) -> None:
    with Store.open(tmp_path, empty_stores.empty_postgresql()) as store, store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM results")).scalar_one() == 0


@pytest.mark.parametrize("kind", DATABASES)
def test_an_older_store_is_migrated_when_asked_and_keeps_what_it_has(
    kind: str, empty_stores: EmptyStores, tmp_path: Path
) -> None:
    data, address = empty_stores.before(kind, tmp_path / "data", "0001")
    with Store.open(data, address, check=False) as old, old.write() as connection:
        connection.execute(insert(Host).values(name="rack-1", first_seen=now(), last_seen=now()))
    with pytest.raises(SchemaError, match="older layout 0001"):
        Store.open(data, address)
    with Store.open(data, address, check=False) as old:
        assert old.migrate() == ("0001", HEAD)
        assert old.migrate() == (HEAD, HEAD)
    with Store.open(data, address) as new:
        ingest(new, Submission(result=sample()))
        with new.read() as connection:
            assert connection.execute(select(Host.name)).scalars().all() == ["rack-1"]
