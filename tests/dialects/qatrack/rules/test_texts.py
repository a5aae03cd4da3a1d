"""The sentences, as clients have seen them."""

import pytest

from qarunner.dialects.qatrack.rules import texts


@pytest.mark.parametrize(
    ("sentence", "seen"),
    [
        (texts.MISSING_DATA.format(names=texts.names_of(["a", "b"])), "Missing data for tests: a, b"),
        (
            texts.TEST_NOT_AN_OBJECT.format(names=texts.quoted(["number_1"])),
            '"number_1" field(s) have errors. Test data must be a dictionary ',
        ),
        (texts.NOT_AN_OBJECT.format(type=texts.type_name([])), 'Expected a dictionary of items but got type "list".'),
        (texts.WRONG_CONSTANT.format(name="k_const"), "Incorrect constant value passed for k_const"),
        (
            texts.DAY_OUT_OF_RANGE.format(day=3, last=0),
            "'3' is not a valid day for this Test Collection.  Day must be between 0 & 0",
        ),
        (
            texts.WRONG_TYPE.format(names="number_1, sum_of_two", first="number_1"),
            (
                "Wrong value type (number/string) for tests: number_1, sum_of_two\n"
                "If these are composite tests with missing dependencies, they should be marked as skipped in your "
                "request (e.g. {'tests': {'number_1': {'skipped': True}}})"
            ),
        ),
        (texts.NO_FILENAME.format(name="x"), "x is missing the filename field"),
        (texts.COMPLETED_BEFORE_STARTED, "work_completed date must be after work_started"),
        (texts.KEY_TAKEN, "test list instance with this user key already exists."),
    ],
)
def test_sentences_read_as_the_original_writes_them(sentence, seen):
    assert sentence == seen


@pytest.mark.parametrize(
    ("value", "name"),
    [(None, "NoneType"), (True, "bool"), (1, "int"), (1.5, "float"), ("a", "str"), ([], "list"), ({}, "dict")],
)
def test_types_have_the_names_that_the_original_prints(value, name):
    assert texts.type_name(value) == name
