"""Backups of a store in use, and back again."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import func, select
from tests.peers.sample_results import sample
from tests.peers.stores import EmptyStores

from qarunner.store import backup as backups
from qarunner.store.artifacts import contents_lock, find_artifact, keep_artifact
from qarunner.store.backup import MANIFEST, BackupError, backup, read_manifest, restore
from qarunner.store.contents import ContentFiles
from qarunner.store.detail import result_detail
from qarunner.store.engine import Store
from qarunner.store.errors import StoreBusyError, StoreError
from qarunner.store.ingest import ingest
from qarunner.store.keys import KEY_FILE, Keys
from qarunner.store.models import StoredResult
from qarunner.store.retention import delete_result
from qarunner.store.submission import Submission


def add(store: Store, data: bytes) -> str:
    result = sample()
    ingest(store, Submission(result=result))
    with store.contents.stage([data]) as staged:
        keep_artifact(store, result.id, "a", staged)
    return result.id


def content(store: Store, result: str) -> bytes:
    with store.read() as connection:
        entry = find_artifact(connection, result, "a")
    assert entry.sha256
    return b"".join(store.contents.read(entry.sha256))


def test_what_was_there_comes_back_and_what_came_later_goes(store: Store, tmp_path: Path) -> None:
    first = add(store, b"first")
    manifest = backup(store, tmp_path / "backup")
    assert manifest.contents == 1
    later = add(store, b"later")
    delete_result(store, first, "by mistake")
    store.contents.remove(next(iter(store.contents.all_hashes())))
    assert restore(store, tmp_path / "backup") == read_manifest(tmp_path / "backup")
    assert content(store, first) == b"first"
    with store.read() as connection, pytest.raises(StoreError):
        result_detail(connection, later)
    assert content(store, add(store, b"and on")) == b"and on"


def test_a_backup_opens_as_a_store_elsewhere(
    store: Store, tmp_path: Path, request: pytest.FixtureRequest, empty_stores: EmptyStores
) -> None:
    result = add(store, b"data")
    backup(store, tmp_path / "backup")
    if store.is_sqlite:
        other = Store.open(tmp_path / "other")
    else:
        other = Store.open(tmp_path / "other", empty_stores.empty_postgresql())
    with other:
        restore(other, tmp_path / "backup")
        assert content(other, result) == b"data"


def test_a_backup_made_while_others_write_is_one_state(store: Store, tmp_path: Path) -> None:
    stop = threading.Event()
    problems: list[BaseException] = []

    def write() -> None:
        try:
            number = 0
            while not stop.is_set():
                add(store, str(number).encode())
                number += 1
        except BaseException as error:  # noqa: BLE001 - shown by the test
            problems.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            backup(store, tmp_path / f"backup-{number}")
    finally:
        stop.set()
        writer.join()
    assert not problems
    restore(store, tmp_path / "backup-2")
    with store.read() as connection:
        results = list(connection.execute(select(StoredResult.id)).scalars())
    complete = 0
    for result in results:
        with store.read() as connection:
            artifacts = result_detail(connection, result).artifacts
        complete += bool(artifacts and content(store, result))
    assert len(results) - complete <= 1, "at most one was between its record and its artifact"


def test_who_reads_while_it_is_restored_sees_the_old_state_or_the_new(store: Store, tmp_path: Path) -> None:
    add(store, b"one")
    backup(store, tmp_path / "backup")
    add(store, b"two")
    seen: set[int] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            with store.read() as connection:
                seen.add(connection.execute(select(func.count()).select_from(StoredResult)).scalar_one())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        while 2 not in seen:
            pass
        restore(store, tmp_path / "backup")
        while 1 not in seen:
            pass
    finally:
        stop.set()
        reader.join()
    # PostgreSQL replaces the tables, and who began to read before finds nothing in the new ones.
    assert seen - ({0} if not store.is_sqlite else set()) == {1, 2}


def test_a_second_backup_into_the_same_folder_copies_only_what_is_new(store: Store, tmp_path: Path) -> None:
    add(store, b"one")
    backup(store, tmp_path / "backup")
    [kept] = [file for file in (tmp_path / "backup" / "artifacts").rglob("*") if file.is_file()]
    inode = kept.stat().st_ino
    result = add(store, b"two")
    assert backup(store, tmp_path / "backup").contents == 2
    assert kept.stat().st_ino == inode
    delete_result(store, result, "test")
    restore(store, tmp_path / "backup")
    assert content(store, result) == b"two"


def test_artifacts_are_copied_where_they_cannot_be_linked(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_paths: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", no_links)
    result = add(store, b"data")
    backup(store, tmp_path / "backup")
    copies = ContentFiles(tmp_path / "backup" / "artifacts")
    [sha256] = copies.all_hashes()
    assert copies.path(sha256).stat().st_ino != store.contents.path(sha256).stat().st_ino
    store.contents.remove(sha256)
    restore(store, tmp_path / "backup")
    assert content(store, result) == b"data"


def test_keys_are_in_a_backup_only_when_asked_for(store: Store, tmp_path: Path) -> None:
    sealed = Keys.open(store.data / KEY_FILE).encrypt(b"secret", "x")
    assert not backup(store, tmp_path / "without").keys
    assert not (tmp_path / "without" / KEY_FILE).exists()
    assert backup(store, tmp_path / "with", with_keys=True).keys
    (store.data / KEY_FILE).unlink()
    restore(store, tmp_path / "with")
    assert Keys.open(store.data / KEY_FILE).decrypt(sealed, "x") == b"secret"


def test_a_folder_without_a_whole_backup_is_refused(store: Store, tmp_path: Path) -> None:
    for text in (None, "", "{}"):
        if text is not None:
            (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
        with pytest.raises(BackupError, match="no whole backup"):
            restore(store, tmp_path)


@pytest.mark.parametrize(("change", "why"), [({"layout": "9999"}, "layout 9999"), ({"database": "other"}, "other")])
def test_a_backup_that_does_not_fit_is_refused(store: Store, tmp_path: Path, change: dict[str, Any], why: str) -> None:
    from qarunner.results import to_json

    manifest = backup(store, tmp_path)
    result = add(store, b"data")
    (tmp_path / MANIFEST).write_bytes(to_json(structs.replace(manifest, **change)))
    with pytest.raises(BackupError, match=why):
        restore(store, tmp_path)
    assert content(store, result) == b"data"


def test_a_backup_waits_for_no_clean_up_but_says_so(store: Store, tmp_path: Path) -> None:
    with contents_lock(store.contents.folder, exclusive=True), pytest.raises(StoreBusyError):
        backup(store, tmp_path / "backup")
    assert not (tmp_path / "backup" / MANIFEST).exists()


def test_missing_programs_of_postgresql_are_named(
    empty_stores: EmptyStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qarunner.store.connect import parse_url

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not installed") as caught:
        backups._run_postgresql("pg_dump", parse_url("postgresql://me:secret-word@/x"))
    assert "secret-word" not in str(caught.value)
