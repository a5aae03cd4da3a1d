"""Files of upload tests and of sessions (section 2 of the observations, uploads and attachments; section 5)."""

from __future__ import annotations

import base64

import pytest
from tests.conformance.qatrack.cases import Case, Reply, files, numbers, stored
from tests.conformance.qatrack.conftest import Try
from tests.conformance.qatrack.expectations import A_LINK, A_PATH, A_TIME, matching
from tests.conformance.qatrack.site import Site

BYTES = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
ENCODED = base64.b64encode(BYTES).decode()
ANCHOR = matching(r'<a .*href="[^"]+".*</a>')

CASES = [
    Case("an upload as text", files({"filename": "note.txt", "value": "hello text", "encoding": "text"}),
         stored({"picture": {"attachments": [A_PATH], "string_value": matching(r"\d+"), "value_display": ANCHOR}})),
    Case("an upload as base64", files({"filename": "image.png", "value": ENCODED, "encoding": "base64"}),
         stored({"picture": {"attachments": [A_PATH]}})),
    Case("base64 is what is not told otherwise", files({"filename": "image.png", "value": ENCODED}),
         stored({"picture": {"attachments": [A_PATH]}})),
    Case("another encoding is text", files({"filename": "note.txt", "value": "hello?", "encoding": "latin-9"}),
         stored({"picture": {"attachments": [A_PATH]}})),
    Case("a name with folders loses them",
         files({"filename": "../../etc/passwd.txt", "value": "x", "encoding": "text"}),
         stored({"picture": {"attachments": [matching(r"/(?!.*\.\.)(?!.*etc/).*passwd.*\.txt")]}})),
    Case("a comment of an upload", files({"filename": "a.txt", "value": "x", "encoding": "text", "comment": "seen"}),
         stored({"picture": {"comment": "seen"}})),
    Case("a skipped upload", files({"skipped": True}), stored({"picture": {"skipped": True, "attachments": []}}),
         original=Reply(400)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case, try_case: Try) -> None:
    assert try_case(case) == []


@pytest.mark.parametrize(
    ("value", "encoding", "content"), [(ENCODED, "base64", BYTES), ("Grüße", "text", "Grüße".encode())]
)
def test_a_file_is_read_back_with_the_token(site: Site, value: str, encoding: str, content: bytes) -> None:
    answer = site.post(files({"filename": "image.png", "value": value, "encoding": encoding}))
    [path] = answer["tests"]["picture"]["attachments"]
    got = site.target.send("GET", path)
    if site.target.is_original:  # it wants a login with a cookie, and leads to that page
        assert got.status_code == 302
        return
    assert (got.status_code, got.content) == (200, content)
    assert site.target.send("GET", path, person="").status_code == 401


def test_attachments_of_a_session(site: Site) -> None:
    report = {"filename": "some_report.pdf", "value": ENCODED, "encoding": "base64"}
    answer = site.post(numbers(attachments=[report]))
    assert "attachments" not in answer
    [shown] = site.target.get(answer["url"])["attachments"]
    assert "some_report" in shown["attachment"]
    assert set(shown) >= {"url", "attachment", "label", "comment", "test", "created", "created_by"}
    site.patched(answer, attachments=[{"filename": "log.txt", "value": "all is well", "encoding": "text"}])
    assert len(site.target.get(answer["url"])["attachments"]) == 2
    listed = site.target.get(shown["url"])
    assert (listed["url"], listed["attachment"]) == (shown["url"], shown["attachment"])
    assert A_LINK.holds(listed["created_by"])
    assert A_TIME.holds(listed["created"])
