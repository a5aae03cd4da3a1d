"""Backups of a store in use, and back again."""

from __future__ import annotations

import errno
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import func, select
from tests.peers.sample_results import sample
from tests.peers.stores import EmptyStores

from qarunner.results import to_json
from qarunner.store.artifacts import collect_garbage, contents_lock, find_artifact, keep_artifact
from qarunner.store.backup import backup
from qarunner.store.contents import ContentFiles
from qarunner.store.copies import run_postgresql
from qarunner.store.detail import result_detail
from qarunner.store.engine import Store
from qarunner.store.errors import BackupError, StorageFullError, StoreBusyError, StoreError
from qarunner.store.ingest import ingest
from qarunner.store.keys import KEY_FILE, Keys
from qarunner.store.manifest import MANIFEST, database_of, read_manifest
from qarunner.store.models import StoredResult
from qarunner.store.restore import restore
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
    assert restore(store, tmp_path / "backup") == (read_manifest(tmp_path / "backup"), 0, False)
    assert content(store, first) == b"first"
    with store.read() as connection, pytest.raises(StoreError):
        result_detail(connection, later)
    assert content(store, add(store, b"and on")) == b"and on"


def test_a_backup_opens_as_a_store_elsewhere(store: Store, tmp_path: Path, empty_stores: EmptyStores) -> None:
    result = add(store, b"data")
    backup(store, tmp_path / "backup")
    address = "" if store.is_sqlite else empty_stores.empty_postgresql()
    with Store.open(tmp_path / "other", address, check=False, create=False) as other:
        assert other.is_empty()
        restore(other, tmp_path / "backup")
        assert not other.is_empty()
        assert content(other, result) == b"data"
        add(other, b"and on")


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
    copies = ContentFiles(tmp_path / "backup" / "artifacts")
    [sha256] = copies.all_hashes()
    inode = copies.path(sha256).stat().st_ino
    result = add(store, b"two")
    manifest = backup(store, tmp_path / "backup")
    assert (manifest.contents, manifest.new, manifest.linked) == (2, 1, 1)
    assert copies.path(sha256).stat().st_ino == inode
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
    manifest = backup(store, tmp_path / "backup")
    database_of(tmp_path / "backup", manifest).unlink()
    with pytest.raises(BackupError, match="lost its database"):
        restore(store, tmp_path / "backup")


@pytest.mark.parametrize(
    ("change", "why"), [({"layout": "9999"}, "newer qarunner: its layout is 9999"), ({"database": "other"}, "other")]
)
def test_a_backup_that_does_not_fit_is_refused(store: Store, tmp_path: Path, change: dict[str, Any], why: str) -> None:
    folder = tmp_path / "backup"
    manifest = backup(store, folder)
    result = add(store, b"data")
    (folder / MANIFEST).write_bytes(to_json(structs.replace(manifest, **change)))
    with pytest.raises(StoreError, match=why):
        restore(store, folder)
    assert content(store, result) == b"data"


def test_a_backup_does_not_wait_for_ever_for_a_clean_up(store: Store, tmp_path: Path) -> None:
    with contents_lock(store.contents.folder, exclusive=True), pytest.raises(StoreBusyError):
        backup(store, tmp_path / "backup", patience=0.3)
    assert not (tmp_path / "backup" / MANIFEST).exists()


def test_a_backup_waits_for_a_clean_up_to_end(store: Store, tmp_path: Path) -> None:
    made = threading.Thread(target=backup, args=(store, tmp_path / "backup"))
    with contents_lock(store.contents.folder, exclusive=True):
        made.start()
        made.join(0.5)
        assert made.is_alive()
    made.join(60)
    assert read_manifest(tmp_path / "backup").contents == 0


def test_two_backups_into_one_folder_at_once_do_not_mix(store: Store, tmp_path: Path) -> None:
    backup(store, tmp_path / "backup")
    with contents_lock(tmp_path / "backup" / "artifacts", exclusive=True), pytest.raises(StoreBusyError):
        backup(store, tmp_path / "backup")


def test_a_backup_drops_what_the_store_has_dropped(store: Store, tmp_path: Path) -> None:
    first, second = add(store, b"first"), add(store, b"second")
    assert backup(store, tmp_path / "backup").contents == 2
    delete_result(store, first, "test")
    collect_garbage(store, grace=timedelta(0))
    manifest = backup(store, tmp_path / "backup")
    assert (manifest.contents, manifest.new) == (1, 0)
    assert len(list(ContentFiles(tmp_path / "backup" / "artifacts").all_hashes())) == 1
    assert [file.name for file in (tmp_path / "backup").glob("qarunner-*")] == [manifest.file]
    restore(store, tmp_path / "backup")
    assert content(store, second) == b"second"


