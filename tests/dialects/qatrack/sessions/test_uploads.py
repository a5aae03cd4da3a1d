"""Files of upload tests and attachments: taken in, read back, and out of the way of everything else."""

from __future__ import annotations

import base64
import errno
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.dialects.qatrack.conftest import URL, World
from tests.dialects.qatrack.session_bodies import (
    ALL,
    count,
    everything,
    patched,
    post,
    posted,
    simple,
    stored,
)

from qarunner.store.artifacts import collect_garbage
from qarunner.store.contents import ContentFiles
from qarunner.store.models import Content

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def base64_file(name: str, content: bytes = PICTURE) -> dict[str, str]:
    return {"filename": name, "value": base64.b64encode(content).decode(), "encoding": "base64"}


def contents(world: World) -> int:
    """How many contents are recorded."""
    with world.store.read() as connection:
        return connection.execute(select(func.count()).select_from(Content)).scalar_one()


def on_disk(world: World) -> list[Path]:
    """Files of contents on disk, also unfinished ones."""
    return [file for file in world.store.contents.folder.rglob("*") if file.is_file() and file.suffix != ".lock"]


@pytest.mark.parametrize(
    ("sent", "content"),
    [
        (base64_file("image.png"), PICTURE),
        ({"filename": "image.png", "value": base64.b64encode(PICTURE).decode()}, PICTURE),  # base64 unless told
        ({"filename": "image.png", "value": "Grüße", "encoding": "text"}, "Grüße".encode()),
        ({"filename": "image.png", "value": "aGVsbG8=", "encoding": "latin-9"}, b"aGVsbG8="),
        ({"filename": "image.png", "value": "", "encoding": "text"}, b""),
        (base64_file("/etc/../home/image.png"), PICTURE),
        (base64_file("C:\\pictures\\image.png"), PICTURE),
    ],
)
def test_an_upload_is_read_back_byte_by_byte(own_world: World, sent: dict[str, Any], content: bytes) -> None:
    answer = posted(own_world, everything({"picture": sent}))
    picture = answer["tests"]["picture"]
    [path] = picture["attachments"]
    assert path == "/api/attachments/files/1/image.png"
    assert (picture["string_value"], picture["pass_fail"]) == ("1", ["no_tol", "No Tol Set"])
    assert picture["value_display"] == f'<a href="{path}" title="image.png">image.png</a>'
    got = own_world.ask("GET", path)
    assert (got.status_code, got.data, got.content_type) == (200, content, "image/png")
    instance = own_world.get(picture["url"])
    file = own_world.get("/api/attachments/attachments/1/")
    assert file["attachment"] == URL + path
    assert (instance["string_value"], instance["attachments"]) == ("1", [file])
    session = stored(own_world, answer)
    assert session["attachments"] == []
    assert [test["attachments"] for test in session["test_instances"] if test["attachments"]] == [[file]]


def test_attachments_are_shown_with_the_session(own_world: World) -> None:
    files = [base64_file("report.pdf"), {"filename": "log.txt", "value": "all is well", "encoding": "text"}]
    answer = posted(own_world, simple(attachments=files))
    assert "attachments" not in answer
    shown = stored(own_world, answer)["attachments"]
    assert [(file["label"], file["testinstance"], file["created_by"]) for file in shown] == [
        ("report.pdf", None, f"{URL}/api/auth/users/2/"),
        ("log.txt", None, f"{URL}/api/auth/users/2/"),
    ]
    assert set(shown[0]) >= {"url", "attachment", "label", "comment", "test", "created", "created_by"}
    addresses = [file["attachment"].removeprefix(URL) for file in shown]
    assert [own_world.ask("GET", address).data for address in addresses] == [PICTURE, b"all is well"]
    answer = patched(own_world, answer, attachments=[base64_file("more.bin", b"more")])
    assert [file["label"] for file in stored(own_world, answer)["attachments"]] == ["report.pdf", "log.txt", "more.bin"]


def test_files_need_a_login_and_cannot_act_as_our_pages(own_world: World) -> None:
    page = {"filename": "page.html", "value": "<script>alert(1)</script>", "encoding": "text"}
    posted(own_world, simple(attachments=[page]))
    path = "/api/attachments/files/1/page.html"
    assert own_world.ask("GET", path, user="").status_code == 401
    got = own_world.ask("GET", path, user="rita")
    assert got.status_code == 200
    assert got.headers["Content-Disposition"] == "attachment; filename=page.html"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    for missing in ("/api/attachments/files/1/other.html", "/api/attachments/files/2/page.html", f"{path}/x"):
        assert own_world.ask("GET", missing).status_code == 404
    assert own_world.ask("GET", f"/api/attachments/files/{'9' * 25}/page.html").status_code == 404


def test_a_part_of_a_file_can_be_asked_for(own_world: World) -> None:
    posted(own_world, simple(attachments=[base64_file("video.bin")]))
    path = "/api/attachments/files/1/video.bin"
    got = own_world.ask("GET", path, headers={"Range": "bytes=1-3"})
    assert (got.status_code, got.data, got.headers["Content-Range"]) == (206, b"PNG", f"bytes 1-3/{len(PICTURE)}")
    assert own_world.ask("GET", path, headers={"Range": "bytes=9999-"}).status_code == 416


