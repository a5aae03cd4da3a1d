"""``qarunner migrate``: a store of another release is refused by the server, and brought along when asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from sqlalchemy import text
from tests.peers.deliverer import API, deliver
from tests.peers.sample_results import sample
from tests.peers.stores import DATABASES, EmptyStores

from qarunner.store.engine import Store
from qarunner.store.ingest import ingest
from qarunner.store.listing import list_results
from qarunner.store.schema import HEAD
from qarunner.store.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.commands.conftest import Qarunner, Served


OLD = "0002"
"""A layout that can hold results."""


def options(data: Path, url: str) -> tuple[str | Path, ...]:
    return ("--data", data, *(("--database", url) if url.startswith("postgresql") else ()))


def layout(data: Path, url: str) -> str:
    with Store.open(data, url, check=False) as store:
        return store.layout()


@pytest.mark.parametrize("kind", DATABASES)
def test_an_older_store_is_migrated_when_asked_after_a_backup(
    kind: str, empty_stores: EmptyStores, serve: Callable[..., Served], qarunner: Qarunner, here: Path
) -> None:
    data, url = empty_stores.before(kind, here / "data", OLD)
    data.chmod(0o700)
    result = sample(node="rack-1")
    with Store.open(data, url, check=False) as old:
        ingest(old, Submission(result=result))
    refused = qarunner("serve", "--port", "0", *options(data, url))
    assert refused.code == 2
    assert f"has the older layout {OLD}, this release needs {HEAD}" in refused.err
    assert f"qarunner migrate --data {data}" in refused.err
    for words in (("user", "list"), ("clean", "--days", "3"), ("keys", "list")):
        assert "qarunner migrate" in qarunner(*words, *options(data, url)).err
    assert layout(data, url) == OLD, "nobody changes it unasked"

    said = qarunner("migrate", *options(data, url))
    assert said.code == 0, said.err
    backup = data / "backups" / f"before-{HEAD}"
    assert f"backup: {backup}" in said.out
    assert f"migrated from the layout {OLD} to {HEAD}" in said.out
    assert "already" in qarunner("migrate", *options(data, url)).out
    _child, ready = serve(*options(data, url)[2:])
    with requests.Session() as session:
        deliver(session, ready["url"] + API, ready["token"], {})
        headers = {"Authorization": f"Bearer {ready['token']}"}
        page = session.get(
            f"{ready['url']}{API}/results", params={"filter": "node:rack-1"}, headers=headers, timeout=60
        )
    assert [row["id"] for row in page.json()["results"]] == [result.id]

    new = (here / "before", empty_stores.empty_postgresql() if kind == "postgresql" else "")
    assert f"qarunner migrate --data {new[0]}" in qarunner("restore", backup, *options(*new)).err
    assert layout(*new) == OLD
    assert qarunner("migrate", "--no-backup", *options(*new)).code == 0
    assert not (new[0] / "backups").exists()
    with Store.open(*new) as store, store.read() as connection:
        assert [row.id for row in list_results(connection).rows] == [result.id]


@pytest.mark.parametrize("kind", DATABASES)
def test_a_newer_store_is_left_to_the_release_that_wrote_it(
    kind: str, empty_stores: EmptyStores, qarunner: Qarunner, here: Path
) -> None:
    data, url = empty_stores.new(kind, here / "data")
    data.chmod(0o700)
    with Store.open(data, url) as store, store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for words in (("serve", "--port", "0"), ("migrate",), ("backup", here / "to"), ("user", "list")):
        said = qarunner(*words, *options(data, url))
        assert said.code == 2
        assert f"written by a newer qarunner: its layout is 9999, this release knows {HEAD}" in said.err
        assert "pip install --upgrade qarunner" in said.err
    assert layout(data, url) == "9999"
    assert not (data / "backups").exists()


def test_nothing_is_migrated_under_a_server(serve: Callable[..., Served], qarunner: Qarunner, here: Path) -> None:
    child, _ready = serve()
    said = qarunner("migrate", "--data", here / "data")
    assert said.code == 2
    assert f"a server (process {child.pid}) uses the data folder" in said.err


def test_a_disk_without_room_for_the_backup_stops_a_migration(
    empty_stores: EmptyStores, qarunner: Qarunner, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, _url = empty_stores.before("sqlite", here / "data", "0001")
    data.chmod(0o700)
    (data / "backups").write_text("in the way", encoding="utf-8")
    assert qarunner("migrate", "--data", data).code == 2
    with Store.open(data, check=False) as store:
        assert store.layout() == "0001"
