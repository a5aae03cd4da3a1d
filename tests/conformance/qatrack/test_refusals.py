"""What is refused, with the sentences that clients look for; nothing of it is stored (section 2, POST)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.qatrack.cases import (
    ABSENT,
    CRASH,
    NUMBERS,
    SESSIONS,
    Case,
    Link,
    Reply,
    Request,
    detail,
    files,
    numbers,
    refused,
    sums,
    turns,
    types,
)
from tests.conformance.qatrack.conftest import Try
from tests.conformance.qatrack.expectations import containing, matching
from tests.conformance.qatrack.site import Site

REQUIRED, NULL = ["This field is required."], ["This field may not be null."]
DATE = (
    "Datetime has wrong format. Use one of these formats instead: DD [Jan-Dec] YYYY hh:mm, DD [Jan-Dec] YYYY hh:mm:ss, "
    "YYYY-MM-DD hh:mm, YYYY-MM-DD hh:mm:ss, YYYY-MM-DD hh:mm:ss.uuuuuu, YYYY-MM-DDThh:mm:ss.uuuuuuZ."
)
CALCULATED = "The following tests are calculated automatically and should not have values provided: "
NOT_BASE64 = "base64 encoding requested but content does not appear to be base64"
LINK = "Invalid hyperlink - "
BOOLEAN, TEXT = ["Must be a valid boolean."], ["Not a valid string."]
SKIP = {"skipped": True}


def wrong(sentence: Any) -> Reply:
    return refused(non_field_errors=[sentence])


def wrong_type(macros: str, first: str) -> Reply:
    return wrong(
        f"Wrong value type (number/string) for tests: {macros}\nIf these are composite tests with missing "
        f"dependencies, they should be marked as skipped in your request (e.g. {{'tests': {{'{first}': "
        "{'skipped': True}}})"
    )


def number_1(**entry: Any) -> Request:
    return numbers(tests={**NUMBERS, "number_1": entry})


def of_collection(value: Any) -> Request:
    return numbers(unit_test_collection=value)


def collection(*errors: str) -> Reply:
    return refused(unit_test_collection=list(errors))


def posted_text(text: str, content_type: str = "application/json") -> Request:
    return Request("POST", SESSIONS, text=text, headers={"Content-Type": content_type})


CASES = [
    Case("no work_started", numbers(work_started=ABSENT), refused(work_started=REQUIRED)),
    Case("no tests", numbers(tests=ABSENT), refused(tests=REQUIRED)),
    Case("no collection", of_collection(ABSENT), collection(*REQUIRED)),
    Case("nothing", Request("POST", SESSIONS, json={}),
         refused(unit_test_collection=REQUIRED, work_started=REQUIRED, tests=REQUIRED)),
    Case("completed before started", numbers(work_completed="2018-07-6 09:59"),
         wrong("work_completed date must be after work_started")),
    Case("a bad date", numbers(work_started="6/7/2018"), refused(work_started=[DATE])),
    Case("collection as integer", of_collection(1),
         collection("Incorrect type. Expected URL string, received int.")),
    Case("collection as list", of_collection([]),
         collection("Incorrect type. Expected URL string, received list.")),
    Case("collection null", of_collection(None), collection(*NULL)),
    Case("a missing collection", of_collection("/api/qa/unittestcollections/999999/"),
         collection(LINK + "Object does not exist.")),
    Case("a number of a collection that nobody has", of_collection(f"/api/qa/unittestcollections/{'9' * 30}/"),
         collection(LINK + "Object does not exist."), original=CRASH),
    Case("a link of another kind", of_collection(Link("list", "Conformance numbers")),
         collection(LINK + "Incorrect URL match.")),
    Case("a link to somewhere else", of_collection("https://example.com/somewhere/1/"),
         collection(LINK + "No URL match.")),
    Case("a link that is none", of_collection("http://[/api/qa/unittestcollections/1/"),
         collection(LINK + "No URL match."), original=CRASH),
    Case("tests as list", numbers(tests=[]), refused(tests=['Expected a dictionary of items but got type "list".'])),
    Case("tests null", numbers(tests=None), refused(tests=NULL)),
    Case("a test that is no object", numbers(tests={**NUMBERS, "number_1": 1}),
         refused(tests=['"number_1" field(s) have errors. Test data must be a dictionary '])),
    Case("a missing test", types({"hue": ABSENT}), wrong("Missing data for tests: hue")),
    Case("two missing tests", types({"zap_time": ABSENT, "hue": ABSENT}),
         wrong("Missing data for tests: zap_time, hue")),
    Case("a missing test that a composite needs", numbers(tests={"number_1": {"value": 1}}),
         wrong("Missing data for tests: number_2"),
         original=wrong(containing("Error with sum_of_two test", "NameError"))),
    Case("no value", number_1(), wrong_type("number_1, sum_of_two", "number_1")),
    Case("null for a number", number_1(value=None), wrong_type("number_1, sum_of_two", "number_1")),
    Case("text for a number", types({"hue": {"value": "red"}}), wrong_type("hue", "hue")),
    Case("text for a number that a composite needs", number_1(value="red"),
         wrong(matching("Wrong value type .*number_1.*")), original=wrong(containing("sum_of_two"))),
    Case("not a number", posted_text('{"tests": NaN}'), detail(400, containing("JSON parse error - "))),
    Case("a dependency skipped", number_1(skipped=True), wrong(containing("sum_of_two", "missing dependencies"))),
    Case("all dependencies skipped", numbers(tests=dict.fromkeys(NUMBERS, SKIP)),
         wrong(containing("sum_of_two", "missing dependencies"))),
    Case("different value for a composite", numbers(tests={**NUMBERS, "sum_of_two": {"value": 4}}),
         wrong(f"{CALCULATED}sum_of_two")),
    Case("different value for a text composite", sums({"verdict": {"value": "high"}}), wrong(f"{CALCULATED}verdict")),
    Case("different value for a constant", types({"lines": {"value": 720}}),
         wrong("Incorrect constant value passed for lines")),
    Case("tests absent while in progress", numbers(tests=ABSENT, in_progress=True), refused(tests=REQUIRED)),
    Case("null for a boolean with a reference", types({"menu_opens": {"value": None}}),
         wrong_type("menu_opens", "menu_opens"), original=CRASH),
    Case("text for a boolean with a reference", types({"menu_opens": {"value": "yes"}}),
         wrong_type("menu_opens", "menu_opens"), original=CRASH),
    Case("text for a boolean without a reference", types({"only_seen": {"value": "yes"}}),
         wrong_type("only_seen", "only_seen"), original=CRASH),
    Case("a number for a choice with a tolerance", types({"sharpness": {"value": 3}}),
         wrong_type("sharpness", "sharpness"), original=CRASH),
    Case("skipped that is neither true nor false", number_1(value=1, skipped=[]),
         refused(tests=["skipped must be true or false for tests: number_1"]), original=CRASH),
    Case("a comment that is no text", number_1(value=1, comment=5),
         refused(tests=["comment must be text for tests: number_1"]), original=Reply(201)),
    Case("a day of a list that is no cycle", numbers(day=3),
         wrong("'3' is not a valid day for this Test Collection.  Day must be between 0 & 0")),
    Case("a cycle without a day", turns(),
         wrong("You must include the 'day' key when performing a Test List Cycle")),
    Case("a cycle, day null", turns(day=None), refused(day=NULL)),
    Case("a cycle, day as text", turns(day="Monday"), refused(day=["A valid integer is required."])),
    Case("a cycle, day over the range", turns(day=2),
         wrong("'2' is not a valid day for this Test Collection.  Day must be between 0 & 1")),
    Case("a cycle, day under the range", turns(day=-1),
         wrong("'-1' is not a valid day for this Test Collection.  Day must be between 0 & 1")),
    Case("an array as body", posted_text("[]"),
         wrong("Invalid data. Expected a dictionary, but got list."), original=CRASH),
    Case("malformed JSON", posted_text('{"tests": '), detail(400, containing("JSON parse error - "))),
    Case("text as body", posted_text("{}", "text/plain"),
         detail(415, 'Unsupported media type "text/plain" in request.')),
    Case("an upload without a file name", files({"value": "aGVsbG8="}), wrong("picture is missing the filename field")),
    Case("an upload without encoding: text", files({"filename": "a.txt", "value": "hello?"}), wrong(NOT_BASE64)),
    Case("an empty upload", files({"filename": "a.txt", "value": ""}), wrong(NOT_BASE64)),
    Case("an upload without a value", files({"filename": "a.txt"}),
         wrong("picture is missing the value field: the content of the file, as text or base64"), original=Reply(400)),
    Case("attachments that are no list", numbers(attachments={}),
         refused(attachments=['Expected a list of items but got type "dict".'])),
    Case("an attachment without a value", numbers(attachments=[{"filename": "a.txt"}]),
         refused(attachments=[containing("`attachments` field must be list of form")])),
    Case("an attachment that is no object", numbers(attachments=["a.txt"]),
         refused(attachments=[containing("`attachments` field must be list of form")])),
    Case("an attachment that is not base64", numbers(attachments=[{"filename": "a.txt", "value": "?"}]),
         refused(attachments=[NOT_BASE64])),
    Case("a key that is too long", numbers(user_key="x" * 256),
         refused(user_key=["Ensure this field has no more than 255 characters."])),
    Case("a key that is no text", numbers(user_key=[]), refused(user_key=TEXT)),
    Case("a list's comment that is no text", numbers(comment={}), refused(comment=TEXT)),
    Case("in progress perhaps", numbers(in_progress="perhaps"), refused(in_progress=BOOLEAN)),
    Case("in progress null", numbers(in_progress=None), refused(in_progress=NULL)),
    Case("include_for_scheduling that is neither", numbers(include_for_scheduling=7),
         refused(include_for_scheduling=BOOLEAN)),
    Case("a missing status", numbers(status="/api/qa/testinstancestatus/999999/"),
         refused(status=[LINK + "Object does not exist."])),
    Case("a status of another kind", numbers(status=Link("list", "Conformance numbers")),
         refused(status=[LINK + "Incorrect URL match."])),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case, try_case: Try) -> None:
    assert try_case(case) == []


def test_all_that_is_wrong_is_told_at_once(site: Site) -> None:
    answer = site.send(numbers(unit_test_collection=1, work_started=None, tests=[], user_key=[], attachments="x"))
    assert answer.status_code == 400
    assert set(answer.json()) == {"unit_test_collection", "work_started", "tests", "user_key", "attachments"}
