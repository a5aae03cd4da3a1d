"""What is refused, with the sentences that clients look for; nothing of it is stored."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.qatrack.conftest import URL, World
from tests.dialects.qatrack.session_bodies import (
    ABSENT,
    CYCLE,
    EVERYTHING,
    NUMBERS,
    count,
    everything,
    post,
    simple,
)

REQUIRED, NULL = ["This field is required."], ["This field may not be null."]
NO_FIELD, LINK = "non_field_errors", "unit_test_collection"
WRONG = (
    "Wrong value type (number/string) for tests: {0}\nIf these are composite tests with missing dependencies, they "
    "should be marked as skipped in your request (e.g. {{'tests': {{'{1}': {{'skipped': True}}}}}})"
)
DATE = (
    "Datetime has wrong format. Use one of these formats instead: DD [Jan-Dec] YYYY hh:mm, DD [Jan-Dec] YYYY hh:mm:ss, "
    "YYYY-MM-DD hh:mm, YYYY-MM-DD hh:mm:ss, YYYY-MM-DD hh:mm:ss.uuuuuu, YYYY-MM-DDThh:mm:ss.uuuuuuZ."
)
CALCULATED = "The following tests are calculated automatically and should not have values provided: sum_of_two"
BASE64 = "base64 encoding requested but content does not appear to be base64"
FILES = (
    "`attachments` field must be list of form "
    '[{"filename": "file_name.txt", "value": "<base64 encoded bytes|text>", "encoding": "<base64|text>], ...]'
)
NOTHING_THERE, OTHER, NO_MATCH = (
    f"Invalid hyperlink - {reason}" for reason in ("Object does not exist.", "Incorrect URL match.", "No URL match.")
)
NO_DAY = "You must include the 'day' key when performing a Test List Cycle"
TEXT_URL = "Incorrect type. Expected URL string, received {}."


def number_1(**entry: Any) -> dict[str, Any]:
    return {**NUMBERS, "number_1": entry}


CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (simple(work_started=ABSENT), {"work_started": REQUIRED}),
    (simple(tests=ABSENT), {"tests": REQUIRED}),
    (simple(unit_test_collection=ABSENT), {LINK: REQUIRED}),
    ({}, {LINK: REQUIRED, "work_started": REQUIRED, "tests": REQUIRED}),
    (simple(work_completed="2018-07-6 09:59"), {NO_FIELD: ["work_completed date must be after work_started"]}),
    (simple(work_started="6/7/2018"), {"work_started": [DATE]}),
    (simple(work_completed="9999-12-31 23:59"), {"work_completed": ["Datetime value out of range."]}),
    (simple(unit_test_collection=1), {LINK: [TEXT_URL.format("int")]}),
    (simple(unit_test_collection=[]), {LINK: [TEXT_URL.format("list")]}),
    (simple(unit_test_collection=None), {LINK: NULL}),
    (simple(unit_test_collection=f"{URL}/api/qa/unittestcollections/99/"), {LINK: [NOTHING_THERE]}),
    (simple(unit_test_collection=f"{URL}/api/qa/unittestcollections/{'9' * 30}/"), {LINK: [NOTHING_THERE]}),
    (simple(unit_test_collection=f"{URL}/api/qa/testlists/1/"), {LINK: [OTHER]}),
    (simple(unit_test_collection=f"{URL}/somewhere/else/1/"), {LINK: [NO_MATCH]}),
    (simple(unit_test_collection="http://[/api/qa/unittestcollections/1/"), {LINK: [NO_MATCH]}),
    (simple(tests=[]), {"tests": ['Expected a dictionary of items but got type "list".']}),
    (simple(tests=None), {"tests": NULL}),
    (
        simple(tests={"number_1": 1, "number_2": {"value": 1}}),
        {"tests": ['"number_1" field(s) have errors. Test data must be a dictionary ']},
    ),
    (everything({"zap_time": ABSENT, "hue": ABSENT}), {NO_FIELD: ["Missing data for tests: zap_time, hue"]}),
    # The original tells of Python's own error where a composite needs the test.
    (simple(tests={"number_1": {"value": 1}}), {NO_FIELD: ["Missing data for tests: number_2"]}),
    (simple(tests={}), {NO_FIELD: ["Missing data for tests: number_1, number_2"]}),
    (simple(tests=number_1()), {NO_FIELD: [WRONG.format("number_1, sum_of_two", "number_1")]}),
    (simple(tests=number_1(value=None)), {NO_FIELD: [WRONG.format("number_1, sum_of_two", "number_1")]}),
    (everything({"hue": {"value": "red"}}), {NO_FIELD: [WRONG.format("hue", "hue")]}),
    (simple(tests=number_1(skipped=True)), {NO_FIELD: [WRONG.format("sum_of_two", "sum_of_two")]}),
    (simple(tests={**NUMBERS, "sum_of_two": {"value": 4}}), {NO_FIELD: [CALCULATED]}),
    (everything({"lines": {"value": 720}}), {NO_FIELD: ["Incorrect constant value passed for lines"]}),
    # Where the original crashes.
    (everything({"menu_opens": {"value": None}}), {NO_FIELD: [WRONG.format("menu_opens", "menu_opens")]}),
    (everything({"menu_opens": {"value": "yes"}}), {NO_FIELD: [WRONG.format("menu_opens", "menu_opens")]}),
    (everything({"sharpness": {"value": 3}}), {NO_FIELD: [WRONG.format("sharpness", "sharpness")]}),
    (simple(tests=number_1(value=1, skipped=[])), {"tests": ["skipped must be true or false for tests: number_1"]}),
    (simple(tests=number_1(value=1, comment=5)), {"tests": ["comment must be text for tests: number_1"]}),
    (simple(day=3), {NO_FIELD: ["'3' is not a valid day for this Test Collection.  Day must be between 0 & 0"]}),
    (
        simple(unit_test_collection=CYCLE),
        {NO_FIELD: ["You must include the 'day' key when performing a Test List Cycle"]},
    ),
    (simple(unit_test_collection=CYCLE, day=None), {"day": NULL}),
    (simple(unit_test_collection=CYCLE, day="Monday"), {"day": ["A valid integer is required."]}),
    (
        simple(unit_test_collection=CYCLE, day=-1),
        {NO_FIELD: ["'-1' is not a valid day for this Test Collection.  Day must be between 0 & 1"]},
    ),
    (everything({"picture": {"value": "aGVsbG8="}}), {NO_FIELD: ["picture is missing the filename field"]}),
    (everything({"picture": {"filename": "a.txt", "value": "hello"}}), {NO_FIELD: [BASE64]}),
    (everything({"picture": {"filename": "a.txt", "value": ""}}), {NO_FIELD: [BASE64]}),
    (
        everything({"picture": {"filename": "a.txt"}}),
        {NO_FIELD: ["picture is missing the value field: the content of the file, as text or base64"]},
    ),
    (simple(attachments={}), {"attachments": ['Expected a list of items but got type "dict".']}),
    (simple(attachments=[{"filename": "a.txt"}]), {"attachments": [FILES]}),
    (simple(attachments=["a.txt"]), {"attachments": [FILES]}),
    (simple(attachments=[{"filename": "a.txt", "value": "?"}]), {"attachments": [BASE64]}),
    (simple(user_key="x" * 256), {"user_key": ["Ensure this field has no more than 255 characters."]}),
    (simple(user_key=[]), {"user_key": ["Not a valid string."]}),
    (simple(comment={}), {"comment": ["Not a valid string."]}),
    (simple(in_progress="perhaps"), {"in_progress": ["Must be a valid boolean."]}),
    (simple(in_progress=None), {"in_progress": NULL}),
    (simple(include_for_scheduling=7), {"include_for_scheduling": ["Must be a valid boolean."]}),
    (simple(status=f"{URL}/api/qa/testinstancestatus/9/"), {"status": [NOTHING_THERE]}),
    (simple(status=EVERYTHING), {"status": [OTHER]}),
    (simple(qarunner=[]), {"qarunner": ['qarunner must have the form {"results": {"MACRO": "ID OF A RESULT"}}']}),
    (
        simple(qarunner={"results": {"number_1": "1"}}),
        {"qarunner": ['qarunner must have the form {"results": {"MACRO": "ID OF A RESULT"}}']},
    ),
]


@pytest.mark.parametrize(("body", "errors"), CASES)
def test_what_is_wrong_is_told_by_its_field(world: World, body: dict[str, Any], errors: dict[str, Any]) -> None:
    answer = post(world, body)
    assert (answer.status_code, answer.json) == (400, errors)
    assert count(world) == 0


def test_all_that_is_wrong_is_told_at_once(world: World) -> None:
    answer = post(world, simple(unit_test_collection=1, work_started=None, tests=[], user_key=True, attachments="x"))
    assert answer.status_code == 400
    assert set(answer.json or {}) == {LINK, "work_started", "tests", "user_key", "attachments"}
