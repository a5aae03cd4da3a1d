"""Deliveries in several parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qarunner.store.contents import ContentFiles, TooLargeError, WrongContentError
from qarunner.store.uploads import Upload


@pytest.fixture
def files(tmp_path: Path) -> ContentFiles:
    return ContentFiles(tmp_path / "artifacts")


def test_parts_make_a_whole_also_for_another_process(files: ContentFiles) -> None:
    assert Upload(files, "r", "video.mp4").size == 0
    assert Upload(files, "r", "video.mp4").append(0, [b"one ", b"two "]) == 8
    again = Upload(ContentFiles(files.folder), "r", "video.mp4")
    assert again.append(8, [b"three"]) == 13
    with again.finish() as staged:
        files.put(staged)
    assert b"".join(files.read(staged.sha256)) == b"one two three"
    assert Upload(files, "r", "video.mp4").size == 0
    assert not list(files.incoming.iterdir())


def test_a_connection_that_breaks_keeps_what_arrived(files: ContentFiles) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    upload = Upload(files, "r", "video.mp4")
    with pytest.raises(ConnectionResetError):
        upload.append(0, breaking())
    assert upload.size == 4


@pytest.mark.parametrize("offset", [0, 3, 5, 10**12])
def test_a_part_that_does_not_follow_is_refused_with_the_place_to_go_on(files: ContentFiles, offset: int) -> None:
    upload = Upload(files, "r", "video.mp4")
    upload.append(0, [b"four"])
    with pytest.raises(WrongContentError, match="the next byte is 4"):
        upload.append(offset, [b"more"])
    assert upload.size == 4


def test_two_senders_of_one_artifact_do_not_mix(files: ContentFiles) -> None:
    first, second = Upload(files, "r", "video.mp4"), Upload(files, "r", "video.mp4")

    def slow() -> Iterator[bytes]:
        yield b"one"
        with pytest.raises(WrongContentError, match="another request"):
            second.append(3, [b"XXX"])
        yield b"two"

    first.append(0, slow())
    Upload(files, "r", "other.mp4").append(0, [b"elsewhere"])
    with first.finish() as staged:
        assert staged.file.read_bytes() == b"onetwo"


def test_an_upload_that_grows_too_large_is_refused(files: ContentFiles) -> None:
    with pytest.raises(TooLargeError):
        Upload(files, "r", "video.mp4").append(0, [b"xxxx", b"xxxx"], limit=6)
