"""Shapes of the tests in a body, and what stays of a session that is changed."""

from datetime import UTC

import pytest

from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import Entry, ListDefinition, ListedTest, Submission, Value, error_body
from qarunner.dialects.qatrack.rules.submission import Gathered, gather

LIST = ListDefinition(tuple(ListedTest(macro=macro, kind=Kind.SIMPLE) for macro in ("a", "b")))
STORED = Entry(value=Value(number=5), comment="kept")


def gathered(tests, **previous):
    return gather(LIST, Submission(tests=tests, zone=UTC, previous=previous or None))


@pytest.mark.parametrize(
    ("tests", "text"),
    [
        (None, "This field may not be null."),
        ([], 'Expected a dictionary of items but got type "list".'),
        ("a", 'Expected a dictionary of items but got type "str".'),
        ({"a": 1, "zzz": [], "b": {}}, '"a", "zzz" field(s) have errors. Test data must be a dictionary '),
        ({"a": {"skipped": "maybe"}, "b": {"skipped": []}}, "skipped must be true or false for tests: a, b"),
        ({"a": {"skipped": 5}}, "skipped must be true or false for tests: a"),
        ({"a": {"comment": 5}}, "comment must be text for tests: a"),
    ],
)
def test_bad_shapes(tests, text):
    problems = gathered(tests)
    assert isinstance(problems, tuple)
    assert error_body(problems) == {"tests": [text]}


def test_macros_that_are_missing_and_macros_that_nobody_knows():
    found = gathered({"zzz": {}, "b": {"value": 1}, "yyy": {}})
    assert isinstance(found, Gathered)
    assert (found.missing, found.ignored) == (("a",), ("zzz", "yyy"))


@pytest.mark.parametrize("word", [True, 1, "true", "1"])
def test_skipped_in_other_words(word):
    found = gathered({"a": {"skipped": word, "comment": None}, "b": {"skipped": "false"}})
    assert isinstance(found, Gathered)
    assert found.given["a"].skipped
    assert found.given["a"].comment == ""
    assert not found.given["b"].skipped


@pytest.mark.parametrize(
    ("data", "stored", "kept", "skipped", "comment"),
    [
        (None, STORED, True, False, "kept"),
        ({}, STORED, True, False, "kept"),
        ({"comment": "new"}, STORED, True, False, "new"),
        ({"value": 6}, STORED, False, False, "kept"),
        ({"value": 6, "comment": ""}, STORED, False, False, ""),
        ({"skipped": True}, STORED, False, True, "kept"),
        (None, Entry(skipped=True, comment="why"), True, True, "why"),
        ({"value": 6}, Entry(skipped=True, comment="why"), False, False, "why"),
        ({"comment": "new"}, Entry(skipped=True, comment="why"), True, True, "new"),
    ],
)
def test_what_stays_of_a_stored_test(data, stored, kept, skipped, comment):
    found = gathered({} if data is None else {"a": data}, a=stored, b=STORED)
    assert isinstance(found, Gathered)
    given = found.given["a"]
    assert (given.kept is not None, given.skipped, given.comment) == (kept, skipped, comment)
