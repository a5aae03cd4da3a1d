"""Bytes on disk: whole or not at all, in chunks, and never more than allowed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qarunner.store.contents import CHUNK, ContentFiles, TooLargeError
from qarunner.store.errors import StoreError


@pytest.fixture
def files(tmp_path: Path) -> ContentFiles:
    return ContentFiles(tmp_path / "artifacts")


def all_files(files: ContentFiles) -> list[str]:
    return [file.name for file in files.folder.rglob("*") if file.is_file()]


def test_bytes_come_back_and_are_named_by_their_hash(files: ContentFiles) -> None:
    with files.stage([b"one ", b"", b"two"]) as staged:
        assert (staged.size, staged.sha256) == (7, hashlib.sha256(b"one two").hexdigest())
        assert staged.md5 == hashlib.md5(b"one two", usedforsecurity=False).hexdigest()
        path = files.put(staged)
    assert path == files.folder / staged.sha256[:2] / staged.sha256[2:4] / staged.sha256
    assert b"".join(files.read(staged.sha256)) == b"one two"
    assert all_files(files) == [staged.sha256]


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [(0, None, "0123456789"), (3, None, "3456789"), (2, 5, "234"), (0, 0, ""), (9, 99, "9"), (20, 30, ""), (5, 2, "")],
)
def test_a_part_of_the_bytes_can_be_read(files: ContentFiles, start: int, stop: int | None, expected: str) -> None:
    with files.stage([b"0123456789"]) as staged:
        files.put(staged)
    assert b"".join(files.read(staged.sha256, start, stop)).decode() == expected


def test_large_contents_are_read_in_chunks(files: ContentFiles) -> None:
    with files.stage(bytes([n]) * CHUNK for n in range(3)) as staged:
        files.put(staged)
    stream = files.read(staged.sha256, 1)
    assert [len(chunk) for chunk in stream] == [CHUNK, CHUNK, CHUNK - 1]
    stream.close()
    half_read = files.read(staged.sha256)
    next(half_read)
    half_read.close()
    assert list(half_read) == []


def test_more_bytes_than_allowed_are_refused_as_soon_as_they_come(files: ContentFiles) -> None:
    asked: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            asked.append(1)
            yield b"x" * 1000

    with pytest.raises(TooLargeError, match="2500"):
        files.stage(endless(), limit=2500)
    assert len(asked) == 3
    assert all_files(files) == []


def test_nothing_is_left_when_the_sender_breaks_off(files: ContentFiles) -> None:
    def breaking_off() -> Iterator[bytes]:
        yield b"half of it"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        files.stage(breaking_off())
    assert all_files(files) == []


def test_what_nobody_keeps_is_discarded(files: ContentFiles) -> None:
    with files.stage([b"x"]):
        assert len(all_files(files)) == 1
    assert all_files(files) == []


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "0" * 63 + "\n"])
def test_only_hashes_lead_to_files(files: ContentFiles, name: str) -> None:
    with pytest.raises(StoreError, match="SHA-256"):
        files.path(name)


def test_bytes_that_the_disk_lost_are_named(files: ContentFiles) -> None:
    with pytest.raises(StoreError, match="missing") as caught:
        files.read("0" * 64)
    assert "backup" in caught.value.advice


def test_old_remains_of_deliveries_are_swept_and_new_ones_stay(files: ContentFiles) -> None:
    old, new = files.incoming / "new-old", files.incoming / "part-new"
    old.write_bytes(b"x")
    os.utime(old, (1, 1))
    new.write_bytes(b"x")
    assert files.sweep_incoming() == 1
    assert all_files(files) == ["part-new"]


DISK_FULL = """
import subprocess, sys
from pathlib import Path
from qarunner.store.contents import ContentFiles
from qarunner.store.errors import StorageFullError
from qarunner.store.uploads import Upload
folder = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], check=True)
files = ContentFiles(folder / "artifacts")
try:
    files.stage(b"x" * 100_000 for _ in range(100))
except StorageFullError as error:
    print(error)
print([file for file in folder.rglob("*") if file.is_file()])
upload = Upload(files, "result", "video.mp4")
try:
    upload.append(0, (b"x" * 100_000 for _ in range(100)))
except StorageFullError as error:
    print("full", upload.size > 500_000)
upload.discard()
with files.stage([b"small"]) as staged:
    print(files.put(staged).read_bytes())
"""


@pytest.mark.skipif(not shutil.which("unshare"), reason="system package not installed: util-linux")
def test_a_full_disk_stores_nothing_half_and_says_what_to_do(tmp_path: Path) -> None:
    isolated = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-c", DISK_FULL, str(tmp_path)]
    done = subprocess.run(isolated, capture_output=True, text=True, timeout=60, check=True)
    assert "artifacts is full\n  Make room" in done.stdout
    assert done.stdout.endswith("[]\nfull True\nb'small'\n")