@pytest.mark.parametrize("name", ["a b.txt", "ü&<b>?#%.txt", 'quote".txt', "a\r\nX-Evil: 1.txt", "x" * 300 + ".txt"])
def test_any_name_can_be_followed(own_world: World, name: str) -> None:
    answer = posted(own_world, everything({"picture": {"filename": name, "value": "x", "encoding": "text"}}))
    picture = answer["tests"]["picture"]
    got = own_world.ask("GET", picture["attachments"][0])
    assert (got.status_code, got.data) == (200, b"x")
    assert "X-Evil" not in got.headers
    assert "<b>" not in picture["value_display"]


def test_an_upload_may_be_skipped_or_come_later(own_world: World) -> None:
    skipped = posted(own_world, everything({"picture": {"skipped": True, "comment": "no camera"}}))["tests"]["picture"]
    assert (skipped["value_display"], skipped["pass_fail"][0], skipped["attachments"]) == ("Skipped", "not_done", [])
    early = posted(own_world, everything({"hue": {"value": None}}, in_progress=True))["tests"]
    assert (early["hue"]["pass_fail"][0], early["picture"]["pass_fail"][0]) == ("not_done", "no_tol")
    begun = posted(own_world, everything({"picture": {"value": None}}, in_progress=True))
    assert begun["tests"]["picture"]["pass_fail"][0] == "not_done"
    done = patched(own_world, begun, in_progress=False, tests={"picture": base64_file("late.png")})
    assert done["tests"]["picture"]["pass_fail"][0] == "no_tol"
    assert own_world.ask("GET", done["tests"]["picture"]["attachments"][0]).data == PICTURE


def test_a_file_that_is_sent_again_is_added_and_kept_ones_stay(own_world: World) -> None:
    answer = posted(own_world, everything({"picture": base64_file("first.png")}))
    answer = patched(own_world, answer, tests={"zap_time": {"value": 1010}})
    assert answer["tests"]["picture"]["attachments"] == ["/api/attachments/files/1/first.png"]
    assert answer["tests"]["picture"]["string_value"] == "1"
    answer = patched(own_world, answer, tests={"picture": base64_file("second.png", b"second")})
    picture = answer["tests"]["picture"]
    assert picture["attachments"] == ["/api/attachments/files/1/first.png", "/api/attachments/files/2/second.png"]
    assert picture["string_value"] == own_world.get(picture["url"])["string_value"] == "2"
    assert "second.png" in picture["value_display"]


def test_bytes_that_came_twice_are_kept_once_and_never_collected(own_world: World) -> None:
    same = [base64_file("one.bin"), base64_file("two.bin")]
    posted(own_world, everything({"picture": base64_file("three.png")}, attachments=same))
    posted(own_world, simple(attachments=same))
    assert (contents(own_world), len(on_disk(own_world))) == (1, 1)
    collect_garbage(own_world.store, grace=timedelta(0))
    assert own_world.ask("GET", "/api/attachments/files/4/one.bin").data == PICTURE


def test_nothing_is_left_of_what_was_refused(own_world: World) -> None:
    file = base64_file("report.pdf")
    posted(own_world, simple(user_key="a"))
    for body in (
        simple(user_key="a", attachments=[file]),
        everything({"picture": file, "hue": {"value": "red"}}, attachments=[file]),
    ):
        assert post(own_world, body).status_code == 400
    assert (contents(own_world), on_disk(own_world)) == (0, [])
    assert count(own_world, "attachments/attachments") == 0


@pytest.mark.parametrize("step", ["stage", "put"])
def test_a_full_disk_is_507_and_stores_nothing(own_world: World, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_arguments: Any, **_keywords: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    # There is no disk to fill here, so the system's own answer is given in its place.
    if step == "stage":
        monkeypatch.setattr("qarunner.store.contents._copy_hashed", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    answer = post(own_world, everything({"picture": base64_file("a.png")}, attachments=[base64_file("b.png")]))
    monkeypatch.undo()
    assert answer.status_code == 507
    assert "is full" in (answer.json or {})["detail"]
    assert (count(own_world), contents(own_world), on_disk(own_world)) == (0, 0, [])
    posted(own_world, everything())


def test_no_bytes_are_written_while_the_database_is_held(own_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []
    stage = ContentFiles.stage

    def watched(self: ContentFiles, *arguments: Any, **keywords: Any) -> Any:
        held.append(own_world.store._writing_thread is not None)
        return stage(self, *arguments, **keywords)

    monkeypatch.setattr(ContentFiles, "stage", watched)
    posted(own_world, everything({**ALL, "picture": base64_file("a.png")}, attachments=[base64_file("b.png")]))
    assert held == [False, False]


def test_a_browser_sees_the_pages_of_files(own_world: World) -> None:
    posted(own_world, simple(attachments=[base64_file("a.png")]))
    page = own_world.ask("GET", "/api/attachments/attachments/1/", headers={"Accept": "text/html"})
    assert f'<a href="{URL}/api/attachments/files/1/a.png">' in page.text
