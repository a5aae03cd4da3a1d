from __future__ import annotations

import threading
from pathlib import Path

import pytest

from qarunner.outbox.files import list_artifacts, write_whole


def test_a_reader_never_sees_a_half_written_file(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    contents = [bytes([letter]) * 300_000 for letter in b"ab"]
    write_whole(path, contents[0])
    done = threading.Event()

    def write() -> None:
        for number in range(200):
            write_whole(path, contents[number % 2])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not done.is_set():
        seen.add(path.read_bytes())
    writer.join()
    assert seen <= set(contents)


def test_two_threads_writing_the_same_file_leave_one_of_the_two(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    contents = [bytes([letter]) * 100_000 for letter in b"abcd"]

    def write(content: bytes) -> None:
        for _time in range(50):
            write_whole(path, content)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.json"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "folder", b"a file cannot replace a folder")
    with pytest.raises(TypeError):
        write_whole(tmp_path / "old", "text")  # type: ignore[arg-type]  # a mistake in the middle of a write
    assert (tmp_path / "old").read_bytes() == b"old"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder", "old"]


def test_a_file_with_the_longest_possible_name_can_be_written(tmp_path: Path) -> None:
    write_whole(tmp_path / ("x" * 255), b"long")
    assert (tmp_path / ("x" * 255)).read_bytes() == b"long"


def test_artifacts_are_all_files_the_test_left_but_no_bookkeeping(tmp_path: Path) -> None:
    for name in ("result.json", "video.mp4", ".delivery/store.json", ".video.mp4.12.part", "data/zap.csv", "ü.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("four")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    (tmp_path / "data" / "result.json").write_text("the test's own")
    found = {artifact.path: artifact.size for artifact in list_artifacts(tmp_path)}
    assert found == {"data/result.json": 14, "data/zap.csv": 4, "video.mp4": 4, "ü.txt": 4}
    assert list(found) == sorted(found)


def test_a_file_name_that_is_no_text_is_still_listed(tmp_path: Path) -> None:
    (Path(str(tmp_path)) / b"caf\xe9.txt".decode("utf-8", "surrogateescape")).write_text("x")
    assert [artifact.path for artifact in list_artifacts(tmp_path)] == ["caf?.txt"]
