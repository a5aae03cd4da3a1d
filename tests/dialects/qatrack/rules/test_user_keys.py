"""Keys by which nothing is stored twice."""

import pytest

from qarunner.dialects.qatrack.rules.records import error_body
from qarunner.dialects.qatrack.rules.user_keys import TAKEN, read_user_key


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ("abc", "abc"),
        (" a b ", "a b"),
        (17, "17"),
        (1.5, "1.5"),
        ("k" * 255, "k" * 255),
    ],
)
def test_keys(value, key):
    assert read_user_key(value) == key


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("k" * 256, "Ensure this field has no more than 255 characters."),
        pytest.param(10**5000, "Ensure this field has no more than 255 characters.", id="huge"),
        (True, "Not a valid string."),
        ([], "Not a valid string."),
        ({}, "Not a valid string."),
        ("a\0b", "Not a valid string."),
    ],
)
def test_what_is_no_key(value, text):
    problem = read_user_key(value)
    assert not isinstance(problem, str | None)
    assert error_body((problem,)) == {"user_key": [text]}


def test_a_key_that_is_taken_is_told_as_clients_expect():
    assert error_body((TAKEN,)) == {"user_key": ["test list instance with this user key already exists."]}
