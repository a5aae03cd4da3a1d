"""Files in a body."""

import base64

import pytest

from qarunner.dialects.qatrack.rules.records import Problem, Upload
from qarunner.dialects.qatrack.rules.uploads import base_name, read_attachments, read_upload

NOT_BASE64 = "base64 encoding requested but content does not appear to be base64"
PNG = base64.b64encode(b"\x89PNG").decode()


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"filename": "a.txt", "value": "hello", "encoding": "text"}, Upload(filename="a.txt", content=b"hello")),
        ({"filename": "a.png", "value": PNG, "encoding": "base64"}, Upload(filename="a.png", content=b"\x89PNG")),
        ({"filename": "a.png", "value": PNG}, Upload(filename="a.png", content=b"\x89PNG")),
        ({"filename": "a.txt", "value": "é", "encoding": "other"}, Upload(filename="a.txt", content="é".encode())),
        ({"filename": "a.txt", "value": "", "encoding": "text"}, Upload(filename="a.txt", content=b"")),
        ({"filename": "../../etc/a", "value": PNG}, Upload(filename="a", content=b"\x89PNG")),
        ({"value": PNG}, Problem("x is missing the filename field")),
        ({"filename": None, "value": PNG}, Problem("x is missing the filename field")),
        ({"filename": "a.txt", "value": "hello!"}, Problem(NOT_BASE64)),
        ({"filename": "a.txt", "value": "aGk=\n"}, Problem(NOT_BASE64)),
        ({"filename": "a.txt", "value": ""}, Problem(NOT_BASE64)),
        ({"filename": "a.txt", "value": "\ud800", "encoding": "text"}, Problem(NOT_BASE64)),
    ],
)
def test_uploads_of_a_test(given, answer):
    assert read_upload("x", given) == answer


@pytest.mark.parametrize("value", [None, 5, [], {}])
def test_an_upload_without_content_says_what_is_missing(value):
    problem = read_upload("x", {"filename": "a.txt", "value": value})
    assert isinstance(problem, Problem)
    assert problem.text.startswith("x is missing the value field")


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("a.txt", "a.txt"),
        ("C:\\data\\a.txt", "a.txt"),
        ("/etc/passwd", "passwd"),
        ("..", ""),
        ("a/", ""),
        ("a\0\n.txt", "a.txt"),
        (" ", ""),
        (7, ""),
        ("n" * 300 + ".png", "n" * 196 + ".png"),
    ],
)
def test_names_lose_folders_and_control_characters(name, base):
    assert base_name(name) == base


def test_attachments_of_a_list():
    files = [{"filename": "a.txt", "value": "hi", "encoding": "text"}, {"filename": "b.txt", "value": ""}]
    assert read_attachments(files) == (Upload(filename="a.txt", content=b"hi"), Upload(filename="b.txt", content=b""))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("a", 'Expected a list of items but got type "str".'),
        (["a"], "`attachments` field must be list of form"),
        ([{"filename": "a"}], "`attachments` field must be list of form"),
        ([{"filename": "a", "value": 5}], "`attachments` field must be list of form"),
        ([{"filename": "a", "value": "?"}], NOT_BASE64),
    ],
)
def test_bad_attachments(given, text):
    problem = read_attachments(given)
    assert isinstance(problem, Problem)
    assert problem.where == "attachments"
    assert problem.text.startswith(text)