def test_a_backup_that_fails_leaves_the_older_one_whole(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = add(store, b"first")
    older = backup(store, tmp_path / "backup")
    second = add(store, b"second")

    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("shutil.copyfile", full)
        patched.setattr("os.link", full)
        with pytest.raises(StorageFullError, match="is full"):
            backup(store, tmp_path / "backup")
    assert read_manifest(tmp_path / "backup") == older
    assert [file.name for file in (tmp_path / "backup").glob("qarunner-*")] == [older.file]
    restore(store, tmp_path / "backup")
    assert content(store, first) == b"first"
    with store.read() as connection, pytest.raises(StoreError):
        result_detail(connection, second)


def test_a_folder_with_something_else_in_it_is_left_alone(store: Store, tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "song").write_bytes(b"la la")
    with pytest.raises(BackupError, match="is not empty, and holds no backup: song"):
        backup(store, tmp_path / "music")
    with pytest.raises(BackupError, match="is the data folder itself"):
        backup(store, store.data)
    manifest = backup(store, tmp_path / "backup")
    (tmp_path / "backup" / MANIFEST).write_bytes(to_json(structs.replace(manifest, origin="/somewhere/else")))
    with pytest.raises(BackupError, match="of another store, /somewhere/else"):
        backup(store, tmp_path / "backup")


def test_other_files_come_along_and_may_grow_afterwards(store: Store, tmp_path: Path) -> None:
    log = store.data / "jobs" / "00000001" / "job.log"
    log.parent.mkdir(parents=True)
    log.write_text("one\n", encoding="utf-8")
    backup(store, tmp_path / "backup", others=("jobs/*/job.log",))
    with log.open("a") as file:
        file.write("two\n")
    restore(store, tmp_path / "backup")
    assert log.read_text(encoding="utf-8") == "one\n"


def test_artifacts_that_a_backup_has_lost_are_counted(store: Store, tmp_path: Path) -> None:
    kept, lost = add(store, b"kept"), add(store, b"lost")
    backup(store, tmp_path / "backup")
    with store.read() as connection:
        sha256 = find_artifact(connection, lost, "a").sha256
    assert sha256
    ContentFiles(tmp_path / "backup" / "artifacts").remove(sha256)
    store.contents.remove(sha256)
    assert restore(store, tmp_path / "backup").missing == 1
    assert content(store, kept) == b"kept"


def test_a_backup_can_be_read_where_nothing_can_be_written(store: Store, tmp_path: Path) -> None:
    if not store.is_sqlite:
        pytest.skip("a dump is one file")
    result = add(store, b"data")
    manifest = backup(store, tmp_path / "backup")
    copy = database_of(tmp_path / "backup", manifest)
    assert copy.read_bytes()[18:20] == b"\x01\x01", "no log of changes, which would be a file beside it"
    restore(store, tmp_path / "backup")
    assert [file.name for file in (tmp_path / "backup").glob("qarunner-*")] == [manifest.file]
    assert content(store, result) == b"data"


def test_a_backup_of_an_older_layout_comes_back_to_be_migrated(
    empty_stores: EmptyStores, tmp_path: Path, store: Store
) -> None:
    kind = "sqlite" if store.is_sqlite else "postgresql"
    data, address = empty_stores.before(kind, tmp_path / "older", "0001")
    with Store.open(data, address, check=False) as older:
        assert backup(older, tmp_path / "backup").layout == "0001"
    address = "" if store.is_sqlite else empty_stores.empty_postgresql()
    with Store.open(tmp_path / "new", address, check=False, create=False) as new:
        assert restore(new, tmp_path / "backup").migrate
        assert new.layout() == "0001"
        new.migrate()
        add(new, b"data")
    if not store.is_sqlite:
        with pytest.raises(BackupError, match="Name an empty database"):
            restore(store, tmp_path / "backup")


def test_missing_programs_of_postgresql_are_named(
    empty_stores: EmptyStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qarunner.store.connect import parse_url

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not installed") as caught:
        run_postgresql("pg_dump", parse_url("postgresql://me:secret-word@/x"))
    assert "secret-word" not in str(caught.value)
