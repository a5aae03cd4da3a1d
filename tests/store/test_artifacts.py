"""Artifacts of results: delivered, shared, replaced, collected."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.peers.sample_results import sample

from qarunner.results import Artifact, new_id
from qarunner.store import artifacts
from qarunner.store.artifacts import (
    ArtifactEntry,
    Collected,
    artifacts_of,
    artifacts_of_many,
    collect_garbage,
    contents_lock,
    find_artifact,
    has_content,
    keep_artifact,
    missing_artifacts,
)
from qarunner.store.detail import result_detail
from qarunner.store.engine import Store
from qarunner.store.errors import BadNameError, ResultDeletedError, StorageFullError, StoreBusyError, UnknownResultError
from qarunner.store.ingest import ingest
from qarunner.store.models import Content
from qarunner.store.retention import delete_result
from qarunner.store.submission import Submission

NOW = timedelta(0)


@pytest.fixture
def result(store: Store) -> str:
    """The id of a stored result whose record names two artifacts."""
    named = (Artifact(path="video.mp4", size=5), Artifact(path="logs/boot.log", size=3))
    stored = sample(artifacts=named)
    ingest(store, Submission(result=stored))
    return stored.id


def deliver(store: Store, result: str, path: str, data: bytes) -> ArtifactEntry:
    with store.contents.stage([data]) as staged:
        return keep_artifact(store, result, path, staged)


def listed(store: Store, result: str) -> list[ArtifactEntry]:
    with store.read() as connection:
        return result_detail(connection, result).artifacts


def files(store: Store) -> list[str]:
    return sorted(store.contents.all_hashes())


def test_delivered_bytes_can_be_found_and_read(store: Store, result: str) -> None:
    entry = deliver(store, result, "video.mp4", b"video")
    with store.read() as connection:
        found = find_artifact(connection, result, "video.mp4")
    assert found == entry
    assert found.sha256
    assert b"".join(store.contents.read(found.sha256)) == b"video"
    assert [(e.path, e.size, e.sha256 is None) for e in listed(store, result)] == [
        ("logs/boot.log", 3, True),
        ("video.mp4", 5, False),
    ]
    assert found.md5 == "421b47ffd946ca083b65cd668c6b17e6"


def test_what_the_record_names_and_nobody_has_sent_is_missing(store: Store, result: str) -> None:
    with store.read() as connection:
        missing = missing_artifacts(connection, [result, new_id()])
        with pytest.raises(UnknownResultError, match="not got the bytes"):
            find_artifact(connection, result, "video.mp4")
    assert sorted(missing) == [(result, "logs/boot.log"), (result, "video.mp4")]
    deliver(store, result, "video.mp4", b"video")
    with store.read() as connection:
        assert missing_artifacts(connection, [result]) == [(result, "logs/boot.log")]


def test_an_artifact_that_the_record_does_not_name_is_kept_as_well(store: Store, result: str) -> None:
    deliver(store, result, "extra/notes.txt", b"x")
    assert "extra/notes.txt" in [entry.path for entry in listed(store, result)]


def test_the_last_delivery_of_a_name_counts(store: Store, result: str) -> None:
    deliver(store, result, "video.mp4", b"first")
    entry = deliver(store, result, "video.mp4", b"second")
    assert entry in listed(store, result)
    assert collect_garbage(store, grace=NOW).contents == 1
    assert files(store) == [entry.sha256]


@pytest.mark.parametrize("path", ["../evil", "/etc/passwd", "a\0b", ""])
def test_a_bad_name_is_refused_and_nothing_is_stored(store: Store, result: str, path: str) -> None:
    with pytest.raises(BadNameError):
        deliver(store, result, path, b"x")
    with store.read() as connection, pytest.raises(UnknownResultError):
        find_artifact(connection, result, path)
    assert files(store) == []


def test_artifacts_of_unknown_and_deleted_results_are_refused(store: Store, result: str) -> None:
    with pytest.raises(UnknownResultError):
        deliver(store, new_id(), "a", b"x")
    delete_result(store, result, "test")
    with pytest.raises(ResultDeletedError):
        deliver(store, result, "a", b"x")
    with store.read() as connection, pytest.raises(ResultDeletedError):
        find_artifact(connection, result, "a")
    assert files(store) == []
    assert not list(store.contents.incoming.iterdir())


def test_equal_bytes_are_stored_once_and_stay_as_long_as_one_result_has_them(store: Store, result: str) -> None:
    other = sample()
    ingest(store, Submission(result=other))
    entries = [deliver(store, identifier, "a", b"the same") for identifier in (result, other.id)]
    assert files(store) == [entries[0].sha256]
    delete_result(store, result, "test")
    assert collect_garbage(store, grace=NOW) == Collected(0, 0, 0)
    delete_result(store, other.id, "test")
    assert collect_garbage(store) == Collected(0, 0, 0), "their record could be on its way"
    assert collect_garbage(store, grace=NOW) == Collected(1, 8, 0)
    assert files(store) == []


def test_the_store_knows_which_bytes_it_has(store: Store, result: str) -> None:
    entry = deliver(store, result, "a", b"bytes")
    assert entry.sha256
    with store.read() as connection:
        assert has_content(store, connection, entry.sha256)
        assert not has_content(store, connection, "0" * 64)
        store.contents.remove(entry.sha256)
        assert not has_content(store, connection, entry.sha256)


def test_lost_bytes_are_whole_again_when_they_are_delivered_again(store: Store, result: str) -> None:
    entry = deliver(store, result, "a", b"bytes")
    assert entry.sha256
    store.contents.remove(entry.sha256)
    assert deliver(store, result, "a", b"bytes") == entry
    assert b"".join(store.contents.read(entry.sha256)) == b"bytes"


def test_files_that_a_killed_process_left_are_collected(store: Store) -> None:
    with store.contents.stage([b"stray"]) as staged:
        stray = store.contents.put(staged)
    with store.contents.stage([b"new"]) as staged:
        new = store.contents.put(staged)
    os.utime(stray, (1, 1))
    assert collect_garbage(store).strays == 1
    assert files(store) == [new.name]


def test_a_disk_that_is_full_at_the_last_step_leaves_no_record(
    store: Store, result: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    with store.contents.stage([b"video"]) as staged:
        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(StorageFullError):
            keep_artifact(store, result, "video.mp4", staged)
        monkeypatch.undo()
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(Content)).scalar_one() == 0
    assert len([entry for entry in listed(store, result) if entry.sha256]) == 0


def test_a_clean_up_and_a_backup_do_not_meet(store: Store) -> None:
    folder = store.contents.folder
    shared, also_shared = contents_lock(folder, exclusive=False), contents_lock(folder, exclusive=False)
    with shared, also_shared, pytest.raises(StoreBusyError, match="backup"):
        collect_garbage(store)
    with contents_lock(folder, exclusive=True), pytest.raises(StoreBusyError), contents_lock(folder, exclusive=False):
        pass
    collect_garbage(store)


def test_nothing_that_is_delivered_during_a_clean_up_is_lost(
    store: Store, result: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifacts, "REMOVED_AT_ONCE", 3)
    stop = threading.Event()
    problems: list[BaseException] = []

    def clean_up() -> None:
        try:
            while not stop.is_set():
                collect_garbage(store, grace=NOW)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            problems.append(error)

    cleaner = threading.Thread(target=clean_up)
    cleaner.start()
    for number in range(60):  # the same bytes come, are replaced and come again
        deliver(store, result, "a", str(number % 4).encode())
    stop.set()
    cleaner.join()
    assert not problems
    [entry] = [entry for entry in listed(store, result) if entry.path == "a"]
    assert entry.sha256
    assert b"".join(store.contents.read(entry.sha256)) == b"3"


def test_artifacts_of_many_results_come_together(store: Store, result: str) -> None:
    with store.read() as connection:
        number = result_detail(connection, result).row.number
        assert artifacts_of_many(connection, [number, 10**9]) == {number: artifacts_of(connection, number), 10**9: []}
